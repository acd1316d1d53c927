"""Step two of a relay's estimation: from the levels of launches to ratios of stacks and their intervals.

The level of a launch is modelled as

    level = set + stack + error of the launch,

where a set is what took turns at the same time and is compared (the stacks of one server variant within
one heat, say). Sets are fixed effects, so that only what lived at the same time is compared. Launches are
the unit: their residuals alone say how uncertain a ratio is. A launch that was measured for less of the
time weighs less, by the variance between launches (restricted maximum likelihood) and that within its
heat. The scale of the errors is the residual mean square of this fit, pooled over all stacks that can be
compared (those of another server vary as they do), with N - rank degrees of freedom for their N launches
(Searle, Linear Models, 1971, chapter 7); where they do not vary alike, a pair is judged by its own
differences.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from report.stats.equal_spread import p_of_equal_spread
from report.stats.stack_fit import StackFit
from report.stats.two_way import TwoWay

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Name = TypeVar("Name", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchLevel:
    """The level of one launch, among those that took turns with it."""

    together: Hashable
    """The set that it took turns with: only within one are levels compared."""
    stack: str
    level: float
    """Log rate at the heat's mean speed."""
    variance: float
    """Of ``level`` less the mean of its heat, from the turns: ``HeatFit.variances``."""


def fit_launches(launches: Sequence[LaunchLevel]) -> StackFit:
    """Levels of stacks from those of their launches."""
    stacks = _numbered(launch.stack for launch in launches)
    sets = _numbered(launch.together for launch in launches)
    of_stack = np.array([stacks[launch.stack] for launch in launches])
    layout = TwoWay(of_stack, np.array([sets[launch.together] for launch in launches]))
    values = np.array([launch.level for launch in launches])
    weights = _weights(layout, values, _within(launches))
    solution = layout.solve(values, weights)
    residuals = layout.residuals(values, solution)
    freedom, scales = _pooled(layout, weights * residuals**2)
    return StackFit(
        stacks=tuple(stacks),
        component=tuple(layout.of_stacks.tolist()),
        levels=solution.levels,
        # stacks of different components have no covariance, so that whose scale it has does not matter
        covariance=scales[layout.of_stacks, None] * layout.inverse(solution),
        freedom=freedom,
        unequal_p=_unequal_p(launches, values, layout.of_stacks[of_stack]),
        met=_met(launches),
        sets=dict(zip(sets, solution.sets.tolist(), strict=True)),
        of_set=dict(zip(sets, layout.of_sets.tolist(), strict=True)),
        residuals=_by_stack(launches, residuals),
    )


def _numbered(names: Iterable[Name]) -> dict[Name, int]:
    """Names with their numbers in order of first appearance."""
    return {name: number for number, name in enumerate(dict.fromkeys(names))}


def _met(launches: Sequence[LaunchLevel]) -> dict[str, dict[Hashable, float]]:
    """Level of each stack in each set that it is in."""
    met: dict[str, dict[Hashable, float]] = {}
    for launch in launches:
        met.setdefault(launch.stack, {})[launch.together] = launch.level
    return met


def _by_stack(launches: Sequence[LaunchLevel], values: Floats) -> dict[str, tuple[float, ...]]:
    by_stack: dict[str, list[float]] = {}
    for launch, value in zip(launches, values.tolist(), strict=True):
        by_stack.setdefault(launch.stack, []).append(value)
    return {stack: tuple(own) for stack, own in by_stack.items()}


def _unequal_p(launches: Sequence[LaunchLevel], values: Floats, component: Indices) -> dict[int, float]:
    """Of each component, that all its stacks vary alike; ``component`` (N,) is that of each launch."""
    p_values = {}
    for number in range(int(component.max()) + 1):
        rows = np.flatnonzero(component == number)
        places = [(launches[row].together, launches[row].stack) for row in rows.tolist()]
        p_values[number] = p_of_equal_spread(places, values[rows])
    return p_values


def _pooled(layout: TwoWay, squares: Floats) -> tuple[dict[int, int], Floats]:
    """Freedom and residual mean square of each component, NaN without freedom.

    ``squares`` (N,) are weighted.
    """
    size, of_launch = layout.n_components, layout.of_stacks[layout.of_stack]
    effects = np.bincount(layout.of_stacks, minlength=size) + np.bincount(layout.of_sets, minlength=size)
    freedom = np.bincount(of_launch, minlength=size) - effects + 1
    sums = np.bincount(of_launch, squares, size)
    scales = np.divide(sums, freedom, out=np.full(size, math.nan), where=freedom > 0)
    return dict(enumerate(freedom.tolist())), scales


def _within(launches: Sequence[LaunchLevel]) -> Floats:
    """(N,) variance that each launch has from its turns, as if all heats were equally noisy.

    How noisy a heat was its turns tell too vaguely to weigh it against others: where such weights were, one
    recorded run of four had intervals a fifth too narrow. But within a heat, whoever took fewer turns than
    others is that much vaguer.
    """
    told = [launch.variance for launch in launches if launch.variance > 0]
    least: dict[Hashable, float] = {}
    for launch in launches:
        if launch.variance > 0:
            least[launch.together] = min(launch.variance, least.get(launch.together, math.inf))
    usual = float(np.median(told)) if told else 0.0
    return np.array(
        [
            usual * (launch.variance / least[launch.together] if launch.variance > 0 else 1.0)
            for launch in launches
        ]
    )


def _weights(layout: TwoWay, values: Floats, within: Floats) -> Floats:
    """(N,) of the launches, 1 on average, by the variance between launches and that from their turns."""
    weights = 1 / (layout.variance_between(values, within) + within)
    return np.asarray(weights / weights.mean(), dtype=np.float64)
