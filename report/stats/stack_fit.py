"""Ratios of stacks, their intervals and what tells them apart, from a fit of their launches."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from report.stats.levels import CONFIDENCE, Level, student, studentized_range

Floats = NDArray[np.float64]

UNEQUAL_P = 0.01
"""Below this p each pair is judged by its own variance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """One stack less another on log scale."""

    mean: float
    error: float
    """Standard error."""
    freedom: int
    n: int
    """Sets that both were in."""

    def ratio(self, confidence: float = CONFIDENCE) -> Level:
        """The ratio with its t interval; without one where there is no freedom."""
        if self.freedom < 1:
            return Level(value=math.exp(self.mean), n=self.n)
        half = student(confidence, self.freedom) * self.error
        low, high = math.exp(self.mean - half), math.exp(self.mean + half)
        return Level(value=math.exp(self.mean), low=low, high=high, n=self.n)


@dataclass(frozen=True, kw_only=True)
class StackFit:
    """Levels of K stacks, comparable within what sets connect."""

    stacks: tuple[str, ...]
    component: tuple[int, ...]
    """Of each stack: those of one component can be compared, and share one error."""
    levels: Floats
    """(K,) up to one constant in each component."""
    covariance: Floats
    """(K, K) of ``levels``, scaled by the residual mean squares of the components."""
    freedom: Mapping[int, int]
    """Of each component."""
    unequal_p: Mapping[int, float]
    """Of each component, that launches of all its stacks vary alike: p of the largest over the least of
    pairs."""
    met: Mapping[str, Mapping[Hashable, float]]
    """Of each stack: the level of its launch in each set that it is in."""
    sets: Mapping[Hashable, float]
    """Effect of each set, on the scale of ``levels``: a launch is at ``level + set``."""
    of_set: Mapping[Hashable, int]
    """Number of the component of each set, as in ``component``."""
    residuals: Mapping[str, tuple[float, ...]]
    """Of each stack: what its launches differ from ``level + set``."""

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Number of each stack."""
        return {stack: number for number, stack in enumerate(self.stacks)}

    @cached_property
    def mean_sets(self) -> Mapping[int, float]:
        """Of each component: mean effect of its sets."""
        effects: dict[int, list[float]] = {}
        for name, effect in self.sets.items():
            effects.setdefault(self.of_set[name], []).append(effect)
        return {component: float(np.mean(own)) for component, own in effects.items()}

    def are_comparable(self, a: str, b: str) -> bool:
        """Whether sets connect the two."""
        return self._component_of(a) == self._component_of(b)

    def difference(self, a: str, b: str) -> Contrast:
        """``a`` less ``b``; raises ValueError where no sets connect them."""
        pooled, own = self.by_pooled_error(a, b), self.by_own_error(a, b)
        return own if own and self._are_unequal(a) else pooled

    def _are_unequal(self, stack: str) -> bool:
        """Whether stacks do not vary alike where ``stack`` is."""
        return self.unequal_p[self._component_of(stack)] < UNEQUAL_P

    def _component_of(self, stack: str) -> int:
        return self.component[self.places[stack]]

    def by_pooled_error(self, a: str, b: str) -> Contrast:
        """``a`` less ``b`` with the error that all launches of their component share; raises ValueError."""
        first, second = self.places[a], self.places[b]
        if not self.are_comparable(a, b):
            raise ValueError(f"{a} and {b} never took turns, nor with whom both did")
        cov = self.covariance
        variance = float(cov[first, first] + cov[second, second] - 2 * cov[first, second])
        return Contrast(
            mean=float(self.levels[first] - self.levels[second]),
            error=math.sqrt(max(variance, 0)),
            freedom=self.freedom[self._component_of(a)],
            n=len(self.within_sets(a, b)),
        )

    def by_own_error(self, a: str, b: str) -> Contrast | None:
        """``a`` less ``b`` with the error of the two alone; None where they did not meet twice."""
        within = self.within_sets(a, b)
        if len(within) < 2:  # noqa: PLR2004 - a spread needs two
            return None
        return Contrast(
            mean=float(self.levels[self.places[a]] - self.levels[self.places[b]]),
            error=float(np.std(within, ddof=1)) / math.sqrt(len(within)),
            freedom=len(within) - 1,
            n=len(within),
        )

    def within_sets(self, a: str, b: str) -> tuple[float, ...]:
        """``a`` less ``b`` in each set that both are in."""
        ours, theirs = self.met[a], self.met[b]
        return tuple(level - theirs[name] for name, level in ours.items() if name in theirs)

    def mean_set(self, stack: str) -> float:
        """Mean effect of the sets that the stack is comparable in: where all of them together stand."""
        return self.mean_sets[self._component_of(stack)]

    def absolute(self, stack: str) -> float:
        """Level of a stack in the mean of the sets that it is comparable in."""
        return float(self.levels[self.places[stack]]) + self.mean_set(stack)

    def alone(self, stack: str) -> Contrast:
        """A stack less the mean of all that can be compared with it: what is uncertain of it alone.

        What all share, the speed of the machine, is no part of it. Without anything to compare with it is 0,
        without freedom.
        """
        component = self._component_of(stack)
        among = np.flatnonzero(np.array(self.component) == component)
        contrast = (among == self.places[stack]) - 1 / len(among)
        n, mean = len(self.residuals[stack]), float(contrast @ self.levels[among])
        if len(among) == 1:
            return Contrast(mean=mean, error=math.nan, freedom=0, n=n)
        if self._are_unequal(stack) and n > 1:
            error = float(np.std(self.residuals[stack], ddof=1)) / math.sqrt(n)
            return Contrast(mean=mean, error=error, freedom=n - 1, n=n)
        variance = float(contrast @ self.covariance[np.ix_(among, among)] @ contrast)
        freedom = self.freedom[component]
        return Contrast(mean=mean, error=math.sqrt(max(variance, 0)), freedom=freedom, n=n)

    def apart(self, a: str, b: str, contenders: int) -> float:
        """Least difference (log scale) that tells ``a`` from ``b`` among so many contenders.

        Tukey-Kramer: q(.95; contenders, freedom) / sqrt(2) standard errors, by the pooled error or, where
        that is larger, the two's own; with the two's own freedom where stacks do not vary alike. The pooled
        error alone excludes one of 8 equal stacks in 14 runs of 100 where one is three times as noisy, as the
        test of equal variances misses most of these; the two's own alone in 7, the larger in 5 (simulated).
        """
        difference, own = self.difference(a, b), self.by_own_error(a, b)
        if difference.freedom < 1:
            return math.inf
        error = max(difference.error, self.by_pooled_error(a, b).error, own.error if own else 0.0)
        return studentized_range(contenders, difference.freedom) / math.sqrt(2) * error
