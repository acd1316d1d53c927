"""What is said beside a lead: the server, WSGI that keeps up, services and waiting that set the pace."""

from __future__ import annotations

from dataclasses import replace

import pytest

from report.analysis.answers.answers import find_answers
from report.analysis.answers.headline import Headline, Situation
from report.analysis.conclusions import conclude
from results.model import Run
from tests.support.made_answers import (
    COSTS,
    GRANIAN,
    GRANIAN_WSGI,
    TWO,
    USUAL,
    UVICORN,
    anybody,
    changed,
    clear_winner,
    database_bound,
    flask_level,
    on_servers,
    waiting_only,
)
from tests.support.synthetic_turns import make_relay


def told(run: Run) -> Headline:
    return find_answers(run, conclude(run)).headline


def test_a_small_effect_of_the_server_is_told_by_its_farthest_end() -> None:
    effect = told(clear_winner()).server
    assert effect is not None
    assert effect.small
    assert 0.03 < effect.at_most < 0.1
    assert effect.number.other is not None
    assert effect.number.other.server == UVICORN


def test_a_large_effect_of_the_server_is_told_by_its_largest_ratio() -> None:
    stacks = (*TWO, ("starlette", GRANIAN), ("fastapi", GRANIAN))
    costs = on_servers(COSTS, uvicorn_standard=1.0, granian_asgi=0.5)
    effect = told(make_relay(stacks=stacks, cost_us=costs, **USUAL)).server
    assert effect is not None
    assert not effect.small
    assert effect.number.value.value == pytest.approx(2, rel=0.05)


def test_wsgi_keeps_up_with_the_best_stack_on_asgi_that_costs_as_much() -> None:
    number = told(flask_level()).wsgi
    assert number is not None
    assert number.other is not None
    assert (number.cell.framework, number.other.framework) == ("flask", "starlette")
    assert number.cell.server == GRANIAN_WSGI


def test_wsgi_that_is_level_with_a_slower_framework_alone_is_not_told() -> None:
    costs = {f"{name}--{UVICORN}": cost for name, cost in (("starlette", 100.0), ("fastapi", 227.0))}
    run = make_relay(
        stacks=(*TWO, ("flask", GRANIAN_WSGI)),
        cost_us=costs | {f"flask--{GRANIAN_WSGI}": 227.0},
        control=False,
        scenarios=("json",),
    )
    assert told(run).wsgi is None


def test_wsgi_that_falls_behind_is_not_told() -> None:
    slower = changed(
        flask_level(),
        lambda cell: cell.framework == "flask",
        lambda trial: replace(
            trial,
            turns=trial.turns and replace(trial.turns, requests=tuple(n // 2 for n in trial.turns.requests)),
        ),
    )
    assert told(slower).wsgi is None


def test_a_busy_database_sets_the_pace_and_is_doubted_once() -> None:
    headline = told(database_bound())
    (pace,) = headline.paces
    assert (pace.scenario, pace.service) == ("db-read", "database")
    assert headline.doubt is None


def test_a_database_with_time_to_spare_does_not() -> None:
    idle = changed(
        database_bound(), anybody, lambda trial: replace(trial, service_cpu_ns={"database": 10**7})
    )
    assert told(idle).paces == ()


def test_waiting_is_told_of_scenarios_that_ask_for_it_alone() -> None:
    run = waiting_only()
    assert told(run).situation == Situation.WAITING
    elsewhere = replace(
        run,
        plan=replace(run.plan, cells=tuple(replace(cell, scenario="json") for cell in run.plan.cells)),
        trials=tuple(replace(trial, cell=replace(trial.cell, scenario="json")) for trial in run.trials),
    )
    assert told(elsewhere).situation == Situation.RANKED
