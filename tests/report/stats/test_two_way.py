"""Weighted least squares of stacks and sets, held against the plain equations."""

from __future__ import annotations

import math
import tracemalloc

import numpy as np
import pytest
from scipy import linalg, optimize

from report.stats.two_way import Floats, Indices, TwoWay


def layout(n_stacks: int, n_sets: int, share: float, seed: int) -> tuple[TwoWay, np.random.Generator]:
    """Each stack in so large a share of the sets, drawn."""
    random = np.random.default_rng(seed)
    rows, columns = np.nonzero(random.random((n_stacks, n_sets)) < share)
    return TwoWay(_numbered(rows), _numbered(columns)), random


def _numbered(labels: Indices) -> Indices:
    return np.unique(labels, return_inverse=True)[1].astype(np.intp)


def design_of(two_way: TwoWay) -> Floats:
    design = np.zeros((len(two_way.of_stack), two_way.n_stacks + two_way.n_sets))
    rows = np.arange(len(design))
    design[rows, two_way.of_stack] = design[rows, two_way.n_stacks + two_way.of_set] = 1.0
    return design


@pytest.mark.parametrize(("n_stacks", "n_sets", "share"), [(4, 8, 1.0), (12, 10, 0.5), (9, 6, 0.2)])
def test_levels_and_errors_are_those_of_the_plain_equations(n_stacks: int, n_sets: int, share: float) -> None:
    two_way, random = layout(n_stacks, n_sets, share, seed=n_stacks)
    values = random.normal(size=len(two_way.of_stack))
    weights = random.uniform(0.2, 2.0, len(values))
    design = design_of(two_way)
    inverse = np.linalg.pinv(design.T @ (weights[:, None] * design), rcond=1e-9, hermitian=True)
    effects = inverse @ (design.T @ (weights * values))
    solution = two_way.solve(values, weights)
    own = two_way.inverse(solution)
    assert two_way.residuals(values, solution) == pytest.approx(values - design @ effects, abs=1e-9)
    for a in range(two_way.n_stacks):
        for b in range(a):
            if two_way.of_stacks[a] == two_way.of_stacks[b]:
                contrast = np.zeros(two_way.n_stacks)
                contrast[a], contrast[b] = 1, -1
                plain = contrast @ inverse[: two_way.n_stacks, : two_way.n_stacks] @ contrast
                assert contrast @ own @ contrast == pytest.approx(plain)
            else:
                assert own[a, b] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("share", [1.0, 0.4])
def test_the_variance_between_launches_is_that_of_restricted_likelihood(share: float) -> None:
    two_way, random = layout(10, 12, share, seed=7)
    within = random.uniform(1e-4, 9e-4, len(two_way.of_stack))
    values = random.normal(0, np.sqrt(4e-4 + within))
    basis = linalg.null_space(design_of(two_way).T)

    def loss(log_variance: float) -> float:
        covariance = basis.T @ ((math.exp(log_variance) + within)[:, None] * basis)
        root = linalg.cholesky(covariance, lower=True)
        whitened = linalg.solve_triangular(root, basis.T @ values, lower=True)
        return float(whitened @ whitened + 2 * np.log(np.diag(root)).sum())

    bounds = (math.log(1e-10), math.log(1.0))
    plain = math.exp(optimize.minimize_scalar(loss, bounds=bounds, method="bounded").x)
    assert two_way.variance_between(values, within) == pytest.approx(plain, rel=1e-3)


def test_launches_that_say_nothing_of_each_other_have_no_variance_between() -> None:
    alone = TwoWay(np.arange(3), np.arange(3))
    assert alone.rank == 3
    assert alone.variance_between(np.zeros(3), np.array([1.0, 2.0, 3.0])) == 1.0


def test_a_launch_of_hardly_any_weight_does_not_break_the_equations() -> None:
    two_way = TwoWay(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]))
    solution = two_way.solve(np.array([1.0, 1.0, 0.0, 0.5]), np.array([1.0, 1.0, 1.0, 1e-30]))
    assert solution.levels[0] - solution.levels[1] == pytest.approx(1.0, abs=1e-4)


def test_a_thousand_stacks_take_no_dense_matrix_of_launches() -> None:
    two_way, random = layout(400, 2_000, 0.005, seed=3)
    values = random.normal(size=len(two_way.of_stack))
    tracemalloc.start()
    two_way.solve(values, np.ones(len(values)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20 * 400 * 400 * 8  # matrices of launches by sets alone would take three times as much
