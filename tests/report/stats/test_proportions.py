"""Shares that were counted: their difference, and its error against a simulation."""

from __future__ import annotations

import numpy as np
import pytest

from report.stats.proportions import difference, standard_error


def test_the_difference_of_two_shares() -> None:
    change, error = difference((100, 1000), (300, 1000))
    assert change == pytest.approx(0.2)
    assert error == pytest.approx(np.hypot(0.3 / np.sqrt(1000), np.sqrt(0.21 / 1000)))


def test_the_error_is_that_of_many_samples() -> None:
    random = np.random.default_rng(7)
    drawn = random.binomial(2000, 0.2, 4000) / 2000
    assert standard_error(400, 2000) == pytest.approx(drawn.std(), rel=0.05)


@pytest.mark.parametrize("counts", [((0, 10), (0, 10)), ((10, 10), (10, 10)), ((0, 1000), (1, 1000))])
def test_no_error_is_nothing(counts: tuple[tuple[int, int], tuple[int, int]]) -> None:
    change, error = difference(*counts)
    assert error > 0
    assert abs(change) < 3 * error
