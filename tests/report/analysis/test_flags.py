from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from report.analysis import flags
from results.model import UPSTREAM, Arrivals, Ceiling, Load, Trial
from tests.support.good_trial import GOOD, RUN


def names(trial: Trial) -> list[str]:
    return [flag.name for flag in flags.flag_trial(trial, RUN.plan.setup)]


STARVED = {"server_cpu_ns": 940_000_000}
"""A server with CPU to spare."""
DELAYED = {"generator_delay_ns": 51_000_000}
"""A generator that others kept from its CPU for 51 ms of the second."""


def test_a_good_trial_has_none() -> None:
    assert names(GOOD) == []


@pytest.mark.parametrize(
    ("name", "changes", "just_not"),
    [
        ("generator-bound", {"generator_idle_s": 0.09}, {"generator_idle_s": 0.11}),
        ("generator-bound", {"generator_wait_us": 1_010.0}, {"generator_wait_us": 990.0}),  # N/X is 10 ms
        ("generator-bound", {**STARVED, **DELAYED}, DELAYED),
        ("generator-bound", {**STARVED, **DELAYED}, {**STARVED, "generator_delay_ns": 50_000_000}),
        ("not-settled", {"requests": 319}, {"requests": 320}),
        ("foreign-work", {"busy_ticks": 114}, {"busy_ticks": 113}),
        ("foreign-work", {"busy_ticks": 112, "steal_ticks": 3}, {"busy_ticks": 111, "steal_ticks": 2}),
        ("steal", {"busy_ticks": 108, "steal_ticks": 6}, {"busy_ticks": 108, "steal_ticks": 5}),
        ("throttled", {"throttled_periods": 1}, {"throttled_periods": 0}),
        ("throttled", {"heat_events": 1}, {"heat_events": 0}),
        ("throttled", {"clock_changed": True}, {"clock_changed": False}),
        ("drift", {"quarters": (1400, 1500, 1600, 1700)}, {"quarters": (1400, 1500, 1600, 1670)}),
        ("drift", {"quarters": (1700, 1600, 1500, 1300)}, {"quarters": (1700, 1500, 1600, 1300)}),
        ("drift", {"quarters": (20, 30, 40, 60)}, {"quarters": (20, 24, 28, 35)}),
        ("processes-changed", {"processes_changed": True}, {}),
        ("in-flight", {"in_flight_mean": 63.6}, {"in_flight_mean": 63.7}),
        ("in-flight", {"in_flight_mean": 64.4}, {"in_flight_mean": 64.3}),
        ("errors", {"errors": {"timeout": 1}}, {}),
        ("stale", {"stale": 1}, {}),
        ("reconnecting", {"connections_opened": 65}, {"connections_opened": 64}),
    ],
)
def test_each_flag_at_its_threshold(name: str, changes: dict[str, Any], just_not: dict[str, Any]) -> None:
    assert name in names(replace(GOOD, **changes))
    assert name not in names(replace(GOOD, **just_not))


@pytest.mark.parametrize(("reuse", "most"), [(1, 6_464), (10, 704)])
def test_connections_that_the_client_closes_are_not_the_servers_doing(reuse: int, most: int) -> None:
    closing = replace(GOOD, cell=replace(GOOD.cell, reuse=reuse))
    assert "reconnecting" not in names(replace(closing, connections_opened=most))
    assert "reconnecting" in names(replace(closing, connections_opened=most + 1))


def test_late_sends_and_nothing_else_judge_the_generator_of_an_open_load() -> None:
    cell = replace(GOOD.cell, load=Load.OPEN, rate_rps=1000.0, arrivals=Arrivals.CONSTANT)
    spinning = replace(GOOD, cell=cell, generator_idle_s=0.0, arrivals=1000, late_sends=10)
    assert names(spinning) == []
    assert names(replace(spinning, late_sends=11)) == ["late-sends"]
    assert names(replace(GOOD, arrivals=None, late_sends=None)) == []


def test_one_cpu_is_on_every_trial() -> None:
    setup = replace(RUN.plan.setup, server_cpus=(0,), generator_cpus=(0,))
    assert flags.ONE_CPU in flags.flag_trial(GOOD, setup)
    assert flags.ONE_CPU not in flags.flag_trial(GOOD)


def test_every_flag_says_why_and_what_to_do() -> None:
    for name, flag in flags.CATALOGUE.items():
        assert name == flag.name
        assert flag.word
        assert len(flag.cause) > 20
        assert len(flag.meaning) > 10
        assert len(flag.remedy) > 10


def test_steal_and_foreign_work_are_told_apart() -> None:
    for busy, steal, name in ((114, 0, "foreign-work"), (108, 6, "steal"), (111, 3, "steal")):
        assert names(replace(GOOD, busy_ticks=busy, steal_ticks=steal)) == [name]


def test_throughput_past_four_fifths_of_the_ceiling_is_bound_by_the_generator() -> None:
    def bound(rps: float) -> bool:
        ceilings = (Ceiling(shape="json", connections=64, rps=rps, bytes_per_request=200.0),)
        return flags.GENERATOR_BOUND in flags.flag_trial(GOOD, RUN.plan.setup, ceilings)

    assert bound(7_999.0)  # GOOD has 6,400/s
    assert not bound(8_001.0)


def test_calls_past_four_fifths_of_what_the_upstream_answers_measure_the_upstream() -> None:
    def measured(rps: float, cpu_ns: int = 300_000_000) -> bool:
        ceilings = (Ceiling(shape=UPSTREAM, connections=512, rps=rps, bytes_per_request=400.0),)
        trial = replace(GOOD, service_cpu_ns={UPSTREAM: cpu_ns}, service_cpus={UPSTREAM: 1})
        return flags.UPSTREAM_MEASURED in flags.flag_trial(trial, RUN.plan.setup, ceilings)

    assert measured(7_999.0)  # GOOD has 6,400/s
    assert not measured(8_001.0)
    assert not measured(100.0, cpu_ns=0)  # mounted with others, and not asked
    assert measured(1e6, cpu_ns=810_000_000)
