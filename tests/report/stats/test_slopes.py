"""Slopes hold the true one as often as they say, also where readings are much like the last one."""

from __future__ import annotations

import numpy as np
import pytest

from report.stats.levels import Level
from report.stats.slopes import slope


def test_a_slope_behind_the_warm_up() -> None:
    at = np.arange(100.0)
    values = np.where(at < 25, 1000 * at, 24_000 + 2 * at)
    level = slope(at.tolist(), values.tolist())
    assert level is not None
    assert level.value == pytest.approx(2)
    assert level.n == 75


def test_noise_around_a_slope_is_between_its_bounds() -> None:
    random, held = np.random.default_rng(3), 0
    at = np.arange(120.0)
    for _ in range(200):
        noise = np.zeros(120)
        for place in range(1, 120):
            noise[place] = 0.5 * noise[place - 1] + random.normal()
        level = slope(at.tolist(), (5 + 0.1 * at + noise).tolist())
        assert level is not None
        assert level.low is not None
        assert level.high is not None
        held += level.low <= 0.1 <= level.high
    assert held > 160  # of 190; the correction is known to be a little short with few readings


@pytest.mark.parametrize("n", [0, 1, 12])
def test_too_few_readings_have_no_slope(n: int) -> None:
    assert slope([float(place) for place in range(n)], [1.0] * n) is None


def test_what_never_moves_has_a_slope_of_nothing() -> None:
    level = slope([float(place) for place in range(40)], [7.0] * 40)
    assert level == Level(value=0.0, low=0.0, high=0.0, n=30)
