"""Ranking: tiers of contenders that cannot be told apart, by Tukey's studentized range."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from report.stats.stack_fit import StackFit

BLOCKS_TO_RANK = 6
"""No tiers and no ranking words below this many blocks."""
NEAR = 2.0
"""Who is left out of further blocks for being told apart was chosen by a test at every look; at twice its
threshold such a choice is hardly ever wrong, however many looks there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiers:
    """Contenders in groups that cannot be told apart."""

    tiers: dict[str, int]
    """By name; 1 cannot be told from the best."""
    near: frozenset[str]
    """The best, and whoever is not ``NEAR`` times as far from it as could be told: more blocks may prove any
    of them to be of the first tier."""
    separable_percent: float | None
    """Smallest difference that could have been told: median over the pairs with the best."""


def find_tiers(fit: StackFit, best_first: Sequence[str], *, higher_is_better: bool = True) -> Tiers:
    """Tiers of the contenders ``best_first``, all of them stacks of ``fit``.

    First tier: the difference from the best is at most what ``StackFit.apart`` tells apart among so many
    (Tukey-Kramer), stepwise from the top with the same number of contenders.
    """
    if len(best_first) < 2:  # noqa: PLR2004 - one alone has no rank
        return Tiers(tiers={}, near=frozenset(best_first), separable_percent=None)
    least = {name: _apart(fit, best_first[0], name, len(best_first)) for name in best_first[1:]}
    sign = 1 if higher_is_better else -1

    def behind(best: str, name: str, times: float = 1.0) -> bool:
        """Whether ``name`` is so many times as far behind as could be told."""
        if name == best or not fit.are_comparable(best, name):
            return False
        return sign * fit.difference(best, name).mean > times * fit.apart(best, name, len(best_first))

    known = [difference for difference in least.values() if math.isfinite(difference)]
    left, tiers, tier = list(best_first), dict[str, int](), 0
    while left:
        tier += 1
        tiers |= {name: tier for name in left if not behind(left[0], name)}
        left = [name for name in left if name not in tiers]
    separable = 100 * math.expm1(float(np.median(known))) if known else None
    near = frozenset(name for name in best_first if not behind(best_first[0], name, NEAR))
    return Tiers(tiers=tiers, near=near, separable_percent=separable)


def _apart(fit: StackFit, best: str, other: str, contenders: int) -> float:
    """Least difference that tells the two apart; infinite where they never met, nor whom both did."""
    if not fit.are_comparable(best, other):
        return math.inf
    return fit.apart(best, other, contenders)
