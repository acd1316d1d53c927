"""Levels with their intervals, by Student's t on the logarithms of values by block, and critical values.

Values are positive; on the log scale a factor of two up and a factor of two down are equally far.
Distributions come from scipy. Ratios are the business of ``report.stats.launches``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import stats

CONFIDENCE = 0.95
"""Probability that an interval holds the true value."""
BLOCKS_FOR_INTERVAL = 4
"""Fewer blocks give no interval: two that happen to agree would pass for a precise level, and two that do not
for anything between nothing and everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A value with its interval; ``low`` and ``high`` are None where there are too few blocks for one."""

    value: float
    low: float | None = None
    high: float | None = None
    n: int = 1
    """Blocks that the interval rests on."""

    @property
    def half_width_percent(self) -> float | None:
        """How far the interval's farther end is from the value, in percent of the value."""
        if self.low is None or self.high is None:
            return None
        return 100 * max(self.high / self.value - 1, 1 - self.low / self.value)

    def holds(self, value: float) -> bool:
        """Whether ``value`` lies in the interval; False where there is none."""
        return self.low is not None and self.high is not None and self.low <= value <= self.high


@dataclass(frozen=True, slots=True, kw_only=True)
class LogMean:
    """Mean of logarithms over blocks, with its standard error."""

    mean: float
    standard_error: float
    n: int

    def level(self, confidence: float = CONFIDENCE) -> Level:
        """exp(mean -+ t(confidence, n-1) SE), Student's one-sample interval on logs."""
        if self.n < BLOCKS_FOR_INTERVAL:
            return Level(value=math.exp(self.mean), n=self.n)
        half = student(confidence, self.n - 1) * self.standard_error
        low, high = _exp(self.mean - half), _exp(self.mean + half)
        return Level(value=math.exp(self.mean), low=low, high=high, n=self.n)


def _exp(logarithm: float) -> float:
    """The number with that logarithm; infinite where it is too large for one."""
    try:
        return math.exp(logarithm)
    except OverflowError:
        return math.inf


@lru_cache(maxsize=4_096)
def student(confidence: float, freedom: float) -> float:
    """Two-sided critical value of Student's t with ``freedom`` degrees of freedom."""
    return float(stats.t.ppf((1 + confidence) / 2, freedom))


@cache
def studentized_range(groups: int, freedom: int, confidence: float = CONFIDENCE) -> float:
    """q(confidence; groups, freedom), the critical value of Tukey's studentized range."""
    return float(stats.studentized_range.ppf(confidence, groups, freedom))


def around(merged: float, by_trial: Sequence[float]) -> Level:
    """``merged``, a percentile of all samples, with the relative interval of the trials' own percentiles."""
    own = level(by_trial)
    if own is None or own.low is None or own.high is None:
        return Level(value=merged, n=len(by_trial))
    scale = merged / own.value
    return Level(value=merged, low=own.low * scale, high=own.high * scale, n=own.n)


def mean_of_logs(values: Sequence[float]) -> LogMean:
    """Mean and standard error (s / sqrt(n)) of the logarithms of positive values."""
    logs: NDArray[np.float64] = np.log(np.asarray(values, dtype=np.float64))
    n = len(logs)
    error = float(np.std(logs, ddof=1)) / math.sqrt(n) if n > 1 else math.nan
    return LogMean(mean=float(np.mean(logs)), standard_error=error, n=n)


def level(values: Sequence[float], confidence: float = CONFIDENCE) -> Level | None:
    """Geometric mean of positive values with its t interval; None without values."""
    return mean_of_logs(values).level(confidence) if values else None
