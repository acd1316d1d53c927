"""The words of a comparison: regression, fine, no regression seen, improvement; METHOD section 6."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from report.stats.power import ALPHA
from report.stats.two_samples import Estimate


class Word(StrEnum):
    """What is said of one metric of one cell."""

    REGRESSION = "regression"
    WAIVED = "waived"
    """A regression that a waiver allows."""
    UNMEASURED = "could not measure"
    UNSEEN = "no regression seen"
    IMPROVEMENT = "improvement"
    FINE = "fine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """Which differences of a metric matter, as shares: 0.01 is 1%."""

    least: float
    """Smaller ones are no regression, however sure they are."""
    must_not_pass: float
    """One this large must be seen: what cannot exclude it is not fine."""

    def __post_init__(self) -> None:
        if not 0 < self.least <= self.must_not_pass:
            raise ValueError(f"wanted 0 < least ({self.least:g}) <= must not pass ({self.must_not_pass:g})")


COST_EFFECTS = Effects(least=0.005, must_not_pass=0.01)
LOAD_EFFECTS = Effects(least=0.05, must_not_pass=0.10)
"""An estimate of at least 10% would be asked of a true +10% in vain half of the time: docs/adr/0010."""


def word(
    estimate: Estimate, effects: Effects, *, p: float | None = None, better: float | None = None
) -> Word:
    """What an estimate comes to.

    ``p`` and ``better`` are its one-sided p values of being worse and better, corrected for how many were
    tested; uncorrected unless given.
    A regression is claimed, and excluded (fine), with the same certainty: one-sided 99%.
    """
    least, worst = math.log1p(effects.least), math.log1p(effects.must_not_pass)
    if (estimate.p_worse() if p is None else p) < ALPHA and estimate.mean >= least:
        return Word.REGRESSION
    if (estimate.p_better() if better is None else better) < ALPHA and estimate.mean <= -least:
        return Word.IMPROVEMENT
    if estimate.upper() < worst:
        return Word.FINE
    return Word.UNSEEN


def inconclusive(estimate: Estimate, effects: Effects) -> bool:
    """Whether an effect that must not pass could have been there unseen."""
    return math.expm1(estimate.smallest_visible()) > effects.must_not_pass


def percent(log_difference: float) -> float:
    """A difference of logs as a change in percent."""
    return 100 * math.expm1(log_difference)
