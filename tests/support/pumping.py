"""A pump driven until something is so."""

from __future__ import annotations

import time
from collections.abc import Callable

from runners.generator.pump.pump import Pump
from runners.generator.pump.tally import Tally


def right(tally: Tally) -> int:
    return len(tally.latencies_ns)


def drive_until(pump: Pump, done: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + 10
    while not done():
        assert time.monotonic() < deadline_s, (right(pump.tally), pump.tally.errors, pump.tally.example)
        pump.drive(time.monotonic_ns() + 1_000_000)
