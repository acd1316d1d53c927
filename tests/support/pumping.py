"""Drives a pump until a condition holds."""

from __future__ import annotations

import time
from collections.abc import Callable

from runners.generator.pump.pump import Pump
from runners.generator.pump.tally import Tally


def right(tally: Tally) -> int:
    """How many right answers were counted."""
    return len(tally.latencies_ns)


def drive_until(pump: Pump, done: Callable[[], bool]) -> None:
    """Drive ``pump`` until ``done``, for 10 s at most."""
    deadline_s = time.monotonic() + 10
    while not done():
        assert time.monotonic() < deadline_s, (right(pump.tally), pump.tally.errors, pump.tally.example)
        pump.drive(time.monotonic_ns() + 1_000_000)
