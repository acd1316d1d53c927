"""The first table: as many columns as a screen shows whole, further ones below it, and short reasons."""

from __future__ import annotations

from report.page.context import make_context
from report.page.sections.overview import WIDEST, _width, overview, overview_tables
from tests.support.synthetic import make_run
from tests.support.synthetic_turns import make_relay

ONE = (("starlette", "uvicorn-standard"),)


def test_many_scenarios_are_several_tables() -> None:
    names = ("plaintext", *(f"routing-{number}" for number in range(11)))
    context = make_context(make_relay(stacks=ONE, scenarios=names, blocks=2, rounds=4, control=False))
    tables = overview_tables(context)
    assert [table.anchor for table in tables] == ["overview", "overview-2", "overview-3"][: len(tables)]
    assert len(tables) > 1
    labels = [column.label for table in tables for column in table.columns[2:]]
    assert labels == [column.label for column in overview(context).columns[2:]]
    for table in tables:
        assert sum(_width(table, place) for place in range(len(table.columns))) <= WIDEST


def test_a_long_reason_does_not_widen_the_first_table() -> None:
    run = make_run(scenarios=("json",), rates=(500.0,), troubles=False, blocks=4)
    (table,) = overview_tables(make_context(run))
    gaps = [entry.text for row in table.rows for entry in row.entries if entry.gap]
    assert all(len(text) < 40 and ":" not in text for text in gaps)
