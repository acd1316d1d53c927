"""How unlike stacks follow the speed of the machine: what their ratios change by with it.

Unlike code does not gain alike of a faster machine. The slope of a stack is that of the log rates of its
turns on the speed at that time, as the turns of other stacks in the same heat tell it: its own are no part
of that, for then its own noise would look like following. A speed
that is told by noisy turns makes all slopes flatter, so each is taken relative to that of all stacks at once.
And one that is told by K - 1 of K stacks follows the less, the more the one that is left out does: deviations
come out K / (K - 1) times too large, which is taken back.

How much slopes differ within a group of stacks is their variance less what their errors make of it (the
method of moments of DerSimonian and Laird, Controlled Clinical Trials 7, 1986), and its interval that of the
jackknife over blocks (Efron and Stein, Annals of Statistics 9, 1981).
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from report.stats.levels import BLOCKS_FOR_INTERVAL, CONFIDENCE, Level, student

Floats = NDArray[np.float64]

NEAR_S = 0.6
"""Turns of others that are at most so far away tell the speed at a turn; it changes within some 0.3 s, and a
round of one workload has few turns that are nearer."""

SURE_ERRORS = 5.0
"""The mean slope is at least so many of its errors above 0: else nobody followed what others told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegRates:
    """The turns of one leg, T of them."""

    group: Hashable
    """Stacks of one group are compared with each other."""
    stack: str
    at_s: Floats
    """(T,) middle of each turn, by the clock of its heat."""
    log_rates: Floats
    """(T,) logarithm of its rate."""


@dataclass(frozen=True, slots=True)
class _Sums:
    """Of the turns of one stack, about the mean of each leg: x the speed that others tell, y its own rate."""

    n: int = 0
    stacks: int = 0
    """Of its heat, added up over the turns."""
    xx: float = 0.0
    xy: float = 0.0
    yy: float = 0.0

    def __add__(self, other: _Sums) -> _Sums:
        return _Sums(
            n=self.n + other.n,
            stacks=self.stacks + other.stacks,
            xx=self.xx + other.xx,
            xy=self.xy + other.xy,
            yy=self.yy + other.yy,
        )

    @property
    def slope(self) -> float:
        return self.xy / self.xx

    @property
    def variance(self) -> float:
        """Of the slope."""
        return max(self.yy - self.slope * self.xy, 0.0) / self.n / self.xx


_Name = tuple[Hashable, str]
_Block = Mapping[_Name, _Sums]


def slope_deviation(blocks: Mapping[int, Iterable[Sequence[LegRates]]]) -> Level | None:
    """Standard deviation of slopes, relative to their mean, between stacks of one group.

    ``blocks`` are the heats of each, as their legs. 0.2 says that where one stack follows the speed fully,
    another gains 0.8 or 1.2 times as much. None below ``BLOCKS_FOR_INTERVAL`` blocks, without a group of two
    stacks, and where the speed did not vary enough for anybody to follow it.
    """
    summed = [_add(sums for heat in heats for sums in _follow(heat)) for heats in blocks.values()]
    summed = [block for block in summed if block]
    n = len(summed)
    whole = _spread(_add(summed)) if n >= BLOCKS_FOR_INTERVAL else None
    if whole is None:
        return None
    without = [_spread(_add(summed[:place] + summed[place + 1 :])) for place in range(n)]
    known = np.array([value for value in without if value is not None])
    if len(known) < n:
        return None
    error = math.sqrt((n - 1) / n * float(np.sum((known - known.mean()) ** 2)))
    half = student(CONFIDENCE, n - 1) * error
    value, low, high = (math.sqrt(max(variance, 0.0)) for variance in (whole, whole - half, whole + half))
    return Level(value=value, low=low, high=high, n=n)


def _follow(heat: Sequence[LegRates]) -> Iterator[_Block]:
    """How the legs of one heat followed the others."""
    if not heat:
        return
    centred = [leg.log_rates - leg.log_rates.mean() for leg in heat]
    everyone = _Running.by_time([leg.at_s for leg in heat], centred)
    for leg, own in zip(heat, centred, strict=True):
        count, total = everyone.near(leg.at_s)
        own_count, own_total = _Running.by_time([leg.at_s], [own]).near(leg.at_s)
        told = count > own_count
        x = (total - own_total)[told] / (count - own_count)[told]
        y = own[told]
        n = len(x)
        sums = _Sums(n=n, stacks=n * len(heat), xx=float(x @ x), xy=float(x @ y), yy=float(y @ y))
        yield {(leg.group, leg.stack): sums}


@dataclass(frozen=True, slots=True)
class _Running:
    """Values in the order of their times, summed up to each."""

    at_s: Floats
    sums: Floats

    @classmethod
    def by_time(cls, at_s: Sequence[Floats], values: Sequence[Floats]) -> _Running:
        times = np.concatenate(at_s)
        order = np.argsort(times)
        return cls(times[order], np.concatenate(([0.0], np.cumsum(np.concatenate(values)[order]))))

    def near(self, at_s: Floats) -> tuple[Floats, Floats]:
        """Of each of ``at_s`` (T,): how many values are at most ``NEAR_S`` away, and their sum."""
        first = np.searchsorted(self.at_s, at_s - NEAR_S, side="left")
        last = np.searchsorted(self.at_s, at_s + NEAR_S, side="right")
        return (last - first).astype(np.float64), self.sums[last] - self.sums[first]


def _add(blocks: Iterable[_Block]) -> _Block:
    total: dict[_Name, _Sums] = {}
    for block in blocks:
        for name, sums in block.items():
            total[name] = total.get(name, _Sums()) + sums
    return total


def _spread(stacks: _Block) -> float | None:
    """Variance of relative slopes within groups, less that of their errors; below 0 where that is larger."""
    known = {name: sums for name, sums in stacks.items() if sums.xx > 0}
    everything = sum(known.values(), _Sums())
    if not everything.xx or everything.slope < SURE_ERRORS * math.sqrt(everything.variance):
        return None
    groups: dict[Hashable, list[_Sums]] = {}
    for (group, _), sums in known.items():
        groups.setdefault(group, []).append(sums)
    squares, freedom = 0.0, 0
    for members in groups.values():
        slopes = np.array([sums.slope for sums in members])
        errors = float(np.mean([sums.variance for sums in members]))
        squares += float(np.sum((slopes - slopes.mean()) ** 2)) - (len(members) - 1) * errors
        freedom += len(members) - 1
    if not freedom:
        return None
    too_large = everything.stacks / (everything.stacks - everything.n) * everything.slope
    return squares / freedom / too_large**2
