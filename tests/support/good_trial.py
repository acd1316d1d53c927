"""A trial that no flag holds for, to be spoilt by a test."""

from __future__ import annotations

from dataclasses import replace

from tests.support.synthetic import make_run

RUN = make_run(blocks=1, scenarios=("json",), troubles=False)
GOOD = replace(
    RUN.trials[0],
    window_s=1.0,
    requests=6_400,
    errors={},
    stale=0,
    connections_opened=0,
    in_flight_mean=64.0,
    server_cpu_ns=980_000_000,
    generator_cpu_ns=100_000_000,
    generator_idle_s=0.9,
    generator_wait_us=30.0,
    busy_ticks=110,
    steal_ticks=0,
)
