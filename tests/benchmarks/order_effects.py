"""What the place of a turn in its round, and the stack before it, do to its rate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from tests.benchmarks.turn_levels import Heat

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderEffects:
    """Effects of one kind on the log rate, less their mean: K of them."""

    means: Floats
    errors: Floats
    """Standard errors, from the turns' own covariance."""
    chi_squared: float
    """Of all of them, on K - 1 degrees of freedom."""


def order_effects(heats: Sequence[Heat]) -> Mapping[str, OrderEffects]:
    """Effects of the place in a round and of the predecessor, each stack having taken a turn in each round.

    Both are added to the model of ``report.stats.turns`` and estimated over all heats by generalised least
    squares, with the levels of the stacks in each heat as nuisance and each heat's own fitted covariance.
    Heats in which a turn was dropped are left out: places are told by counting turns.
    """
    n_stacks = len(heats[0].legs)
    normal, moment = np.zeros((2 * n_stacks, 2 * n_stacks)), np.zeros(2 * n_stacks)
    for heat in filter(_is_complete, heats):
        design, values = _whitened(heat, n_stacks)
        normal += design.T @ design
        moment += design.T @ values
    covariance = np.asarray(np.linalg.pinv(normal, hermitian=True), dtype=np.float64)
    effects = np.asarray(covariance @ moment, dtype=np.float64)
    return {
        name: _centred(effects[part], covariance[part, part])
        for name, part in (("place", slice(0, n_stacks)), ("predecessor", slice(n_stacks, None)))
    }


def _is_complete(heat: Heat) -> bool:
    return len({len(leg.turns.requests) for leg in heat.legs}) == 1


def _whitened(heat: Heat, n_stacks: int) -> tuple[Floats, Floats]:
    """Columns of the effects and the log rates, made white and free of the stacks' levels."""
    order = np.argsort(heat.at_s())
    owners, values, at_s = heat.owners()[order], heat.log_rates()[order], heat.at_s()[order]
    rows = np.arange(1, len(order))  # the first turn has no predecessor
    fit = heat.fit()
    lags = np.abs(at_s[:, None] - at_s[None, :])[1:, 1:]
    smooth = fit.smooth_share / (1 - fit.smooth_share) * np.exp(-lags / fit.correlation_s)
    root = linalg.cholesky(fit.noise**2 * (smooth + np.eye(len(rows))), lower=True)
    columns = np.zeros((len(rows), 3 * n_stacks + 1))
    columns[np.arange(len(rows)), owners[rows]] = 1.0
    columns[np.arange(len(rows)), n_stacks + rows % n_stacks] = 1.0
    columns[np.arange(len(rows)), 2 * n_stacks + owners[rows - 1]] = 1.0
    columns[:, -1] = values[rows]
    white = linalg.solve_triangular(root, columns, lower=True)
    basis, _ = np.linalg.qr(white[:, :n_stacks])
    free = white[:, n_stacks:] - basis @ (basis.T @ white[:, n_stacks:])
    return free[:, :-1], free[:, -1]


def _centred(effects: Floats, covariance: Floats) -> OrderEffects:
    size = len(effects)
    centre = np.eye(size) - 1 / size
    means, spread = centre @ effects, centre @ covariance @ centre
    return OrderEffects(
        means=means,
        errors=np.sqrt(np.diag(spread)),
        chi_squared=float(means @ np.linalg.pinv(spread, hermitian=True) @ means),
    )
