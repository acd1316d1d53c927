"""Step two of a relay's estimation: from the levels of launches to ratios of stacks and their intervals.

The level of a launch is modelled as

    level = set + stack + error of the launch,

where a set is what took turns at the same time and is compared (the stacks of one server variant within
one heat, say). Sets are fixed effects, so that only what lived at the same time is compared. Launches are
the unit: their residuals alone say how uncertain a ratio is. A launch that was measured for less of the
time weighs less, by the variance between launches (restricted maximum likelihood) and that within its
heat. The scale of the errors is the residual mean square of this fit, pooled over all stacks, with
N - rank degrees of freedom for N launches (Searle, Linear Models, 1971, chapter 7); where the stacks do not
vary alike, a pair is judged by its own differences.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, optimize
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from report.stats.levels import CONFIDENCE, Level, student
from report.stats.ranking import studentized_range

Floats = NDArray[np.float64]

UNEQUAL_P = 0.01
"""Below this p each pair is judged by its own variance."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class StackFit:
    """Levels of K stacks, comparable within what sets connect."""

    stacks: tuple[str, ...]
    component: tuple[int, ...]
    """Of each stack: those of one component can be compared."""
    levels: Floats
    """(K,) up to one constant in each component."""
    covariance: Floats
    """(K, K) of ``levels``, scaled by the residual mean square."""
    freedom: int
    deviation: float
    """Of a launch's level about its stack's, log scale; NaN without freedom."""
    unequal_p: float
    """That launches of all stacks vary alike: p of the largest over the least of pairs."""
    own: Mapping[tuple[str, str], tuple[float, ...]]
    """Of each two stacks: the differences of their levels within the sets that both are in."""

    def difference(self, a: str, b: str) -> Contrast:
        """``a`` less ``b``; raises ValueError where no sets connect them."""
        first, second = self.stacks.index(a), self.stacks.index(b)
        if self.component[first] != self.component[second]:
            raise ValueError(f"{a} and {b} never took turns, nor with whom both did")
        mean, cov = float(self.levels[first] - self.levels[second]), self.covariance
        within = self.own.get((a, b)) or self.own.get((b, a), ())
        if self.unequal_p < UNEQUAL_P and len(within) > 1:
            error = float(np.std(within, ddof=1)) / math.sqrt(len(within))
            return Contrast(mean=mean, error=error, freedom=len(within) - 1, n=len(within))
        variance = float(cov[first, first] + cov[second, second] - 2 * cov[first, second])
        return Contrast(mean=mean, error=math.sqrt(max(variance, 0)), freedom=self.freedom, n=len(within))

    def apart(self, a: str, b: str, contenders: int) -> float:
        """Least difference (log scale) that tells ``a`` from ``b`` among so many contenders.

        Tukey-Kramer: q(.95; contenders, freedom) / sqrt(2) standard errors; for two with a variance of their
        own, Games-Howell.
        """
        difference = self.difference(a, b)
        if difference.freedom < 1:
            return math.inf
        return studentized_range(contenders, difference.freedom) / math.sqrt(2) * difference.error


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
    within = np.array([launch.variance for launch in launches])
    component = _components(of_stack, of_set, len(stacks), len(sets))
    freedom = len(launches) - (len(stacks) + len(sets) - len(set(component)))
    weights = 1 / (_between(values, design, within) + within) if freedom > 0 else np.ones(len(launches))
    weights /= weights.mean()
    inverse = np.linalg.pinv(design.T @ (weights[:, None] * design), hermitian=True)
    effects = inverse @ (design.T @ (weights * values))
    residuals = values - design @ effects
    scale = float(weights @ residuals**2) / freedom if freedom > 0 else math.nan
    own = _own(launches)
    return StackFit(
        stacks=stacks,
        component=component[: len(stacks)],
        levels=effects[: len(stacks)],
        covariance=np.asarray(scale * inverse[: len(stacks), : len(stacks)], dtype=np.float64),
        freedom=freedom,
        deviation=math.sqrt(scale),
        unequal_p=_unequal_p(own, launches),
        own=own,
    )


def _components(
    of_stack: NDArray[np.intp], of_set: NDArray[np.intp], n_stacks: int, n_sets: int
) -> tuple[int, ...]:
    """Number of the component of each stack and each set, that launches connect."""
    size = n_stacks + n_sets
    links = coo_array((np.ones(len(of_stack)), (of_stack, n_stacks + of_set)), shape=(size, size))
    _, labels = connected_components(links, directed=False)
    return tuple(int(label) for label in labels)


def _between(values: Floats, design: Floats, within: Floats) -> float:
    """Variance between launches, beyond what their heats add, by restricted maximum likelihood."""
    basis = linalg.null_space(design.T)
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
    rows: dict[Hashable, dict[str, int]] = {}
    for row, launch in enumerate(launches):
        rows.setdefault(launch.together, {})[launch.stack] = row
    pairs = [pair for pair, values in own.items() if len(values) > 2]  # noqa: PLR2004 - a spread worth the name
    if len(pairs) < 2:  # noqa: PLR2004 - to compare
        return 1.0
    drawn = np.random.default_rng(0).normal(size=(DRAWS, len(launches)))
    made = []
    for a, b in pairs:
        both = [members for members in rows.values() if a in members and b in members]
        first, second = ([members[name] for members in both] for name in (a, b))
        made.append(np.var(drawn[:, first] - drawn[:, second], axis=1, ddof=1))
    variances = np.stack(made)
    seen = np.array([np.var(own[pair], ddof=1) for pair in pairs])
    if not seen.all():
        return 1.0
    above = np.count_nonzero(variances.max(axis=0) / variances.min(axis=0) >= seen.max() / seen.min())
    return float(1 + above) / (1 + DRAWS)


def _own(launches: Sequence[LaunchLevel]) -> dict[tuple[str, str], tuple[float, ...]]:
    by_set: dict[Hashable, dict[str, float]] = {}
    for launch in launches:
        by_set.setdefault(launch.together, {})[launch.stack] = launch.level
    pairs: dict[tuple[str, str], tuple[float, ...]] = {}
    for levels in by_set.values():
        for a, b in combinations(sorted(levels), 2):
            pairs[a, b] = (*pairs.get((a, b), ()), levels[a] - levels[b])
    return pairs
