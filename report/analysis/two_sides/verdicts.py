"""The words of a comparison: regression, fine, no regression seen, improvement."""

from __future__ import annotations

import math
from enum import StrEnum

from report.analysis.metric_types import Effects
from report.stats.power import ALPHA
from report.stats.two_samples import Estimate


class Verdict(StrEnum):
    """What is said of one metric of one cell."""

    REGRESSION = "regression"
    WAIVED = "waived"
    """A regression that a waiver allows."""
    UNMEASURED = "could not measure"
    UNSEEN = "no regression seen"
    IMPROVEMENT = "improvement"
    FINE = "fine"


def verdict_of(
    estimate: Estimate, effects: Effects, *, p: float | None = None, better: float | None = None
) -> Verdict:
    """What an estimate comes to (docs/method.md, section 6).

    ``p`` and ``better`` are its one-sided p values of being worse and better, corrected for how many were
    tested; where they are None, the estimate's own. A regression is claimed, and excluded (fine), with the
    same certainty: one-sided 99%.
    """
    least, worst = math.log1p(effects.least), math.log1p(effects.must_not_pass)
    if (estimate.p_worse() if p is None else p) < ALPHA and estimate.mean >= least:
        return Verdict.REGRESSION
    if (estimate.p_better() if better is None else better) < ALPHA and estimate.mean <= -least:
        return Verdict.IMPROVEMENT
    if estimate.upper() < worst:
        return Verdict.FINE
    return Verdict.UNSEEN


def is_inconclusive(estimate: Estimate, effects: Effects) -> bool:
    """Whether an effect that must not pass could have been there unseen."""
    return math.expm1(estimate.smallest_visible()) > effects.must_not_pass


def percent_change(log_difference: float) -> float:
    """A difference of logs as a change in percent."""
    return 100 * math.expm1(log_difference)
