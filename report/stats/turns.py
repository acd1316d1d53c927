"""Step one of a relay's estimation: levels of stacks that took turns under one changing speed.

Within a heat, the logarithm of a turn's rate is modelled as

    log(requests / span) = level of the stack + speed of the machine at that time + white noise,

where the speed is a stationary Gaussian process whose correlation falls exponentially with the time
between turns. Its time constant and its share of the variance are found by restricted maximum likelihood
(Patterson and Thompson, Biometrika 58, 1971), the levels by generalised least squares given both.

Turns of one launch are not replicates: the covariance given here says how well this heat was measured and
weighs it against others. Intervals come from ``report.stats.launches``.

With the speed's variance ``ratio`` times that of the white noise, the covariance of T turns at M distinct
times is V = I + ratio Z K Z', where Z says which turn was at which time. K is that of a Markov process, whose
inverse is tridiagonal (Rue and Held, Gaussian Markov Random Fields, 2005, section 2.6), so with
P = K^-1 / ratio all that is needed of V takes time in proportion to T:

    V^-1 = I - Z (P + Z'Z)^-1 Z'        log|V| = log|P + Z'Z| - log|P|
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, optimize
from scipy.linalg import lapack

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

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
class _Turns:
    """What a fit needs of T turns of K stacks at M distinct times, summed once for all its looks."""

    values: Floats
    """(T,) less their mean, so that sums of squares keep their digits."""
    stacks: Indices
    """(T,)"""
    times: Indices
    """(T,) number of each turn's time."""
    gaps_s: Floats
    """(M - 1,) between neighbouring times."""
    turns_at: Floats
    """(M,) turns at each time: mostly 1."""
    turns_of: Floats
    """(K,) turns of each stack."""
    summed: Floats
    """(M, K + 1): at each time the turns of each stack, then the sum of their values."""
    summed_by_stack: Floats
    """(K,) sum of the values of each stack."""

    @classmethod
    def at(cls, values: Floats, stacks: Indices, at_s: Floats) -> _Turns:
        """In any order; turns at one time share the speed of it."""
        distinct_s, times = np.unique(at_s, return_inverse=True)
        n_stacks = int(stacks.max()) + 1
        summed = np.zeros((len(distinct_s), n_stacks + 1))
        np.add.at(summed, (times, stacks), 1.0)
        np.add.at(summed[:, n_stacks], times, values)
        return cls(
            values=values,
            stacks=stacks,
            times=times,
            gaps_s=np.diff(distinct_s),
            turns_at=summed[:, :n_stacks].sum(axis=1),
            turns_of=summed[:, :n_stacks].sum(axis=0),
            summed=summed,
            summed_by_stack=np.bincount(stacks, values, n_stacks).astype(np.float64),
        )


@dataclass(frozen=True, slots=True)
class _Solution:
    log_likelihood: float
    levels: Floats
    variance: float
    normal: Floats
    """(K, K) Cholesky factor, lower, of X' V^-1 X, where X says whose turn it was."""
    speed: Floats
    """(M,) at each time."""


def fit_turns(log_rates: Floats, stacks: Indices, at_s: Floats) -> HeatFit:
    """Levels of the stacks of one heat.

    ``log_rates`` (T,) are logarithms of requests per second, ``stacks`` (T,) the number of each turn's stack
    from 0 to K-1, each of which took a turn, ``at_s`` (T,) the middle of each turn. Raises ValueError where
    there are not at least two turns more than stacks.
    """
    n_turns, n_stacks = len(log_rates), int(stacks.max()) + 1
    if n_turns < n_stacks + 2:
        raise ValueError(f"{n_turns} turns of {n_stacks} stacks say nothing of their noise")
    mean = float(np.mean(log_rates))
    turns = _Turns.at(log_rates - mean, stacks, at_s)

    def loss(parameters: Floats) -> float:
        return -_solve(turns, math.exp(parameters[0]), math.exp(parameters[1])).log_likelihood

    best = optimize.minimize(
        loss,
        np.array(FIRST_GUESS),
        method="Nelder-Mead",
        bounds=BOUNDS,
        options={"xatol": 0.05, "fatol": 0.01, "maxfev": LOOKS},
    )
    correlation_s, ratio = map(float, np.exp(best.x))
    solution = _solve(turns, correlation_s, ratio)
    covariance = solution.variance * linalg.cho_solve((solution.normal, True), np.eye(n_stacks))
    centre = np.eye(n_stacks) - 1 / n_stacks
    return HeatFit(
        levels=solution.levels + mean,
        covariance=covariance,
        variances=np.diag(centre @ covariance @ centre),
        speed=solution.speed[turns.times],
        correlation_s=correlation_s,
        smooth_share=ratio / (1 + ratio),
        noise=math.sqrt(solution.variance),
    )


def _solve(turns: _Turns, correlation_s: float, ratio: float) -> _Solution:
    """Generalised least squares with V = I + ratio * exp(-lag / correlation_s), times the white variance.

    It is most of the time of a report, so LAPACK is called as scipy's own functions call it, without their
    checks.
    """
    bands, log_determinant = _precision(turns.gaps_s, correlation_s, ratio)
    bands[1] += turns.turns_at
    root = _known(lapack.dpbtrf(bands))
    n_stacks = len(turns.turns_of)
    solved = _known(lapack.dpbtrs(root, turns.summed))
    explained = turns.summed.T @ solved
    normal = _known(lapack.dpotrf(np.diag(turns.turns_of) - explained[:n_stacks, :n_stacks], lower=1))
    wanted = turns.summed_by_stack - explained[:n_stacks, n_stacks]
    levels = _known(lapack.dpotrs(normal, wanted, lower=1)).reshape(n_stacks)
    speed = solved[:, n_stacks] - solved[:, :n_stacks] @ levels
    residuals = turns.values - levels[turns.stacks]
    freedom = len(turns.values) - n_stacks
    variance = max(float(residuals @ (residuals - speed[turns.times])) / freedom, np.finfo(float).tiny)
    log_determinants = 2 * float(np.log(root[1]).sum() + np.log(np.diag(normal)).sum()) - log_determinant
    return _Solution(
        log_likelihood=-0.5 * (freedom * math.log(variance) + log_determinants),
        levels=levels,
        variance=variance,
        normal=normal,
        speed=speed,
    )


def _known(solved: tuple[Floats, int]) -> Floats:
    """What LAPACK gives; LinAlgError where it says that there is nothing."""
    result, failed = solved
    if failed:
        raise linalg.LinAlgError(f"LAPACK failed with {failed}")
    return result


def _precision(gaps_s: Floats, correlation_s: float, ratio: float) -> tuple[Floats, float]:
    """P = K^-1 / ratio as its superdiagonal and diagonal, (2, M), and log|P|.

    ``gaps_s`` (M - 1,) lie between neighbouring times. K^-1 is that of a first-order autoregression.
    """
    kept = np.exp(-gaps_s / correlation_s)
    inverse_lost = -1 / np.expm1(-2 * gaps_s / correlation_s)
    bands = np.zeros((2, len(gaps_s) + 1))
    bands[0, 1:] = -kept * inverse_lost
    bands[1] = 1.0
    bands[1, 1:] += inverse_lost - 1
    bands[1, :-1] += inverse_lost - 1
    return bands / ratio, float(np.log(inverse_lost).sum()) - (len(gaps_s) + 1) * math.log(ratio)
