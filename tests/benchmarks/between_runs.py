"""Whether runs agree with each other as their intervals say."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from tests.benchmarks.recorded_ratios import PairRatio, half_width


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Log ratios of the same pairs of stacks in every two of several runs."""

    comparisons: int
    within_percent: float
    """Share whose difference is at most sqrt(h1^2 + h2^2), h the half-widths of the 95% intervals."""
    deviation: float
    """Root mean square of the differences over sqrt(s1^2 + s2^2), s the standard errors."""


def agreement(runs: Sequence[Sequence[PairRatio]]) -> Agreement:
    """Of every two of ``runs``; NaN without a pair that both have."""
    within: list[bool] = []
    standardised: list[float] = []
    for first, second in combinations(runs, 2):
        others = {(ratio.workload, ratio.pair): ratio.shown for ratio in second}
        for ratio in first:
            shown, other = ratio.shown, others.get((ratio.workload, ratio.pair))
            if other is None or not (shown.freedom and other.freedom):
                continue
            difference = shown.mean - other.mean
            within.append(abs(difference) <= math.hypot(half_width(shown), half_width(other)))
            standardised.append(difference / math.hypot(shown.error, other.error))
    if not within:
        return Agreement(comparisons=0, within_percent=math.nan, deviation=math.nan)
    return Agreement(
        comparisons=len(within),
        within_percent=100 * float(np.mean(within)),
        deviation=float(np.sqrt(np.mean(np.square(standardised)))),
    )
