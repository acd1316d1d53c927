"""The statistics: intervals on log scale, ratios within blocks, tiers by the studentized range, A/A.

Everything works on positive values by block and on the logarithms of their ratios, so that a factor of two
up and a factor of two down are equally far. Distributions come from scipy; here is only their use.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

CONFIDENCE = 0.95
BLOCKS_TO_RANK = 6
"""No tiers and no ranking words below this many blocks."""

Blocks = Mapping[int, float]
"""One positive value per block."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A value with its interval; ``low`` and ``high`` are None where there are too few values for one."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Mean of log ratios over blocks, with its standard error."""

    mean: float
    standard_error: float
    n: int

    def level(self, confidence: float = CONFIDENCE) -> Level:
        """The ratio: exp(mean -+ t(confidence, n-1) SE), Student's one-sample interval on logs."""
        if self.n < 2:  # noqa: PLR2004 - a spread needs two
            return Level(value=math.exp(self.mean), n=self.n)
        half = student(confidence, self.n - 1) * self.standard_error
        low, high = math.exp(self.mean - half), math.exp(self.mean + half)
        return Level(value=math.exp(self.mean), low=low, high=high, n=self.n)


@cache
def student(confidence: float, freedom: int) -> float:
    """Two-sided critical value of Student's t."""
    return float(stats.t.ppf((1 + confidence) / 2, freedom))


@cache
def studentized_range(groups: int, freedom: int, confidence: float = CONFIDENCE) -> float:
    """q(confidence; groups, freedom), the critical value of Tukey's studentized range."""
    return float(stats.studentized_range.ppf(confidence, groups, freedom))


def around(merged: float, by_trial: Sequence[float]) -> Level:
    """A percentile of merged samples with the relative interval of the trials' own percentiles."""
    own = level(by_trial)
    if own is None or own.low is None or own.high is None:
        return Level(value=merged, n=len(by_trial))
    scale = merged / own.value
    return Level(value=merged, low=own.low * scale, high=own.high * scale, n=own.n)


def mean_of_logs(values: Sequence[float]) -> Difference:
    """Mean and standard error (s / sqrt(n)) of the logarithms of positive values."""
    logs: NDArray[np.float64] = np.log(np.asarray(values, dtype=np.float64))
    n = len(logs)
    error = float(np.std(logs, ddof=1)) / math.sqrt(n) if n > 1 else math.nan
    return Difference(mean=float(np.mean(logs)), standard_error=error, n=n)


def level(values: Sequence[float], confidence: float = CONFIDENCE) -> Level | None:
    """Geometric mean of positive values with its t interval; None without values."""
    return mean_of_logs(values).level(confidence) if values else None


def difference(a: Blocks, b: Blocks) -> Difference | None:
    """Mean of d = ln(a/b) within each block that has both; None where no block has."""
    common = sorted(a.keys() & b.keys())
    return mean_of_logs([a[block] / b[block] for block in common]) if common else None


def ratio(a: Blocks, b: Blocks, confidence: float = CONFIDENCE) -> Level | None:
    """a/b within blocks, with its interval; None where no block has both."""
    found = difference(a, b)
    return found.level(confidence) if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiers:
    """Who cannot be told from whom."""

    tiers: dict[str, int]
    """1 is the tier of those that cannot be told from the best; none for those with fewer than 6 blocks."""
    order: tuple[str, ...]
    """From best to worst by centre, those that are not ranked last; without tiers it ranks nothing."""
    separable_percent: float | None
    """Smallest difference that could have been told: median over the pairs with the best."""


def tiers(contenders: Mapping[str, Blocks], *, higher_is_better: bool = True) -> Tiers:
    """First tier: mean log difference from the best at most q(.95; K, (K-1)(B-1)) / sqrt(2) standard errors.

    Tukey's honestly significant difference in randomised blocks, stepwise from the top with the same K.
    The standard error is the pair's own or, where larger, that pooled over all pairs: the pair's own alone
    excludes one of 8 equal stacks in 7 runs of 100, the pooled one alone in 13 where one is noisier.
    """
    sign = 1 if higher_is_better else -1
    centre = {name: sign * mean_of_logs(list(blocks.values())).mean for name, blocks in contenders.items()}
    ranked = {name: blocks for name, blocks in contenders.items() if len(blocks) >= BLOCKS_TO_RANK}
    order = tuple(sorted(centre, key=lambda name: (name not in ranked, -centre[name], name)))
    if len(ranked) < 2:  # noqa: PLR2004 - one alone has no rank
        return Tiers(tiers={}, order=order, separable_percent=None)
    left, found, variance = list(order[: len(ranked)]), dict[str, int](), _pooled_variance(ranked)
    separable = _separable(ranked, left, variance)
    for tier in range(1, len(ranked) + 1):
        found |= {name: tier for name in left if not _apart(ranked, left[0], name, sign, variance)}
        left = [name for name in left if name not in found]
        if not left:
            break
    return Tiers(tiers=found, order=order, separable_percent=separable)


def _apart(contenders: Mapping[str, Blocks], best: str, other: str, sign: int, variance: float) -> bool:
    if best == other:
        return False
    found = difference(contenders[best], contenders[other])
    return found is not None and sign * found.mean > _least_significant(found, len(contenders), variance)


def _least_significant(found: Difference, groups: int, variance: float) -> float:
    """Smallest mean log difference of one pair that tells the two apart."""
    if found.n < 2:  # noqa: PLR2004 - no spread, no claim
        return math.inf
    error = max(found.standard_error, math.sqrt(variance / found.n))
    return studentized_range(groups, (groups - 1) * (found.n - 1)) / math.sqrt(2) * error


def _pooled_variance(contenders: Mapping[str, Blocks]) -> float:
    """Mean variance of a pair's log difference: with full blocks twice the residual mean square."""
    pairs = (difference(one, two) for one, two in combinations(contenders.values(), 2))
    return float(np.mean([pair.standard_error**2 * pair.n for pair in pairs if pair and pair.n > 1] or [0.0]))


def _separable(contenders: Mapping[str, Blocks], order: Sequence[str], variance: float) -> float | None:
    pairs = (difference(contenders[order[0]], contenders[other]) for other in order[1:])
    least = [_least_significant(pair, len(contenders), variance) for pair in pairs if pair and pair.n > 1]
    return 100 * math.expm1(float(np.median(least))) if least else None
