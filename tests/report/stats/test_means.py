from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from report.stats.means import difference_of_means, mean_level

COUNTS = st.lists(st.floats(1e4, 1e6), min_size=2, max_size=6)


@settings(deadline=None)
@given(COUNTS, COUNTS)
def test_the_interval_of_a_difference_is_welch_s(upper: list[float], lower: list[float]) -> None:
    found = difference_of_means(upper, lower)
    assert found.value == pytest.approx(np.mean(upper) - np.mean(lower), abs=1e-6)
    if min(np.std(upper), np.std(lower)) > 1:
        welch = stats.ttest_ind(upper, lower, equal_var=False).confidence_interval(0.95)
        assert (found.low, found.high) == pytest.approx((welch.low, welch.high), rel=1e-6, abs=1e-3)


@settings(deadline=None)
@given(COUNTS)
def test_the_interval_of_a_mean_is_student_s(values: list[float]) -> None:
    found = mean_level(values)
    if np.std(values) > 1:
        student = stats.ttest_1samp(values, 0).confidence_interval(0.95)
        assert (found.low, found.high) == pytest.approx((student.low, student.high), rel=1e-6)


def test_equal_counts_differ_by_exactly_nothing() -> None:
    found = difference_of_means([5000.0, 5000.0], [5000.0, 5000.0])
    assert (found.value, found.low, found.high) == (0, 0, 0)
    assert difference_of_means([5000.0], [4000.0, 4000.0]).low is None
