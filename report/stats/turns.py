"""Step one of a relay's estimation: levels of stacks that took turns under one changing speed.

Within a heat, the logarithm of a turn's rate is modelled as

    log(requests / span) = level of the stack + speed of the machine at that time + white noise,

where the speed is a stationary Gaussian process whose correlation falls exponentially with the time
between turns. Its time constant and its share of the variance are found by restricted maximum likelihood
(Patterson and Thompson, Biometrika 58, 1971), the levels by generalised least squares given both.

Turns of one launch are not replicates: the covariance given here says how well this heat was measured and
weighs it against others. Intervals come from ``report.stats.launches``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, optimize

Floats = NDArray[np.float64]

FIRST_GUESS = (math.log(0.3), math.log(3.0))
"""Log of the correlation time in seconds, and of the variance of the speed over that of the white noise."""
BOUNDS = ((math.log(0.01), math.log(30.0)), (math.log(1e-3), math.log(1e3)))
"""Outside of these a heat of some seconds says nothing of either."""
LOOKS = 60
"""Evaluations of the likelihood at most; it is flat around its maximum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatFit:
    """What one heat says of the stacks that took turns in it, K of them in T turns."""

    levels: Floats
    """(K,) log rate (log of requests per second) of each stack at the heat's mean speed."""
    covariance: Floats
    """(K, K) of ``levels`` within this heat, as its noise has it."""
    speed: Floats
    """(T,) log speed of the machine at each turn, 0 at the heat's mean: best linear prediction."""
    variances: Floats
    """(K,) of each level less the mean of all: what all share is the heat's and compares nothing."""
    correlation_s: float
    """Time in which the correlation of the speed falls to 1/e."""
    smooth_share: float
    """Share of the variance between turns of one stack that is the machine's speed, 0 to 1."""
    noise: float
    """Standard deviation of the white noise of one turn, on log scale."""


@dataclass(frozen=True, slots=True)
class _Solution:
    log_likelihood: float
    levels: Floats
    variance: float
    inverse: Floats
    """(X' V^-1 X)^-1"""
    predicted: Floats


def fit_turns(log_rates: Floats, stacks: NDArray[np.intp], at_s: Floats) -> HeatFit:
    """Levels of the stacks of one heat.

    ``log_rates`` (T,) are logarithms of requests per second, ``stacks`` (T,) the number of each turn's stack
    from 0 to K-1, each of which took a turn, ``at_s`` (T,) the middle of each turn. Raises ValueError where
    there are not at least two turns more than stacks.
    """
    n_turns, n_stacks = len(log_rates), int(stacks.max()) + 1
    if n_turns < n_stacks + 2:
        raise ValueError(f"{n_turns} turns of {n_stacks} stacks say nothing of their noise")
    design = np.zeros((n_turns, n_stacks))
    design[np.arange(n_turns), stacks] = 1.0
    lags = np.abs(at_s[:, None] - at_s[None, :])

    def solved(parameters: Floats) -> _Solution:
        return _solve(log_rates, design, lags, math.exp(parameters[0]), math.exp(parameters[1]))

    def loss(parameters: Floats) -> float:
        return -solved(parameters).log_likelihood

    best = optimize.minimize(
        loss,
        np.array(FIRST_GUESS),
        method="Nelder-Mead",
        bounds=BOUNDS,
        options={"xatol": 0.05, "fatol": 0.01, "maxfev": LOOKS},
    )
    solution, ratio = solved(best.x), math.exp(best.x[1])
    covariance = solution.variance * solution.inverse
    centre = np.eye(n_stacks) - 1 / n_stacks
    return HeatFit(
        levels=solution.levels,
        covariance=covariance,
        variances=np.diag(centre @ covariance @ centre),
        speed=solution.predicted,
        correlation_s=math.exp(best.x[0]),
        smooth_share=ratio / (1 + ratio),
        noise=math.sqrt(solution.variance),
    )


def _solve(values: Floats, design: Floats, lags: Floats, correlation_s: float, ratio: float) -> _Solution:
    """Generalised least squares with V = I + ratio * exp(-lag / correlation_s), times the white variance."""
    n_turns, n_stacks = design.shape
    smooth = ratio * np.exp(-lags / correlation_s)
    root = linalg.cholesky(smooth + np.eye(n_turns), lower=True, check_finite=False)
    both = np.column_stack((design, values))
    whitened = linalg.solve_triangular(root, both, lower=True, check_finite=False)
    white_design, white_values = whitened[:, :n_stacks], whitened[:, n_stacks]
    normal = linalg.cho_factor(white_design.T @ white_design, lower=True)
    levels = linalg.cho_solve(normal, white_design.T @ white_values)
    residuals = white_values - white_design @ levels
    freedom = n_turns - n_stacks
    variance = max(float(residuals @ residuals) / freedom, np.finfo(float).tiny)
    log_determinants = 2 * float(np.log(np.diag(root)).sum() + np.log(np.diag(normal[0])).sum())
    return _Solution(
        log_likelihood=-0.5 * (freedom * math.log(variance) + log_determinants),
        levels=levels,
        variance=variance,
        inverse=linalg.cho_solve(normal, np.eye(n_stacks)),
        predicted=smooth @ linalg.solve_triangular(root.T, residuals, lower=False, check_finite=False),
    )
