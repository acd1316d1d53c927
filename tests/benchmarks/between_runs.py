"""Whether runs agree with each other as their intervals say."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from report.analysis.workload import Workload
from report.stats.levels import CONFIDENCE, student
from tests.benchmarks.recorded_ratios import PairRatio, half_width

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Log ratios of the same pairs of stacks in every two of several runs."""

    comparisons: int
    within_percent: float
    """Share whose difference is at most sqrt(h1^2 + h2^2), h the half-widths of the 95% intervals."""
    deviation: float
    """Root mean square of the differences over sqrt(s1^2 + s2^2), s the standard errors."""


def agreement(
    runs: Sequence[Sequence[PairRatio]],
    of_speed: Mapping[tuple[int, int], float] = MappingProxyType({}),
    chosen: Collection[tuple[int, int]] | None = None,
) -> Agreement:
    """Of every two of ``runs``, or of those whose numbers are ``chosen``; NaN without a pair that both have.

    ``of_speed`` is the standard deviation of what log ratios differ by for the machine's other speed in two
    runs, by their numbers; without it as if there were no such thing.
    """
    within: list[bool] = []
    standardised: list[float] = []
    for numbers in combinations(range(len(runs)), 2) if chosen is None else chosen:
        first, second = (runs[number] for number in numbers)
        of_both = of_speed.get(numbers, 0.0)
        others = {(ratio.workload, ratio.pair): ratio.shown for ratio in second}
        for ratio in first:
            shown, other = ratio.shown, others.get((ratio.workload, ratio.pair))
            if other is None or not (shown.freedom and other.freedom):
                continue
            difference = shown.mean - other.mean
            halves = half_width(shown), half_width(other), student(CONFIDENCE, math.inf) * of_both
            within.append(abs(difference) <= math.hypot(*halves))
            standardised.append(difference / math.hypot(shown.error, other.error, of_both))
    if not within:
        return Agreement(comparisons=0, within_percent=math.nan, deviation=math.nan)
    return Agreement(
        comparisons=len(within),
        within_percent=100 * float(np.mean(within)),
        deviation=float(np.sqrt(np.mean(np.square(standardised)))),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ByChance:
    """What agreement comes to where runs differ by chance alone: 5th and 95th percentile of made ones."""

    within_percent: tuple[float, float]
    deviation: tuple[float, float]


def by_chance(runs: Sequence[Sequence[PairRatio]], *, draws: int = 1_000, seed: int = 0) -> ByChance:
    """As many runs of the same stacks and blocks as ``runs``, whose launches are independent and normal.

    A few runs have few independent differences, however many pairs of stacks they have: those of one stack
    differ together.
    """
    random = np.random.default_rng(seed)
    standardised, limits = zip(
        *(
            _made_differences(random, (draws, len(runs), blocks, stacks))
            for stacks, blocks in _groups(runs[0])
        ),
        strict=True,
    )
    values, limit = np.concatenate(standardised, axis=1), np.concatenate(limits)
    within = 100 * np.mean(np.abs(values) <= limit, axis=1)
    deviation = np.sqrt(np.mean(values**2, axis=1))
    return ByChance(within_percent=_ends(within), deviation=_ends(deviation))


def _groups(run: Sequence[PairRatio]) -> list[tuple[int, int]]:
    """(stacks, blocks) of each server variant in each workload."""
    stacks: dict[tuple[Workload, str], set[str]] = {}
    blocks: dict[tuple[Workload, str], int] = {}
    for ratio in run:
        group = ratio.workload, ratio.pair[0].split("--")[1]
        stacks.setdefault(group, set()).update(ratio.pair)
        blocks[group] = ratio.shown.n
    return [(len(names), blocks[group]) for group, names in stacks.items()]


def _made_differences(random: np.random.Generator, shape: tuple[int, int, int, int]) -> tuple[Floats, Floats]:
    """Standardised differences of all pairs of stacks in all pairs of runs, and the limit of each.

    ``shape`` is (draws, runs, blocks, stacks); the differences are (draws, pairs), the limits (pairs,).
    """
    _, runs, blocks, stacks = shape
    levels = random.normal(size=shape)
    levels -= levels.mean(axis=3, keepdims=True)
    means = levels.mean(axis=2)
    freedom = (blocks - 1) * (stacks - 1)
    variances = ((levels - means[:, :, None]) ** 2).sum(axis=(2, 3)) / freedom * 2 / blocks
    made = [
        (means[:, i, a] - means[:, i, b] - means[:, j, a] + means[:, j, b])
        / np.sqrt(variances[:, i] + variances[:, j])
        for i, j in combinations(range(runs), 2)
        for a, b in combinations(range(stacks), 2)
    ]
    return np.stack(made, axis=1), np.full(len(made), student(CONFIDENCE, freedom))


def _ends(values: Floats) -> tuple[float, float]:
    low, high = np.percentile(values, [5, 95])
    return float(low), float(high)
