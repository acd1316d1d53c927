"""Arithmetic means and their differences with intervals: for counts, which add up from layer to layer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean, variance

from report.stats.levels import CONFIDENCE, Level, student


def mean_level(values: Sequence[float]) -> Level:
    """Mean of independent counts with Student's interval; without one where there is one value only."""
    value, n = fmean(values), len(values)
    if n < 2:  # noqa: PLR2004 - a spread needs two
        return Level(value=value, n=n)
    return _within(value, math.sqrt(variance(values) / n), n - 1, n)


def difference_of_means(upper: Sequence[float], lower: Sequence[float]) -> Level:
    """``upper`` minus ``lower`` by Welch's interval (Biometrika 34, 1947); none for a single count."""
    value, n = fmean(upper) - fmean(lower), min(len(upper), len(lower))
    if n < 2:  # noqa: PLR2004 - a spread needs two
        return Level(value=value, n=n)
    parts = [(variance(values) / len(values), len(values) - 1) for values in (upper, lower)]
    total = sum(part for part, _ in parts)
    freedom = total**2 / sum(part**2 / own for part, own in parts) if total else 1.0
    return _within(value, math.sqrt(total), freedom, n)


def _within(value: float, standard_error: float, freedom: float, n: int) -> Level:
    half = student(CONFIDENCE, freedom) * standard_error
    return Level(value=value, low=value - half, high=value + half, n=n)
