"""Medians hold what they promise, and promise nothing of too few values."""

from __future__ import annotations

import numpy as np
import pytest

from report.stats.medians import median


@pytest.mark.parametrize(("n", "low", "high"), [(6, 0, 5), (10, 1, 8), (20, 5, 14)])
def test_bounds_are_the_order_statistics_of_tables(n: int, low: int, high: int) -> None:
    level = median([float(value) for value in reversed(range(n))])
    assert (level.value, level.low, level.high, level.n) == ((n - 1) / 2, low, high, n)


@pytest.mark.parametrize("n", [1, 2, 5])
def test_few_values_have_no_interval(n: int) -> None:
    level = median([3.0] * n)
    assert (level.value, level.low, level.high, level.n) == (3.0, None, None, n)


def test_the_interval_holds_the_true_median_as_often_as_it_says() -> None:
    draws = np.random.default_rng(1).lognormal(size=(2000, 10))
    levels = [median(row) for row in draws.tolist()]
    held = np.mean([level.low is not None and level.low <= 1 <= (level.high or 0) for level in levels])
    assert 0.97 < held < 0.99  # 97.9% by the binomial distribution
