"""Every way of loading: whether it takes turns or whole windows, and why."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from results.model import Arrivals, Cell, Interface, Load
from runners.selection.loading import MOST_TOGETHER, batches, why_alone, why_whole
from scenarios.catalogue import discover
from tests.support.fake_run import IN_TURNS, SETUP

SCENARIOS = discover()
CELL = Cell(framework="fastapi", server="uvicorn-standard", interface=Interface.ASGI, scenario="json")


@pytest.mark.parametrize(
    "change", [{}, {"connections": 1}, {"connections": 256}, {"workers": 2}, {"reuse": 5}]
)
def test_a_closed_load_takes_turns(change: dict[str, Any]) -> None:
    assert not why_whole(replace(CELL, **change), SCENARIOS["json"], IN_TURNS)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"connections": 257}, "a wave of 257 answers takes longer than a turn"),
        (
            {"load": Load.OPEN, "rate_rps": 500.0, "arrivals": Arrivals.POISSON},
            "an open load follows its schedule",
        ),
    ],
)
def test_a_load_that_never_rests_takes_whole_windows(change: dict[str, Any], reason: str) -> None:
    assert why_whole(replace(CELL, **change), SCENARIOS["json"], IN_TURNS) == reason


@pytest.mark.parametrize("change", [{"generators": 2}, {"joined": 1}])
def test_several_generators_take_whole_windows(change: dict[str, Any]) -> None:
    assert "several generators" in why_whole(CELL, SCENARIOS["json"], replace(IN_TURNS, **change))


def test_a_server_of_somebody_else_takes_whole_windows() -> None:
    assert "did not start" in why_whole(CELL, SCENARIOS["json"], replace(IN_TURNS, url="http://127.0.0.1:1"))


def test_a_setup_without_turns_takes_whole_windows() -> None:
    assert why_whole(CELL, SCENARIOS["json"], SETUP) == "whole windows were asked for"


def test_scenarios_that_wait_or_stream_take_whole_windows_and_all_others_turns() -> None:
    whole = {name for name, scenario in SCENARIOS.items() if why_whole(CELL, scenario, IN_TURNS)}
    assert whole == {
        *("compress-large", "delay", "delay-threadpool", "items-large", "sse", "stream", "websocket"),
    }


@pytest.mark.parametrize(
    ("scenario", "reason"),
    [
        ("db-read", "what the database does behind an answer would fall into another's turn"),
        ("upstream", "what the upstream does behind an answer would fall into another's turn"),
        ("background", "its tasks run behind its answers"),
        ("delay", "it is measured in whole windows"),
    ],
)
def test_what_goes_on_behind_an_answer_takes_turns_alone(scenario: str, reason: str) -> None:
    assert why_alone(replace(CELL, scenario=scenario), SCENARIOS[scenario], IN_TURNS) == reason


def test_workloads_of_one_kind_take_turns_together() -> None:
    def workload(scenario: str, **change: Any) -> list[Cell]:  # noqa: ANN401
        return [replace(CELL, scenario=scenario, **change)]

    plain = ["json", "plaintext", "orders", "items", "params", "form"]
    assert batches(map(workload, plain), SCENARIOS, IN_TURNS) == (tuple(range(MOST_TOGETHER)), (4, 5))
    mixed = [workload("json"), workload("delay"), workload("json", connections=8), workload("db-read")]
    mixed += [workload("orders"), workload("db-write"), workload("orders", connections=8)]
    assert batches(mixed, SCENARIOS, IN_TURNS) == ((0, 4), (1,), (2, 6), (3,), (5,))
    assert batches(mixed, SCENARIOS, SETUP) == tuple((place,) for place in range(len(mixed)))
