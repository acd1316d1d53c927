"""The words for counts: signs, digits, and sentences that say only what was counted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from report.analysis.costs import summarise_costs
from report.stats.levels import Level
from report.views import cost_words
from tests.support.synthetic_costs import make_cost_run

TITLES = {"starlette": "Starlette", "fastapi": "FastAPI"}


@pytest.mark.parametrize(("value", "text"), [(107_912.4, "+107,900"), (-3_204.0, "−3,204"), (0.0, "+0")])
def test_a_difference_has_its_sign(value: float, text: str) -> None:
    assert cost_words.signed(value) == text


def test_an_interval_may_reach_below_zero_or_not_be_there() -> None:
    assert cost_words.interval(Level(value=1.0, low=-120.4, high=140.0)) == ("(−120.4 to 140.0)")
    assert cost_words.interval(Level(value=1.0)) == "(counted once)"
    assert cost_words.half_width(Level(value=100.0, low=90.0, high=110.0)) == "±10"


def test_the_sentence_tells_the_layers_where_most_were_counted() -> None:
    said = cost_words.sentence([summarise_costs(make_cost_run())], TITLES)
    assert said.startswith("plaintext on uvicorn-standard: a request costs ")
    assert "Starlette adds " in said
    assert said.count("±") == 4


def test_without_a_floor_the_sentence_gives_the_range() -> None:
    run = make_cost_run(stacks=(("starlette", "granian-asgi"), ("fastapi", "granian-asgi")))
    said = cost_words.sentence([summarise_costs(run)], TITLES)
    assert said.startswith("From ")
    assert said.endswith("over 16 cells.")


def test_counts_made_once_are_said_to_have_no_interval() -> None:
    once = [summarise_costs(make_cost_run(repeats=1))]
    for said in (cost_words.sentence(once, TITLES), cost_words.span(once)):
        assert "±" not in said
        assert said.endswith("; counted once, so without an interval.")


def test_a_layer_that_may_be_nothing_is_not_said_to_add() -> None:
    run = make_cost_run(stacks=(("asgi", "uvicorn-standard"), ("starlette", "uvicorn-standard")))
    floor = {record.cell: record for record in run.costs if record.cell.framework == "asgi"}
    alike = {replace(cell, framework="starlette"): record for cell, record in floor.items()}
    same = tuple(
        replace(each, intervals=alike[each.cell].intervals) if each.cell in alike else each
        for each in run.costs
    )
    said = cost_words.sentence([summarise_costs(replace(run, costs=same))], TITLES)
    assert said.endswith("; Starlette cannot be told from the floor.")


def test_a_sentence_names_few_layers() -> None:
    stacks = [
        ("asgi", "uvicorn-standard"),
        ("starlette", "uvicorn-standard"),
        ("fastapi", "uvicorn-standard"),
    ]
    others = [(name, "uvicorn-standard") for name in ("django", "flask", "litestar")]
    said = cost_words.sentence([summarise_costs(make_cost_run(stacks=(*stacks, *others)))], TITLES)
    assert said.endswith("and 1 more layer below.")


def test_without_a_count_there_is_no_number() -> None:
    run = make_cost_run(repeats=0)
    assert cost_words.sentence([summarise_costs(run)], {}) == "No cell was counted; the table says why."
    assert "Counted by" not in cost_words.scope([summarise_costs(run)])


def test_the_scope_names_what_is_not_counted_the_tool_and_the_build() -> None:
    said = cost_words.scope([summarise_costs(make_cost_run())])
    for part in ("kernel", "waiting are not counted", "one build", "valgrind 3.19.0", "Python 3.11.7"):
        assert part in said
