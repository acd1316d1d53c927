from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from report.analysis.patterns.catalogue import explain
from report.analysis.summary import summarise
from results.model import Ceiling, Run
from tests.support.made_patterns import HONEST, patterns_of, run_of, spoilt

WINDOW: dict[str, Any] = {"window_s": 1.0, "requests": 6_400, "busy_ticks": None, "generator_wait_us": 20.0}
SPARE: dict[str, Any] = {"server_cpu_ns": 600_000_000, "generator_idle_s": 0.02}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (SPARE, True),
        ({"server_cpu_ns": 600_000_000, "generator_idle_s": 0.9, "generator_wait_us": 3_000.0}, True),
        ({**SPARE, "generator_idle_s": 0.2}, False),
        ({**SPARE, "server_cpu_ns": 950_000_000}, False),  # both had no time left
        ({**SPARE, "server_cpu_ns": None}, False),
    ],
)
def test_a_client_without_time_beside_a_server_that_has_some(changes: dict[str, Any], *, told: bool) -> None:
    assert ("client-bound" in patterns_of(run_of(spoilt(**{**WINDOW, **changes})))) == told


def test_a_client_at_its_ceiling() -> None:
    busy = spoilt(**{**WINDOW, "server_cpu_ns": 600_000_000, "generator_idle_s": 0.5})
    run = run_of(busy)
    bytes_a_request = (busy.bytes_received + busy.bytes_sent) / busy.requests

    def below(rps: float) -> Run:
        ceilings = tuple(
            Ceiling(shape=name, connections=64, rps=rps, bytes_per_request=bytes_a_request * factor)
            for name, factor in (("small", 0.5), ("large", 2.0))
        )
        return replace(run, plan=replace(run.plan, ceilings=ceilings))

    assert "at 91% of its ceiling" in patterns_of(below(7_000))["client-bound"]
    assert "client-bound" not in patterns_of(below(9_000))


def test_a_client_that_others_kept_from_its_cpu() -> None:
    spare = {**WINDOW, "server_cpu_ns": 600_000_000, "generator_idle_s": 0.9}
    told = patterns_of(run_of(spoilt(**spare, generator_delay_ns=400_000_000)))["client-bound"]
    assert "without a CPU though it had work for 40% of the time" in told


def test_one_cpu_for_both_is_said_otherwise() -> None:
    run = run_of(spoilt(**WINDOW, **SPARE))
    crowded = replace(
        run, plan=replace(run.plan, setup=replace(run.plan.setup, generator_cpus=(1,), server_cpus=(1,)))
    )
    assert "client-bound" not in patterns_of(crowded)


@pytest.mark.parametrize(("periods", "told"), [(3, True), (1, True), (0, False), (None, False)])
def test_a_quota(periods: int | None, *, told: bool) -> None:
    found = patterns_of(run_of(spoilt(throttled_periods=periods)))
    assert ("cpu-quota" in found) == told


def test_a_quota_that_was_reached_once_explains_nothing() -> None:
    run = run_of(HONEST)
    once = replace(run, trials=(replace(run.trials[0], throttled_periods=9), *run.trials[1:]))
    assert explain(once, summarise(once)) == ()


def test_who_waits_for_a_quota_waits_for_nothing_else() -> None:
    idle: dict[str, Any] = {
        **WINDOW,
        "server_cpu_ns": 200_000_000,
        "generator_idle_s": 0.95,
        "requests": 1_500,
    }
    assert patterns_of(run_of(spoilt(**idle, throttled_periods=8))).keys() == {"cpu-quota"}
    assert patterns_of(run_of(spoilt(**idle, throttled_periods=0))).keys() == {"waiting"}
