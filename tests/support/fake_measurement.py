"""A made-up measurement of one window."""

from __future__ import annotations

from typing import Any

from runners.generator.messages import Measured


def measured(**changes: Any) -> Measured:  # noqa: ANN401 - passed on by name
    """200 requests in 2 s, but for ``changes``."""
    facts = {
        "started_unix_s": 1.0,
        "warmup_s": 0.25,
        "warmup_slope": 0.0,
        "window_s": 2.0,
        "requests": 200,
        "bytes_received": 30_000,
        "bytes_sent": 10_000,
        "latency": "",
        "in_flight_mean": 4.0,
        "in_flight_end": 4,
        "checked_full": 0,
        "generator_cpu_ns": 1,
        "generator_idle_s": 0.1,
        "generator_wait_us": 1.0,
    }
    return Measured(**{**facts, **changes})
