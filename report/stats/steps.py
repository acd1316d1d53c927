"""Steps of a series: where its mean changed for good, by how much, and how sure that is.

Values are logarithms, one a run. The series is split where a t test of what lies before and behind is
strongest, again and again (binary segmentation; Scott and Knott, Biometrics 30, 1974), as long as that test
passes. docs/history.md says how often it is wrong, and what it was chosen from.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from report.stats.levels import student
from report.stats.two_samples import Estimate

Floats = NDArray[np.float64]

VALUES_BEFORE, VALUES_AFTER = 8, 3
"""Least values before the first step, and behind each."""
CHANCE: tuple[tuple[float, float], ...] = ((5, 0.007), (10, 0.002), (math.inf, 0.00005))
"""By how many values lie behind a step at most: two-sided p below which it is told. With few behind it a
lower p would find it too late; an older one has had time to be found, and many places that it may be at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A change of the mean."""

    place: int
    """Index of the first value behind it."""
    estimate: Estimate
    """Mean of the values from it to the next step, less that of those from the step before to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """What values vary by where nothing changes."""

    deviation: float
    freedom: float


def find_steps(values: Sequence[float], *, least_deviation: float = 0.0) -> tuple[Step, ...]:
    """Every step of ``values``, in their order; none where there are too few values to tell.

    ``least_deviation`` is what they are known to vary by at least.
    """
    series = np.asarray(values, dtype=np.float64)
    if len(series) < VALUES_BEFORE + VALUES_AFTER:
        return ()
    noise = noise_of(series, least_deviation)
    if noise.deviation == 0:
        return ()
    edges = [0, *_without_weak(series, sorted(_splits(series, noise, 0, len(series))), noise), len(series)]
    return tuple(
        Step(place=place, estimate=_estimate(series[start:place], series[place:end], noise))
        for start, place, end in zip(edges, edges[1:], edges[2:], strict=False)
    )


def noise_of(series: Floats, least_deviation: float = 0.0) -> Noise:
    """Deviation of single values, from the differences of neighbours, to which a step adds little.

    Half the mean square of N - 1 successive differences, with 2 (N - 1)^2 / (3 N - 4) degrees of freedom
    (von Neumann, Ann. Math. Stat. 12, 1941).
    """
    n = len(series)
    deviation = math.sqrt(float(np.mean(np.diff(series) ** 2)) / 2)
    return Noise(deviation=max(deviation, least_deviation), freedom=2 * (n - 1) ** 2 / (3 * n - 4))


def _splits(series: Floats, noise: Noise, start: int, end: int) -> Iterator[int]:
    """Places at which ``series[start:end]`` is split, in the order in which they are told."""
    place, strength = _strongest(series, noise, start, end)
    if strength >= 1:
        yield place
        yield from _splits(series, noise, start, place)
        yield from _splits(series, noise, place, end)


def _strongest(series: Floats, noise: Noise, start: int, end: int) -> tuple[int, float]:
    """Where ``series[start:end]`` is best split, and how strong a split it has: one of 1 or more is told.

    The place has the largest |t|. Strength is the most that |t| is anywhere of what it must reach there.
    """
    least_before = VALUES_AFTER if start else VALUES_BEFORE  # behind a step, what lay before it is known well
    places = np.arange(start + least_before, end - VALUES_AFTER + 1)
    if places.size == 0:
        return start, 0.0
    sums = np.concatenate(([0.0], np.cumsum(series[start:end])))
    before, after = places - start, end - places
    means = sums[before] / before, (sums[-1] - sums[before]) / after
    statistics = np.abs(means[1] - means[0]) / (noise.deviation * np.sqrt(1 / before + 1 / after))
    behind = len(series) - places
    critical = np.select(
        [behind <= most for most, _ in CHANCE], [student(1 - p, noise.freedom) for _, p in CHANCE]
    )
    return int(places[np.argmax(statistics)]), float(np.max(statistics / critical))


def _without_weak(series: Floats, places: list[int], noise: Noise) -> list[int]:
    """``places`` without those that the others explain, the weakest first.

    A split may have been told because of a step on one of its sides, which another split told since.
    """
    while places:
        edges = [0, *places, len(series)]
        strengths = [
            _strongest(series, noise, start, end)[1] for start, end in zip(edges, edges[2:], strict=False)
        ]
        weakest = min(range(len(places)), key=strengths.__getitem__)
        if strengths[weakest] >= 1:
            break
        places = [*places[:weakest], *places[weakest + 1 :]]
    return places


def _estimate(before: Floats, after: Floats, noise: Noise) -> Estimate:
    return Estimate(
        mean=float(np.mean(after) - np.mean(before)),
        standard_error=noise.deviation * math.sqrt(1 / len(before) + 1 / len(after)),
        freedom=noise.freedom,
        deviation=noise.deviation,
        n=min(len(before), len(after)),
    )


def means_between(values: Sequence[float], places: Sequence[int]) -> tuple[float, ...]:
    """Mean of ``values`` before the first of ``places``, between each two, and behind the last."""
    edges = [0, *places, len(values)]
    return tuple(float(np.mean(values[start:end])) for start, end in pairwise(edges))
