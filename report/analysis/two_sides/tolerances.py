"""What differences matter and how much must be measured: docs/method.md, section 6."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from report.analysis.metric_types import Effects, Metric

REPEAT_DEVIATION = 0.001
"""Standard deviation of one count on the log scale, as seen in repeats of uvicorn and granian stacks."""
REPEAT_FREEDOM = 4.0
"""Degrees of freedom that ``REPEAT_DEVIATION`` counts for beside those of the repeats themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerances:
    """From which difference on, and from how many measurements, two sides are said to differ."""

    effects: Mapping[str, Effects] = field(default_factory=dict)
    """By the metric's name, where they are others than the metric declares."""
    memory: bool = False
    """Whether memory after load decides; else it informs."""
    min_pairs: int = 5
    """Fewer launch pairs say nothing."""
    fresh_pairs: int = 16
    """Pairs on which a cell is confirmed, or more where its screen varied so much that they are needed."""
    fewest_fresh_pairs: int = 6
    """Pairs on which a cell is confirmed whose screen leaves no doubt."""
    most_fresh_pairs: int = 33
    """Pairs that one cell may take at most: those that a deviation of 15% needs to show 10%."""
    min_repeats: int = 2
    """Fewer counts a side say nothing."""
    cost_error: float = 0.001
    """Counts are repeated until the standard error of the difference is this small (log scale)."""
    max_repeats: int = 8
    """Counts of each side, at most."""
    min_suspicious: int = 6
    """A difference of half the least effect or more is counted this often, so that no regression rests on two
    counts that happen to agree."""
    max_suspicious: int = 20
    """Counts of each side of such a difference, at most."""

    def effects_of(self, metric: Metric) -> Effects:
        """Which differences of ``metric`` matter; ValueError where two sides are not compared by it."""
        if metric.name in self.effects:
            return self.effects[metric.name]
        if metric.two_sides is None:
            raise ValueError(f"two sides are not compared by {metric.noun}")
        return metric.two_sides.effects


DEFAULTS = Tolerances()
