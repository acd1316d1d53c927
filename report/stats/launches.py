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
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, optimize
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from report.stats.stack_fit import StackFit

Floats = NDArray[np.float64]

NULL = 1e-9
"""Share of the largest eigenvalue below which one is 0: one is of each component, but for rounding,
which is larger than numpy's own limit."""
LEAST_SETS = 3
"""Sets that two stacks must have in common for the spread of their differences to be looked at."""
DRAWS = 999
"""Made runs of equal variances, which the ratio of the largest to the least of a pair is held against."""


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
    stacks = tuple(dict.fromkeys(launch.stack for launch in launches))
    sets = tuple(dict.fromkeys(launch.together for launch in launches))
    rows = np.arange(len(launches))
    of_stack = np.array([stacks.index(launch.stack) for launch in launches])
    of_set = np.array([sets.index(launch.together) for launch in launches])
    design = np.zeros((len(launches), len(stacks) + len(sets)))
    design[rows, of_stack] = design[rows, len(stacks) + of_set] = 1.0
    values = np.array([launch.level for launch in launches])
    component = np.array(_components(of_stack, of_set, len(stacks), len(sets)))
    weights = _weights(values, design, _within(launches))
    inverse = np.linalg.pinv(design.T @ (weights[:, None] * design), rcond=NULL, hermitian=True)
    effects = inverse @ (design.T @ (weights * values))
    residuals = values - design @ effects
    freedom, scales = _pooled(weights * residuals**2, component[of_stack], component)
    own, n_stacks = _own(launches), len(stacks)
    # stacks of different components have no covariance, so that whose scale it has does not matter
    covariance = scales[component[:n_stacks], None] * inverse[:n_stacks, :n_stacks]
    return StackFit(
        stacks=stacks,
        component=tuple(component[:n_stacks].tolist()),
        levels=effects[:n_stacks],
        covariance=np.asarray(covariance, dtype=np.float64),
        freedom=freedom,
        unequal_p={
            number: _unequal_p(
                own,
                [
                    launch
                    for launch, stack in zip(launches, of_stack, strict=True)
                    if component[stack] == number
                ],
            )
            for number in freedom
        },
        own=own,
        sets=dict(zip(sets, effects[n_stacks:].tolist(), strict=True)),
        of_set=dict(zip(sets, component[n_stacks:].tolist(), strict=True)),
        residuals={
            stack: tuple(residuals[of_stack == number].tolist()) for number, stack in enumerate(stacks)
        },
    )


def _pooled(
    squares: Floats, of_launch: NDArray[np.intp], component: NDArray[np.intp]
) -> tuple[dict[int, int], Floats]:
    """Freedom and residual mean square of each component, NaN without freedom.

    ``squares`` (N,) are weighted, ``of_launch`` (N,) the component of each launch, ``component`` that of each
    stack and set.
    """
    size = int(component.max()) + 1
    freedom = np.bincount(of_launch, minlength=size) - np.bincount(component, minlength=size) + 1
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


def _weights(values: Floats, design: Floats, within: Floats) -> Floats:
    """(N,) of the launches, 1 on average, by the variance between launches and that from their turns."""
    weights = 1 / (_between(values, design, within) + within)
    return np.asarray(weights / weights.mean(), dtype=np.float64)


def _components(
    of_stack: NDArray[np.intp], of_set: NDArray[np.intp], n_stacks: int, n_sets: int
) -> tuple[int, ...]:
    """Number of the component of each stack and each set, that launches connect."""
    size = n_stacks + n_sets
    links = coo_array((np.ones(len(of_stack)), (of_stack, n_stacks + of_set)), shape=(size, size))
    _, labels = connected_components(links, directed=False)
    return tuple(int(label) for label in labels)


def _between(values: Floats, design: Floats, within: Floats) -> float:
    """Variance between launches, beyond what their heats add, by restricted maximum likelihood.

    Where all add the same it weighs no launch more than another, so any will do.
    """
    basis = linalg.null_space(design.T) if np.ptp(within) else np.empty((0, 0))
    if not basis.size:
        return 1.0
    contrasts = basis.T @ values

    def loss(log_variance: float) -> float:
        covariance = basis.T @ ((math.exp(log_variance) + within)[:, None] * basis)
        root = linalg.cholesky(covariance, lower=True)
        whitened = linalg.solve_triangular(root, contrasts, lower=True)
        return float(whitened @ whitened + 2 * np.log(np.diag(root)).sum())

    bounds = (math.log(1e-10), math.log(1.0))
    return math.exp(optimize.minimize_scalar(loss, bounds=bounds, method="bounded").x)


def _unequal_p(own: Mapping[tuple[str, str], tuple[float, ...]], launches: Sequence[LaunchLevel]) -> float:
    """Hartley's ratio over pairs, held against that of the same launches drawn from one normal distribution.

    A Monte Carlo test (Barnard, J. R. Stat. Soc. B 25, 1963).
    """
    compared = {launch.stack for launch in launches}
    spreads = [
        float(np.var(values, ddof=1))
        for (stack, _), values in own.items()
        if stack in compared and len(values) >= LEAST_SETS
    ]
    if len(spreads) < 2 or not all(spreads):  # noqa: PLR2004 - to compare
        return 1.0
    stacks, sets = (
        {name: number for number, name in enumerate(dict.fromkeys(names))}
        for names in ((launch.stack for launch in launches), (launch.together for launch in launches))
    )
    made = _drawn_ratios(tuple((sets[launch.together], stacks[launch.stack]) for launch in launches))
    above = np.count_nonzero(made >= max(spreads) / min(spreads))
    return float(1 + above) / (1 + DRAWS)


@lru_cache(maxsize=256)
def _drawn_ratios(launches: tuple[tuple[int, int], ...]) -> Floats:
    """(DRAWS,) Hartley's ratio where all launches, each (set, stack), vary alike."""
    rows: dict[int, dict[int, int]] = {}
    for row, (number, stack) in enumerate(launches):
        rows.setdefault(stack, {})[number] = row
    drawn = np.random.default_rng(0).normal(size=(DRAWS, len(launches)))
    variances = []
    for a, b in combinations(rows.values(), 2):
        both = a.keys() & b.keys()
        if len(both) >= LEAST_SETS:
            differences = drawn[:, [a[number] for number in both]] - drawn[:, [b[number] for number in both]]
            variances.append(np.var(differences, axis=1, ddof=1))
    return np.asarray(np.max(variances, axis=0) / np.min(variances, axis=0), dtype=np.float64)


def _own(launches: Sequence[LaunchLevel]) -> dict[tuple[str, str], tuple[float, ...]]:
    by_set: dict[Hashable, dict[str, float]] = {}
    for launch in launches:
        by_set.setdefault(launch.together, {})[launch.stack] = launch.level
    pairs: dict[tuple[str, str], tuple[float, ...]] = {}
    for levels in by_set.values():
        for a, b in combinations(sorted(levels), 2):
            pairs[a, b] = (*pairs.get((a, b), ()), levels[a] - levels[b])
    return pairs
