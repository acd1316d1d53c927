from __future__ import annotations

import math
from dataclasses import replace

import pytest

from report.analysis.two_sides import matching
from report.analysis.two_sides.matching import COMPARED, CPU, UnusableError
from results.model import FailureStage, GateStage, Pairing, Run, SideName, Trial
from tests.support.synthetic_gate import make_gate

RUN = make_gate()
LOAD = RUN.plan.pairings[-1]
TRIAL = RUN.trials[0]


def of(
    run: Run, pairing: Pairing = LOAD, stage: GateStage = GateStage.SCREEN
) -> list[matching.MatchedTrials]:
    return matching.matched(run, pairing, stage)


def test_pairs_are_the_trials_of_both_sides_with_one_number() -> None:
    found = of(RUN)
    assert [pair.number for pair in found] == list(range(8))
    assert all((pair.base.side, pair.head.side) == ("base", "head") for pair in found)
    assert sorted(pair.order for pair in found) == [-1] * 4 + [1] * 4
    assert of(RUN, stage=GateStage.CONFIRM) == []


def test_a_pair_of_which_a_side_is_missing_is_none() -> None:
    lonely = replace(RUN, trials=tuple(each for each in RUN.trials if (each.block, each.side) != (3, "head")))
    assert [pair.number for pair in of(lonely)] == [0, 1, 2, 4, 5, 6, 7]


def test_base_came_first_where_its_place_is_0() -> None:
    for pair in of(RUN):
        assert (pair.order == 1) == (pair.base.place == 0)


def test_worse_is_positive_for_every_metric() -> None:
    slow = tuple(
        replace(
            each,
            window_s=each.window_s * (2 if each.side == SideName.HEAD else 1),
            server_cpu_ns=(each.server_cpu_ns or 0) * (2 if each.side == SideName.HEAD else 1),
        )
        for each in make_gate(pair_noise=0.0).trials
    )
    found = of(replace(RUN, trials=slow))
    for name in ("throughput_rps", "cpu_us_per_request"):
        assert [pair.worse for pair in matching.pairs(found, COMPARED[name])] == pytest.approx(
            [math.log(2)] * 8
        )


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"requests": 0}, "not one right answer"),
        ({"window_s": 0.0}, "not one right answer"),
        ({"errors": {"timeout": 2}}, "2 answers were wrong, late or missing"),
        ({"processes_changed": True}, "lost a process"),
        ({"in_flight_mean": 50.0}, "not all in use"),
        ({"place": None}, "place was not recorded"),
        ({"side": ""}, "side or place"),
    ],
)
def test_an_invalid_trial_says_why(change: dict[str, object], reason: str) -> None:
    broken: Trial = replace(TRIAL, **change)  # type: ignore[arg-type] # passed on by name
    assert reason in matching.invalid(broken)
    with pytest.raises(UnusableError, match=reason):
        matching.value(broken, CPU)


def test_what_was_not_measured_is_no_zero() -> None:
    for nothing in (None, 0):
        with pytest.raises(UnusableError, match="CPU time of the server was not measured"):
            matching.value(replace(TRIAL, server_cpu_ns=nothing), CPU)
    with pytest.raises(UnusableError, match="pair 0"):
        matching.value(replace(TRIAL, latency="broken"), COMPARED["p50_us"])


def test_latencies_of_a_window_that_did_not_settle_say_nothing() -> None:
    short = replace(TRIAL, requests=100, in_flight_mean=64.0)
    with pytest.raises(UnusableError, match="too short"):
        matching.value(short, COMPARED["p50_us"])


def test_a_failure_concerns_its_cell_its_side_or_its_stack() -> None:
    cell = LOAD.head
    from results.model import Failure  # noqa: PLC0415 - only here

    of_cell = Failure(
        stack=cell.stack, cell=cell, block=1, stage=FailureStage.LOAD, message="m", side=SideName.HEAD
    )
    of_stack = replace(of_cell, cell=None, side=SideName.BASE)
    of_other = replace(of_cell, cell=RUN.plan.pairings[0].head)
    run = replace(RUN, failures=(of_cell, of_stack, of_other))
    assert matching.failures(run, LOAD) == [of_cell, of_stack]


def test_two_cells_have_a_title_that_names_both() -> None:
    other = Pairing(base=replace(LOAD.base, server="granian-asgi"), head=LOAD.head)
    assert matching.title(LOAD) == LOAD.head.slug
    assert matching.title(other) == f"{other.base.slug} -> {other.head.slug}"
