from __future__ import annotations

import math
from dataclasses import replace

import pytest

from report.analysis.metrics import CPU, MEDIAN, THROUGHPUT
from report.analysis.two_sides.pairings import matched_trials
from report.analysis.two_sides.trial_values import (
    UnusableError,
    pair_values,
    paired_differences,
    trial_value,
    why_invalid,
)
from results.model import GateStage, SideName, Trial
from tests.support.synthetic_gate import make_gate
from tests.support.synthetic_turns import make_gate_in_turns

RUN = make_gate()
LOAD = RUN.plan.pairings[-1]
LOAD_OF_FIRST = RUN.plan.pairings[-2]
TRIAL = RUN.trials[0]


def test_worse_is_positive_for_every_metric() -> None:
    slow = tuple(
        replace(
            each,
            window_s=each.window_s * (2 if each.side == SideName.HEAD else 1),
            server_cpu_ns=(each.server_cpu_ns or 0) * (2 if each.side == SideName.HEAD else 1),
        )
        for each in make_gate(pair_noise=0.0).trials
    )
    matched = matched_trials(replace(RUN, trials=slow), LOAD, GateStage.SCREEN)
    for metric in (THROUGHPUT, CPU):
        worse = [pair.worse for pair in paired_differences(matched, metric)]
        assert worse == pytest.approx([math.log(2)] * 8)


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
    assert reason in why_invalid(broken)
    with pytest.raises(UnusableError, match=reason):
        trial_value(broken, CPU)


def test_what_was_not_measured_is_no_zero() -> None:
    for cpu_ns in (None, 0):
        with pytest.raises(UnusableError, match="CPU time of the server was not measured"):
            trial_value(replace(TRIAL, server_cpu_ns=cpu_ns), CPU)
    with pytest.raises(UnusableError, match="pair 0"):
        trial_value(replace(TRIAL, latency="broken"), MEDIAN)


def test_latencies_of_a_window_that_did_not_settle_say_nothing() -> None:
    short = replace(TRIAL, requests=100, in_flight_mean=64.0)
    with pytest.raises(UnusableError, match="too short"):
        trial_value(short, MEDIAN)


def test_values_of_two_legs_are_at_one_speed_of_the_machine() -> None:
    pairs = matched_trials(
        make_gate_in_turns(cpu_change=0.3, pair_noise=0.0), LOAD_OF_FIRST, GateStage.SCREEN
    )
    for metric in (THROUGHPUT, CPU):
        worse = [pair.worse for pair in paired_differences(pairs, metric)]
        assert worse == pytest.approx([math.log(1.3)] * 8, abs=0.06)
    raw = [pair.base.requests / pair.base.window_s for pair in pairs]
    adjusted = [pair_values(pair, THROUGHPUT)[0] for pair in pairs]
    assert adjusted == pytest.approx(raw, rel=0.15)
    assert adjusted != raw


def test_a_leg_has_no_latency() -> None:
    leg = make_gate_in_turns().trials[0]
    with pytest.raises(UnusableError, match="latency does not come from turns"):
        trial_value(leg, MEDIAN)


def test_a_leg_is_no_doubtful_trial_for_what_turns_are() -> None:
    leg = make_gate_in_turns().trials[0]
    assert leg.in_flight_mean < 0.95 * leg.cell.connections
    assert why_invalid(leg) == ""
