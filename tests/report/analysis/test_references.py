"""Frameworks against one of them, the same in all scenarios."""

from __future__ import annotations

from dataclasses import replace

import pytest

from report.analysis.answers.told_numbers import Ratios
from report.analysis.contenders import group_contenders
from report.analysis.references import AgainstReference, against_references
from report.analysis.summary import summarise
from results.model import Run
from tests.support.made_answers import GRANIAN, THREADS, UVICORN
from tests.support.synthetic_turns import make_relay

BELOW = {"fastapi": "starlette"}
COSTS = {f"asgi--{UVICORN}": 50.0, f"starlette--{UVICORN}": 100.0, f"fastapi--{UVICORN}": 200.0}
STACKS = (("asgi", UVICORN), ("starlette", UVICORN), ("fastapi", UVICORN))


def against(run: Run) -> tuple[AgainstReference, ...]:
    summaries = summarise(run)
    return against_references(group_contenders(summaries), Ratios(summaries), BELOW)


def test_all_are_held_against_the_framework_that_another_stands_on() -> None:
    run = make_relay(stacks=STACKS, cost_us=COSTS, control=False, scenarios=("json", "orders"))
    (variant,) = against(run)
    assert (variant.server, variant.reference) == (UVICORN, "starlette")
    by_framework = {name: level.value for (name, _), level in variant.ratios.items()}
    assert by_framework["starlette"] == 1.0
    assert by_framework["fastapi"] == pytest.approx(0.5, rel=0.05)
    assert by_framework["asgi"] == pytest.approx(2.0, rel=0.05)
    assert len(variant.ratios) == 6


def test_each_server_has_a_reference_of_its_own_and_one_stack_alone_nothing_to_compare() -> None:
    stacks = (*STACKS, ("litestar", GRANIAN), ("fastapi", GRANIAN), ("flask", THREADS))
    run = make_relay(stacks=stacks, control=False, scenarios=("json",))
    assert {variant.server: (variant.reference, variant.compares) for variant in against(run)} == {
        UVICORN: ("starlette", True),
        GRANIAN: ("fastapi", True),
        THREADS: ("flask", False),
    }


def test_the_framework_with_values_in_most_scenarios_is_the_reference() -> None:
    run = make_relay(stacks=STACKS, control=False, scenarios=("json", "orders"))
    fewer = tuple(
        trial
        for trial in run.trials
        if (trial.cell.framework, trial.cell.scenario) != ("starlette", "orders")
    )
    (variant,) = against(replace(run, trials=fewer))
    assert variant.reference == "fastapi"
