from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from report.page.build import build
from report.views import terminal
from results.model import Failure, FailureStage, Run, Turns
from tests.support.made_patterns import HONEST, patterns_of, run_of, spoilt

FAILED = Failure(
    stack=HONEST.cell.stack,
    cell=HONEST.cell,
    block=0,
    stage=FailureStage.LOAD,
    message="24 of 64 connections got no answer in the warm-up",
    answered=40,
)


def with_answered(*counts: int | None) -> Run:
    """A run whose launches failed, each with so many connections that were served."""
    return replace(run_of(FAILED), failures=tuple(replace(FAILED, answered=count) for count in counts))


def test_connections_that_hang_beside_others_that_are_served() -> None:
    assert patterns_of(with_answered(40, 41, 40)) == {
        "connection-limit": "40 of 64 connections were served, the others hung in each of 3 launches"
    }
    assert patterns_of(with_answered(40)) == {
        "connection-limit": "40 of 64 connections were served, the others hung"
    }


@pytest.mark.parametrize("counts", [(None,), (0,), (40, None), (40, 25)])
def test_what_failed_otherwise_or_elsewhere_each_time_is_no_limit(counts: tuple[int | None, ...]) -> None:
    assert not patterns_of(with_answered(*counts))


def test_a_cell_without_any_trial_is_explained_on_terminal_and_page(tmp_path: Path) -> None:
    other = spoilt({"framework": "starlette"})
    run = run_of(FAILED, other)
    assert "lets the others hang (40 of 64 connections were served" in terminal.as_text(run, Path(), None)
    assert "40 of 64 connections were served" in build([run], tmp_path).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("cell", "changes", "told"),
    [
        ({}, {"connections_opened": 7, "requests": 700}, True),
        ({}, {"connections_opened": 0}, False),
        ({}, {"connections_opened": 700, "requests": 700}, False),  # it keeps none
        ({}, {"connections_opened": 7, "errors": {"reset": 7}}, False),  # they failed
        ({"reuse": 100}, {"connections_opened": 8, "requests": 700}, False),
        ({"reuse": 100}, {"connections_opened": 70, "requests": 700}, True),
    ],
)
def test_connections_that_are_closed_too_soon(
    cell: dict[str, Any], changes: dict[str, Any], *, told: bool
) -> None:
    assert ("early-close" in patterns_of(run_of(spoilt(cell, **changes)))) == told


def test_those_closed_at_rest_count_in_turns_and_a_worker_that_was_restarted_is_named() -> None:
    turns = Turns(begun_us=(0,), span_us=(35_000,), requests=(700,))
    resting = spoilt(stale=64, turns=turns, requests=700)
    evidence = patterns_of(run_of(resting))["early-close"]
    assert evidence == (
        "the server closed 256 connections in 4 trials, one every 11 requests; "
        "they were to be kept for 60 s when idle"
    )
    restarted = spoilt(connections_opened=32, requests=700, processes_changed=True)
    assert (
        "one every 22 requests, and its processes changed; " in patterns_of(run_of(restarted))["early-close"]
    )


def test_one_that_was_closed_in_one_launch_is_no_pattern() -> None:
    run = run_of(HONEST)
    once = replace(run, trials=(replace(run.trials[0], connections_opened=64), *run.trials[1:]))
    assert not patterns_of(once)
