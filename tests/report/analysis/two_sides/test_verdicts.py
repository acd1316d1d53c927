from __future__ import annotations

import math

import pytest

from report.analysis.metric_types import Effects
from report.analysis.metrics import COST_EFFECTS, THROUGHPUT_EFFECTS
from report.analysis.two_sides.verdicts import (
    Verdict,
    is_inconclusive,
    percent_change,
    verdict_of,
)
from report.stats.two_samples import Estimate


def estimate(change: float, error: float) -> Estimate:
    return Estimate(mean=math.log1p(change), standard_error=error, freedom=14, deviation=4 * error, n=16)


@pytest.mark.parametrize(
    ("change", "error", "effects", "wanted"),
    [
        (0.12, 0.02, THROUGHPUT_EFFECTS, Verdict.REGRESSION),
        (0.12, 0.06, THROUGHPUT_EFFECTS, Verdict.UNSEEN),  # large, but not sure
        (0.03, 0.005, THROUGHPUT_EFFECTS, Verdict.FINE),  # sure, but small
        (0.06, 0.005, THROUGHPUT_EFFECTS, Verdict.REGRESSION),
        (0.0, 0.02, THROUGHPUT_EFFECTS, Verdict.FINE),
        (0.0, 0.06, THROUGHPUT_EFFECTS, Verdict.UNSEEN),
        (-0.12, 0.02, THROUGHPUT_EFFECTS, Verdict.IMPROVEMENT),
        (-0.12, 0.06, THROUGHPUT_EFFECTS, Verdict.FINE),
        (0.01, 0.001, COST_EFFECTS, Verdict.REGRESSION),
        (0.004, 0.001, COST_EFFECTS, Verdict.FINE),
        (0.004, 0.004, COST_EFFECTS, Verdict.UNSEEN),
    ],
)
def test_each_estimate_has_its_word(change: float, error: float, effects: Effects, wanted: Verdict) -> None:
    assert verdict_of(estimate(change, error), effects) == wanted


def test_a_correction_can_take_a_claim_back() -> None:
    worse, better = estimate(0.12, 0.02), estimate(-0.12, 0.02)
    assert verdict_of(worse, THROUGHPUT_EFFECTS, p=0.02) == Verdict.UNSEEN
    assert verdict_of(better, THROUGHPUT_EFFECTS, better=0.02) == Verdict.FINE


def test_inconclusive_is_what_could_have_hidden_an_effect_that_must_not_pass() -> None:
    assert is_inconclusive(estimate(0.0, 0.06), THROUGHPUT_EFFECTS)
    assert not is_inconclusive(estimate(0.0, 0.02), THROUGHPUT_EFFECTS)


def test_percent_is_of_the_ratio() -> None:
    assert percent_change(math.log(1.25)) == pytest.approx(25)
