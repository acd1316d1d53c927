from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from report.stats.two_samples import PairedDifference, moderated, paired, unpaired

DIFFERENCES = st.lists(st.floats(-1, 1), min_size=4, max_size=40)


def pairs_of(values: list[float], orders: list[int] | None = None) -> list[PairedDifference]:
    orders = orders or [1 if place % 2 else -1 for place in range(len(values))]
    return [
        PairedDifference(number=n, worse=worse, order=order)
        for n, (worse, order) in enumerate(zip(values, orders, strict=True))
    ]


@settings(deadline=None)
@given(DIFFERENCES, st.floats(-0.5, 0.5), st.floats(-0.5, 0.5))
def test_a_bias_of_place_changes_no_difference(values: list[float], shift: float, bias: float) -> None:
    plain = paired(pairs_of(values))
    moved = paired(
        [
            PairedDifference(number=p.number, worse=p.worse + shift + bias * p.order, order=p.order)
            for p in pairs_of(values)
        ]
    )
    assert plain is not None
    assert moved is not None
    assert moved.mean == pytest.approx(plain.mean + shift, abs=1e-9)
    assert moved.standard_error == pytest.approx(plain.standard_error, abs=1e-7)


@settings(deadline=None)
@given(DIFFERENCES)
def test_sides_turned_round_turn_the_difference(values: list[float]) -> None:
    one = paired(pairs_of(values))
    two = paired(pairs_of([-value for value in values]))
    assert one is not None
    assert two is not None
    assert one.mean == pytest.approx(-two.mean, abs=1e-9)
    assert one.p_worse() == pytest.approx(two.p_better(), abs=1e-6)


def test_without_a_bias_of_place_to_tell_there_is_no_estimate() -> None:
    assert paired(pairs_of([0.1] * 8, [1] * 8)) is None
    assert paired(pairs_of([0.1, 0.2, 0.1])) is None


def test_balanced_pairs_have_the_mean_as_their_difference() -> None:
    values = [0.10, 0.02, 0.06, 0.14]
    found = paired(pairs_of(values))
    assert found is not None
    assert found.mean == pytest.approx(0.08)
    assert found.freedom == 2
    # by hand: means by order are 0.08 and 0.08, so residuals are the deviations from 0.08
    assert found.deviation == pytest.approx(math.sqrt((0.02**2 + 0.06**2 + 0.02**2 + 0.06**2) / 2))
    assert found.standard_error == pytest.approx(found.deviation / 2)


def test_pairs_that_agree_exactly_are_certain() -> None:
    worse, same = paired(pairs_of([0.125] * 4)), paired(pairs_of([0.0] * 4))
    assert worse is not None
    assert same is not None
    assert worse.p_worse() == pytest.approx(0, abs=1e-12)
    assert same.p_worse() == 0.5


@settings(deadline=None)
@given(
    st.lists(st.integers(1, 100), min_size=2, max_size=20, unique=True),
    st.lists(st.integers(1, 100), min_size=2, max_size=20, unique=True),
)
def test_welch_is_scipys(base: list[float], head: list[float]) -> None:
    found = unpaired(base, head)
    assert found is not None
    wanted = stats.ttest_ind(np.log(head), np.log(base), equal_var=False, alternative="greater")
    assert found.p_worse() == pytest.approx(float(wanted.pvalue), abs=1e-9)
    assert found.freedom == pytest.approx(float(wanted.df))
    interval = stats.ttest_ind(np.log(head), np.log(base), equal_var=False).confidence_interval()
    assert found.bounds() == pytest.approx((float(interval.low), float(interval.high)))


def test_one_value_a_side_has_no_spread() -> None:
    assert unpaired([1.0], [1.0, 2.0]) is None
    assert moderated([1.0], [1.0, 2.0], prior_deviation=0.01, prior_freedom=4) is None


def test_repeats_that_agree_by_chance_do_not_pass_for_precise() -> None:
    found = moderated([100.0, 100.0], [101.0, 101.0], prior_deviation=0.0015, prior_freedom=4)
    assert found is not None
    assert found.mean == pytest.approx(math.log(1.01))
    assert found.freedom == 6
    assert found.deviation == pytest.approx(0.0015 * math.sqrt(4 / 6))
    assert found.standard_error == pytest.approx(found.deviation)


def test_many_repeats_outweigh_what_was_known_beforehand() -> None:
    random = np.random.default_rng(1)
    sides = [list(np.exp(random.normal(0, 0.01, 200))) for _ in range(2)]
    found = moderated(*sides, prior_deviation=0.0001, prior_freedom=4)
    assert found is not None
    assert found.deviation == pytest.approx(0.01, rel=0.1)
