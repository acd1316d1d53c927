"""What the page and the terminal say of open load."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from report.analysis.conclusions import check_controls
from report.analysis.summary import summarise
from report.analysis.workload import shares_of_capacity, workload_of
from report.page.build import render
from report.page.context import make_context
from report.page.sections import consume, saturate, serve, wait
from report.page.sections.overview import overview
from report.views import terminal, words
from results.model import Load, Run
from tests.support.synthetic import make_run


@pytest.fixture(scope="module")
def mixed() -> Run:
    return make_run(
        scenarios=("json",), troubles=False, rates=(500.0, 2000.0), shares=(0.5,), window_s=1.0, blocks=6
    )


@pytest.fixture(scope="module")
def only_open() -> Run:
    return make_run(scenarios=("json",), troubles=False, rates=(500.0,), closed=False, blocks=6)


def test_a_rate_of_ones_own_is_known_as_a_share(mixed: Run) -> None:
    by_cell = shares_of_capacity(mixed)
    assert set(by_cell.values()) == {0.5}
    assert {cell.load for cell in by_cell} == {"open"}
    assert not [cell for cell in by_cell if cell.rate_rps in {500.0, 2000.0}]
    assert shares_of_capacity(replace(mixed, plan=replace(mixed.plan, capacities_rps={}))) == {}


def test_loads_are_told_in_words(mixed: Run) -> None:
    cell = next(cell for cell in mixed.plan.cells if cell.rate_rps == 2000)
    assert words.load(workload_of(cell)) == (
        "open load at 2,000 requests/s, poisson arrivals, at most 1,024 connections, 1 worker"
    )
    assert words.offered(workload_of(cell, 0.5)) == "open load at 50% of each stack's capacity"


def test_closed_connections_are_another_load_in_words_and_in_the_terminal(mixed: Run) -> None:
    cell = next(cell for cell in mixed.plan.cells if cell.load == Load.CLOSED)
    closing = replace(cell, reuse=100)
    assert workload_of(closing) != workload_of(cell)
    assert words.load(workload_of(closing)) == (
        "closed load, 64 connections, each closed after 100 requests, 1 worker"
    )
    trials = tuple(
        replace(trial, cell=replace(cell, reuse=1)) for trial in mixed.trials if trial.cell == cell
    )
    plan = replace(mixed.plan, cells=(*mixed.plan.cells, replace(cell, reuse=1)))
    run = replace(mixed, plan=plan, trials=(*mixed.trials, *trials))
    assert "closed load, 64 connections, each closed after 1 request, 1 worker" in terminal.as_text(
        run, Path(), None
    )


def test_waiting_under_open_load_comes_first_and_closed_load_is_called_queueing(mixed: Run) -> None:
    section = wait.section(make_context(mixed))
    assert [part.heading for part in section.parts] == [
        "json: open load at 500 requests/s",
        "json: open load at 2,000 requests/s",
        "json: open load at 50% of each stack's capacity",
        "json: closed load",
    ]
    assert section.answer.startswith("At the offered rates")
    assert "what users wait" in section.note
    assert section.parts[-1].text == wait.QUEUEING_NOTE
    assert section.parts[2].text == wait.OWN_RATE_NOTE


def test_stacks_are_compared_at_an_equal_rate_and_only_there(mixed: Run) -> None:
    equal, _, own, closed = wait.section(make_context(mixed)).parts
    assert any("Starlette is quickest" in point.text for point in equal.points)
    assert all("99th" not in point.name for point in equal.points)  # too few requests in a trial
    assert own.points == closed.points == ()


def test_throughput_is_of_closed_load_only(mixed: Run) -> None:
    (part,) = serve.section(make_context(mixed)).parts
    assert part.heading == "json: closed load"


def test_cpu_at_equal_rates_stands_beside_the_saturated_one(mixed: Run) -> None:
    (part,) = consume.section(make_context(mixed)).parts
    units = [column.unit for column in part.tables[0].columns]
    assert units[-2:] == ["µs at 500 requests/s", "µs at 2,000 requests/s"]
    assert not [entry for row in part.tables[0].rows for entry in row.entries[-2:] if entry.gap]


def test_saturation_needs_several_rates(mixed: Run, only_open: Run) -> None:
    section = saturate.section(make_context(mixed))
    assert section is not None
    assert len(section.parts[0].tables[0].rows) == 3 * len(
        {summary.cell.stack for summary in make_context(mixed).summaries}
    )
    assert saturate.section(make_context(only_open)) is None


def test_saturation_names_who_gives_way_first() -> None:
    run = make_run(scenarios=("json",), troubles=False, rates=(1000.0, 4000.0), blocks=6)
    section = saturate.section(make_context(run))
    assert section is not None
    assert "Flask on gunicorn-gthread, json, at 4,000 requests/s" in section.answer


def test_a_run_of_open_load_alone_says_so_and_is_whole(only_open: Run, tmp_path: Path) -> None:
    context = make_context(only_open)
    assert overview(context).caption.startswith("99% are answered within")
    html = render(context)
    assert re.search(r"<h1>This run offered open load only", html)
    assert "Nothing was measured" not in html
    cells = [cell.slug for cell in only_open.plan.cells if not cell.control]
    assert all(f'id="{slug}"' in html for slug in cells)
    assert "Offered, requests/s" in terminal.as_text(only_open, tmp_path, None)


def test_the_control_of_an_open_load_is_judged_by_its_waiting(only_open: Run) -> None:
    (control,) = check_controls(summarise(only_open))
    assert control.metric.name == "p50_us"
    assert control.ratio is not None
