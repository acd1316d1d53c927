"""What only a trial of open load has: the schedules of its warm-up and its window, and its lateness."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from results.histogram import Latency
from runners.generator.messages import Order
from runners.generator.pump.tally import Tally
from runners.generator.window.arrivals import CONSTANT, arrivals_ns

LATE_NS = 1_000_000
"""A request attended to later than this is a late send."""


@dataclass(frozen=True, slots=True)
class Schedules:
    """When requests are due, in ns from the begin of each stretch."""

    warmup_ns: NDArray[np.int64]
    window_ns: NDArray[np.int64]

    @classmethod
    def of(cls, order: Order, rate_rps: float) -> Self:
        """Those of a trial; raises LoadError for a rate that nobody can offer."""
        seeds = np.random.SeedSequence(order.seed).spawn(2)
        warmup, window = (
            arrivals_ns(rate_rps, length_s, order.arrivals or CONSTANT, np.random.default_rng(seed))
            for length_s, seed in zip((order.warmup_s, order.window_s), seeds, strict=True)
        )
        return cls(warmup, window)


def facts(tally: Tally) -> dict[str, Any]:
    """Fields of ``Measured`` that only an open load has."""
    lateness_ns = np.array(tally.lateness_ns, dtype=np.int64)
    lateness = Latency()
    lateness.record_ns(lateness_ns)
    return {
        "arrivals": len(lateness_ns),
        "late_sends": int((lateness_ns > LATE_NS).sum()),
        "lateness": lateness.encode(),
        "waited": tally.in_line,
    }
