"""Two samples: how much worse head is than base, from pairs or from independent values, and how sure that is.

Everywhere a difference is ln(head/base), turned so that positive is worse. Tests are one-sided: how likely
a difference at least that bad would be if head were no worse than base. Distributions come from scipy.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from report.stats.levels import CONFIDENCE, student
from report.stats.power import ALPHA, LOST_FREEDOM, POWER, visible_in_errors


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedDifference:
    """The difference within one pair of measurements, such as one launch pair."""

    number: int
    worse: float
    """ln(head/base), positive is worse."""
    order: int
    """+1 where base came first, -1 where head did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """How much worse head is than base, on the log scale, and how sure that is."""

    mean: float
    standard_error: float
    freedom: float
    """Degrees of freedom of the standard error."""
    deviation: float
    """Standard deviation of one pair (or one repeat) about the model, on the log scale."""
    n: int
    """How many pairs, or repeats of the side that has fewer."""

    def bounds(self, confidence: float = CONFIDENCE) -> tuple[float, float]:
        """Student's two-sided interval."""
        half = student(confidence, self.freedom) * self.standard_error
        return self.mean - half, self.mean + half

    def upper(self, alpha: float = ALPHA) -> float:
        """One-sided bound that the truth exceeds with probability ``alpha`` at most."""
        return self.bounds(1 - 2 * alpha)[1]

    def p_worse(self) -> float:
        """One-sided p: of a difference this bad or worse where head is no worse."""
        return float(stats.t.sf(self._t(), self.freedom))

    def p_better(self) -> float:
        """One-sided p of the opposite claim, that head is better."""
        return float(stats.t.cdf(self._t(), self.freedom))

    def deviation_at_most(self, confidence: float) -> float:
        """One-sided upper bound of the deviation, from the chi-squared distribution of its square."""
        return self.deviation * math.sqrt(self.freedom / float(stats.chi2.ppf(1 - confidence, self.freedom)))

    def smallest_visible(self, alpha: float = ALPHA, power: float = POWER) -> float:
        """The difference that a test at ``alpha`` would have found with probability ``power``."""
        return self.standard_error * visible_in_errors(self.freedom, alpha, power)

    def _t(self) -> float:
        if self.standard_error == 0:
            return math.copysign(math.inf, self.mean) if self.mean else 0.0
        return self.mean / self.standard_error


def paired(pairs: Sequence[PairedDifference]) -> Estimate | None:
    """Least squares of d_i = delta + beta order_i + noise: delta is free of a bias of place.

    docs/method.md, section 6. None below four pairs, or where one side came first in all of them: a bias of
    place could not be told from a difference then.
    """
    orders = [pair.order for pair in pairs]
    if len(pairs) < LOST_FREEDOM + 2 or len(set(orders)) < 2:  # noqa: PLR2004 - both orders
        return None
    design = np.column_stack((np.ones(len(pairs)), orders))
    worse = np.asarray([pair.worse for pair in pairs])
    solution = np.linalg.lstsq(design, worse)[0]
    freedom = len(pairs) - LOST_FREEDOM
    deviation = math.sqrt(float(np.sum((worse - design @ solution) ** 2)) / freedom)
    weight = float(np.linalg.inv(design.T @ design)[0, 0])
    return Estimate(
        mean=float(solution[0]),
        standard_error=deviation * math.sqrt(weight),
        freedom=freedom,
        deviation=deviation,
        n=len(pairs),
    )


def unpaired(base: Sequence[float], head: Sequence[float]) -> Estimate | None:
    """Welch's t for independent values on the log scale, positive where head is larger.

    B. L. Welch, Biometrika 34 (1947): degrees of freedom by Satterthwaite. None below two values a side.
    """
    if min(len(base), len(head)) < 2:  # noqa: PLR2004 - a spread needs two
        return None
    parts = [(float(np.var(np.log(side), ddof=1)) / len(side), len(side) - 1) for side in (base, head)]
    variance = sum(part for part, _ in parts)
    spread = sum(part**2 / freedom for part, freedom in parts)
    n = min(len(base), len(head))
    return Estimate(
        mean=_log_mean(head) - _log_mean(base),
        standard_error=math.sqrt(variance),
        freedom=variance**2 / spread if spread else len(base) + len(head) - 2,
        deviation=math.sqrt(variance * n),
        n=n,
    )


def moderated(
    base: Sequence[float], head: Sequence[float], *, prior_deviation: float, prior_freedom: float
) -> Estimate | None:
    """Two sides with a few repeats each: their pooled variance, drawn towards what is known beforehand.

    G. K. Smyth, Stat. Appl. Genet. Mol. Biol. 3(1) (2004), eq. 3: s^2 = (d0 s0^2 + d s^2)/(d0 + d) with
    d0 + d degrees of freedom. Two repeats that happen to agree do not pass for a precise count.
    None below two repeats a side.
    """
    if min(len(base), len(head)) < 2:  # noqa: PLR2004 - a spread needs two
        return None
    squares = sum(float(np.var(np.log(side), ddof=0)) * len(side) for side in (base, head))
    freedom = prior_freedom + len(base) + len(head) - 2
    variance = (prior_freedom * prior_deviation**2 + squares) / freedom
    return Estimate(
        mean=_log_mean(head) - _log_mean(base),
        standard_error=math.sqrt(variance * (1 / len(base) + 1 / len(head))),
        freedom=freedom,
        deviation=math.sqrt(variance),
        n=min(len(base), len(head)),
    )


def _log_mean(values: Sequence[float]) -> float:
    return float(np.mean(np.log(values)))
