"""Counts and latencies as Locust keeps them: in whole milliseconds, good for its console only."""

from __future__ import annotations

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
        latencies_ms = np.array(tally.latencies_ns, dtype=np.int64) / 1e6
        values, counts = np.unique(np.rint(latencies_ms).astype(np.int64), return_counts=True)
        return cls(
            right=len(latencies_ms),
            total_ms=round(latencies_ms.sum()),
            least_ms=round(latencies_ms.min(initial=1e9)),
            most_ms=round(latencies_ms.max(initial=0)),
            by_ms=dict(zip(values.tolist(), counts.tolist(), strict=True)),
            received=tally.received,
            errors=dict(tally.errors),
            example=tally.example,
        )

    @property
    def wrong(self) -> int:
        """Requests that gave no right answer."""
        return sum(self.errors.values())
