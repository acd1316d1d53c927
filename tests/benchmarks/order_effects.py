"""What the place of a turn in its round, the stack before it, and its stack's rest do to its rate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from tests.benchmarks.turn_levels import Heat

Floats = NDArray[np.float64]
RESTS = (1 / 4, 1 / 2, 1, 3 / 2)
"""Rests, in rounds of four turns or more, that part the short from the long; the last class is longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderEffects:
    """Effects of one kind on the log rate, less their mean: K of them."""

    means: Floats
    errors: Floats
    """Standard errors, from the turns' own covariance."""
    chi_squared: float
    """Of all of them, on K - 1 degrees of freedom."""


def order_effects(heats: Sequence[Heat]) -> Mapping[str, OrderEffects]:
    """Effects of the place in a round, of the predecessor and of the rest since a stack's own turn before.

    Each stack has taken a turn in each round, in an order drawn anew: one whose turn comes late has rested
    longer on average, so that place and rest are told apart only together. All are added to the model of
    ``report.stats.turns`` and estimated over all heats by generalised least squares, with the levels of the
    stacks in each heat as nuisance and each heat's own fitted covariance. Heats in which a turn was dropped
    are left out: places are told by counting turns.
    """
    n_stacks = len(heats[0].legs)
    sizes = {"place": n_stacks, "predecessor": n_stacks, "rest": len(RESTS) + 1}
    ends = np.cumsum(list(sizes.values()))
    normal, moment = np.zeros((ends[-1], ends[-1])), np.zeros(ends[-1])
    for heat in filter(_is_complete, heats):
        design, values = _whitened(heat, n_stacks)
        normal += design.T @ design
        moment += design.T @ values
    covariance = np.asarray(np.linalg.pinv(normal, hermitian=True), dtype=np.float64)
    effects = np.asarray(covariance @ moment, dtype=np.float64)
    parts = {name: slice(end - size, end) for (name, size), end in zip(sizes.items(), ends, strict=True)}
    return {name: _centred(effects[part], covariance[part, part]) for name, part in parts.items()}


def _is_complete(heat: Heat) -> bool:
    return len({len(leg.turns.requests) for leg in heat.legs}) == 1


def _whitened(heat: Heat, n_stacks: int) -> tuple[Floats, Floats]:
    """Columns of the effects and the log rates, made white and free of the stacks' levels."""
    order = np.argsort(heat.at_s())
    owners, values, at_s = heat.owners()[order], heat.log_rates()[order], heat.at_s()[order]
    rows = np.arange(n_stacks, len(order))  # in the first round nobody has had a turn before
    fit = heat.fit()
    lags = np.abs(at_s[:, None] - at_s[None, :])[n_stacks:, n_stacks:]
    smooth = fit.smooth_share / (1 - fit.smooth_share) * np.exp(-lags / fit.correlation_s)
    root = linalg.cholesky(fit.noise**2 * (smooth + np.eye(len(rows))), lower=True)
    classes = np.searchsorted(RESTS, _turns_since_own(owners)[rows] / n_stacks)
    columns = np.hstack(
        [
            np.eye(n_stacks)[owners[rows]],
            np.eye(n_stacks)[rows % n_stacks],
            np.eye(n_stacks)[owners[rows - 1]],
            np.eye(len(RESTS) + 1)[classes],
            values[rows, None],
        ]
    )
    white = linalg.solve_triangular(root, columns, lower=True)
    basis, _ = np.linalg.qr(white[:, :n_stacks])
    free = white[:, n_stacks:] - basis @ (basis.T @ white[:, n_stacks:])
    return free[:, :-1], free[:, -1]


def _turns_since_own(owners: NDArray[np.intp]) -> NDArray[np.intp]:
    """(T,) how many turns ago the stack of each had its last, 1 or more; 0 where it is its first."""
    since = np.zeros(len(owners), dtype=np.intp)
    for owner in np.unique(owners):
        (own,) = np.nonzero(owners == owner)
        since[own[1:]] = np.diff(own)
    return since


def _centred(effects: Floats, covariance: Floats) -> OrderEffects:
    size = len(effects)
    centre = np.eye(size) - 1 / size
    means, spread = centre @ effects, centre @ covariance @ centre
    return OrderEffects(
        means=means,
        errors=np.sqrt(np.diag(spread)),
        chi_squared=float(means @ np.linalg.pinv(spread, hermitian=True) @ means),
    )
