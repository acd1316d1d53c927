"""Weighted least squares of values that are each the sum of a stack's level and a set's effect.

Stacks and sets are fixed effects (Searle, Linear Models, 1971, chapter 7). The effects of the sets are
eliminated, so that the work grows with the number of launches and the cube of the number of stacks, however
many sets there are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, optimize
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

LEAST_VARIANCE, MOST_VARIANCE = 1e-10, 1.0
"""Between launches, on log scale: no run has less or more."""
LEAST_WEIGHT = 1e-6
"""Of one launch, beside 1 on average: with less, the equations could not be told from those without it."""


@dataclass(frozen=True, slots=True)
class Solution:
    """Least squares at one choice of weights."""

    levels: Floats
    """(K,) of the stacks, 0 on average in each component."""
    sets: Floats
    """(S,) effects of the sets."""
    equations: Floats
    """(K, K) of the levels, once the sets are eliminated."""
    log_determinant: float
    """Of the normal equations, but for a constant."""


class TwoWay:
    """Which of K stacks was launched in which of S sets, in N launches; what launches connect is a component.

    ``of_stack`` and ``of_set`` (N,) are numbers from 0, each of which occurs.
    """

    def __init__(self, of_stack: Indices, of_set: Indices) -> None:
        self.of_stack, self.of_set = of_stack, of_set
        self.n_stacks, self.n_sets = int(of_stack.max()) + 1, int(of_set.max()) + 1
        size = self.n_stacks + self.n_sets
        links = coo_array((np.ones(len(of_stack)), (of_stack, self.n_stacks + of_set)), shape=(size, size))
        self.n_components, labels = connected_components(links, directed=False)
        numbers: Indices = np.asarray(labels, dtype=np.intp)
        self.of_stacks, self.of_sets = numbers[: self.n_stacks], numbers[self.n_stacks :]
        """(K,) and (S,) number of the component of each stack and of each set."""
        self._means = _mean_in(self.of_stacks)

    @property
    def rank(self) -> int:
        """Effects that can be told: of each component one is free."""
        return self.n_stacks + self.n_sets - int(self.n_components)

    def solve(self, values: Floats, weights: Floats) -> Solution:
        """The effects that ``values`` (N,) with ``weights`` (N,), 1 on average, are nearest to."""
        weights = np.maximum(weights, LEAST_WEIGHT)
        shape = self.n_stacks, self.n_sets
        places = self.of_stack, self.of_set
        members = coo_array((weights, places), shape=shape).tocsr()
        by_set = np.bincount(self.of_set, weights, self.n_sets)
        relative = coo_array((weights / by_set[self.of_set], places), shape=shape).tocsr()
        by_stack = np.bincount(self.of_stack, weights, self.n_stacks)
        laplacian = np.diag(by_stack) - (relative @ members.T).toarray()
        sums = np.bincount(self.of_set, weights * values, self.n_sets)
        wanted = np.bincount(self.of_stack, weights * values, self.n_stacks) - relative @ sums
        # the equations leave the mean of each component open: it is set to 0 by adding the matrix of means
        equations = laplacian + self._means
        root = linalg.cho_factor(equations, lower=True)
        # one column at a time: with many, LAPACK starts threads, which takes a hundred times as long
        levels = linalg.cho_solve(root, wanted)
        return Solution(
            levels=levels,
            sets=(sums - members.T @ levels) / by_set,
            equations=equations,
            log_determinant=float(np.log(by_set).sum() + 2 * np.log(np.diag(root[0])).sum()),
        )

    def inverse(self, solution: Solution) -> Floats:
        """(K, K) of the levels, to be scaled by the residual mean square; 0 across components."""
        return np.asarray(np.linalg.inv(solution.equations) - self._means, dtype=np.float64)

    def residuals(self, values: Floats, solution: Solution) -> Floats:
        """(N,) what ``values`` differ from the solution."""
        return values - solution.levels[self.of_stack] - solution.sets[self.of_set]

    def variance_between(self, values: Floats, within: Floats) -> float:
        """Variance of ``values`` beyond ``within`` (N,), by restricted maximum likelihood.

        Patterson and Thompson, Biometrika 58, 1971. Where all have the same ``within`` it weighs none more
        than another, so any will do: 1.
        """
        if not np.ptp(within) or len(values) <= self.rank:
            return 1.0
        centred = values - values.mean()

        def loss(log_variance: float) -> float:
            weights = 1 / (math.exp(log_variance) + within)
            scale = float(weights.mean())
            solution = self.solve(centred, weights / scale)
            squares = float(weights @ self.residuals(centred, solution) ** 2)
            determinant = solution.log_determinant + self.rank * math.log(scale)
            return squares - float(np.log(weights).sum()) + determinant

        bounds = (math.log(LEAST_VARIANCE), math.log(MOST_VARIANCE))
        return math.exp(optimize.minimize_scalar(loss, bounds=bounds, method="bounded").x)


def _mean_in(component: Indices) -> Floats:
    """(K, K) matrix that takes the mean in each component."""
    same = component[:, None] == component[None, :]
    return np.asarray(same / np.bincount(component)[component], dtype=np.float64)
