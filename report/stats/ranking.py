"""Ranking: tiers of contenders that cannot be told apart, by Tukey's studentized range."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np
from scipy import stats

from report.stats.levels import CONFIDENCE, Blocks, Difference, difference, mean_of_logs

BLOCKS_TO_RANK = 6
"""No tiers and no ranking words below this many blocks."""


@cache
def studentized_range(groups: int, freedom: int, confidence: float = CONFIDENCE) -> float:
    """q(confidence; groups, freedom), the critical value of Tukey's studentized range."""
    return float(stats.studentized_range.ppf(confidence, groups, freedom))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiers:
    """Contenders in groups that cannot be told apart."""

    tiers: dict[str, int]
    """By name; 1 cannot be told from the best. Those with fewer than 6 blocks are not in it."""
    order: tuple[str, ...]
    """Names from best to worst by geometric mean, those without a tier last."""
    separable_percent: float | None
    """Smallest difference that could have been told: median over the pairs with the best."""


def tiers(contenders: Mapping[str, Blocks], *, higher_is_better: bool = True) -> Tiers:
    """Tiers of ``contenders``, each with its positive values by block.

    First tier: mean log difference from the best at most q(.95; K, (K-1)(B-1)) / sqrt(2) standard errors, by
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
    left, tier_of, variance = list(order[: len(ranked)]), dict[str, int](), _pooled_variance(ranked)
    separable = _separable(ranked, left, variance)
    for tier in range(1, len(ranked) + 1):
        tier_of |= {name: tier for name in left if not _apart(ranked, left[0], name, sign, variance)}
        left = [name for name in left if name not in tier_of]
        if not left:
            break
    return Tiers(tiers=tier_of, order=order, separable_percent=separable)


def _apart(contenders: Mapping[str, Blocks], best: str, other: str, sign: int, variance: float) -> bool:
    if best == other:
        return False
    pair = difference(contenders[best], contenders[other])
    return pair is not None and sign * pair.mean > _least_significant(pair, len(contenders), variance)


def _least_significant(pair: Difference, groups: int, variance: float) -> float:
    """Smallest mean log difference of one pair that tells the two apart."""
    if pair.n < 2:  # noqa: PLR2004 - no spread, no claim
        return math.inf
    error = max(pair.standard_error, math.sqrt(variance / pair.n))
    return studentized_range(groups, (groups - 1) * (pair.n - 1)) / math.sqrt(2) * error


def _pooled_variance(contenders: Mapping[str, Blocks]) -> float:
    """Mean variance of a pair's log difference: with full blocks twice the residual mean square."""
    pairs = (difference(a, b) for a, b in combinations(contenders.values(), 2))
    return float(np.mean([pair.standard_error**2 * pair.n for pair in pairs if pair and pair.n > 1] or [0.0]))


def _separable(contenders: Mapping[str, Blocks], order: Sequence[str], variance: float) -> float | None:
    pairs = (difference(contenders[order[0]], contenders[other]) for other in order[1:])
    least = [_least_significant(pair, len(contenders), variance) for pair in pairs if pair and pair.n > 1]
    return 100 * math.expm1(float(np.median(least))) if least else None
