"""The words of a comparison: regression, fine, no regression seen, improvement."""

from __future__ import annotations

import math
from enum import StrEnum

from report.analysis.metric_types import Effects
from report.stats.power import ALPHA
from report.stats.two_samples import Estimate
from results.model import GateStage

CLAIMED_AT = {GateStage.CONFIRM: 0.6 * ALPHA}
"""Corrected p below which a regression is claimed, where it is less than ``ALPHA``.

A gate nearly always confirms something, so that this is how often it gives a false alarm: in less than 1% of
runs, as noise is not normal either."""
EXCLUDED_AT = {GateStage.SCREEN: 0.7 * ALPHA, GateStage.CONFIRM: 0.2 * ALPHA}
"""Risk with which an effect that must not pass is wrongly excluded in each stage of a gate, below ``ALPHA``.

The screen has the larger part, as its few pairs need it."""


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
    estimate: Estimate,
    effects: Effects,
    *,
    p: float | None = None,
    better: float | None = None,
    stage: GateStage = GateStage.NONE,
) -> Verdict:
    """What an estimate comes to (docs/method.md, section 6).

    ``p`` and ``better`` are its one-sided p values of being worse and better, corrected for how many were
    tested; where they are None, the estimate's own. A regression is claimed, and excluded (fine), with the
    same certainty: one-sided 99%, of which the two stages of a gate have a part each.
    """
    least = math.log1p(effects.least)
    if (estimate.p_worse() if p is None else p) < CLAIMED_AT.get(stage, ALPHA) and estimate.mean >= least:
        return Verdict.REGRESSION
    if (estimate.p_better() if better is None else better) < ALPHA and estimate.mean <= -least:
        return Verdict.IMPROVEMENT
    return Verdict.FINE if is_excluded(estimate, effects, stage) else Verdict.UNSEEN


def is_excluded(estimate: Estimate, effects: Effects, stage: GateStage = GateStage.NONE) -> bool:
    """Whether an effect that must not pass is excluded, by the certainty of ``stage``."""
    return estimate.upper(EXCLUDED_AT.get(stage, ALPHA)) < math.log1p(effects.must_not_pass)


def is_inconclusive(estimate: Estimate, effects: Effects) -> bool:
    """Whether an effect that must not pass could have been there unseen."""
    return math.expm1(estimate.smallest_visible()) > effects.must_not_pass


def percent_change(log_difference: float) -> float:
    """A difference of logs as a change in percent."""
    return 100 * math.expm1(log_difference)
