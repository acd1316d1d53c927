"""Counts and latencies as Locust keeps them: in whole milliseconds, good for its console only."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from runners.generator.pump.tally import Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Right answers and errors of a stretch of load."""

    right: int
    total_ms: int
    least_ms: int
    most_ms: int
    by_ms: dict[int, int]
    """Right answers by latency, rounded to whole milliseconds."""
    received: int
    errors: dict[str, int]
    example: str

    @classmethod
    def from_tally(cls, tally: Tally) -> Span:
        """Sum up what was counted."""
        latencies = tally.durations("latencies_ns")
        values_us, counts = latencies.histogram.values()
        by_ms: Counter[int] = Counter()
        for value_ms, count in zip(np.rint(values_us / 1e3).tolist(), counts.tolist(), strict=True):
            by_ms[round(value_ms)] += count
        return cls(
            right=latencies.count,
            total_ms=round(latencies.sum_ns / 1e6),
            least_ms=min(by_ms, default=0),
            most_ms=max(by_ms, default=0),
            by_ms=dict(by_ms),
            received=tally.received,
            errors=dict(tally.errors),
            example=tally.example,
        )

    @property
    def wrong(self) -> int:
        """Requests that gave no right answer."""
        return sum(self.errors.values())
