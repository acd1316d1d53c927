"""Whether stacks vary alike from launch to launch: Hartley's ratio over pairs, by a Monte Carlo test."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import lru_cache
from itertools import combinations, islice
from math import comb
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEAST_SETS = 3
"""Sets that two stacks must have in common for the spread of their differences to be looked at."""
DRAWS = 999
"""Made runs of equal variances, which the ratio of the largest to the least of a pair is held against."""
MOST_PAIRS = 5_000
"""Pairs that are looked at: all of up to 100 stacks, of more every so many, so that time does not grow as
their square."""


class Place(NamedTuple):
    """Where a launch was: numbers of its set and of its stack, each in order of first appearance."""

    together: int
    stack: int


class _Pair(NamedTuple):
    """Launches of two stacks in the sets that both are in, in the order of these."""

    first: list[int]
    second: list[int]


def p_of_equal_spread(launches: Sequence[tuple[Hashable, Hashable]], levels: Floats) -> float:
    """The p of all stacks varying alike, of ``launches``, each its set and its stack, with ``levels`` (N,).

    The largest over the least variance of a pair's differences is held against that of the same launches
    drawn from one normal distribution (a Monte Carlo test: Barnard, J. R. Stat. Soc. B 25, 1963). 1 where
    fewer than two pairs can be told, or one did not vary.
    """
    sets = {name: number for number, name in enumerate(dict.fromkeys(name for name, _ in launches))}
    stacks = {name: number for number, name in enumerate(dict.fromkeys(name for _, name in launches))}
    layout = tuple(Place(sets[together], stacks[stack]) for together, stack in launches)
    pairs = _pairs(layout)
    if len(pairs) < 2:  # noqa: PLR2004 - to compare
        return 1.0
    largest, least = _extremes(levels[None, :], pairs)
    if not least[0]:
        return 1.0
    above = np.count_nonzero(_drawn_ratios(layout) >= largest[0] / least[0])
    return float(1 + above) / (1 + DRAWS)


def _pairs(layout: Sequence[Place]) -> list[_Pair]:
    """Each two stacks that have sets enough in common."""
    rows: dict[int, dict[int, int]] = {}
    for row, place in enumerate(layout):
        rows.setdefault(place.stack, {})[place.together] = row
    step = max(-(-comb(len(rows), 2) // MOST_PAIRS), 1)
    pairs = []
    for a, b in islice(combinations(rows.values(), 2), 0, None, step):
        both = [together for together in a if together in b]
        if len(both) >= LEAST_SETS:
            pairs.append(_Pair([a[together] for together in both], [b[together] for together in both]))
    return pairs


def _extremes(levels: Floats, pairs: Sequence[_Pair]) -> tuple[Floats, Floats]:
    """(D,) largest and least variance of the differences of a pair; ``levels`` are (D, launches)."""
    largest, least = np.zeros(len(levels)), np.full(len(levels), np.inf)
    for first, second in pairs:
        variance = np.var(levels[:, first] - levels[:, second], axis=1, ddof=1)
        np.maximum(largest, variance, out=largest)
        np.minimum(least, variance, out=least)
    return largest, least


@lru_cache(maxsize=256)
def _drawn_ratios(layout: tuple[Place, ...]) -> Floats:
    """(DRAWS,) the ratio where all launches vary alike."""
    drawn = np.random.default_rng(0).normal(size=(DRAWS, len(layout)))
    largest, least = _extremes(drawn, _pairs(layout))
    return np.asarray(largest / least, dtype=np.float64)
