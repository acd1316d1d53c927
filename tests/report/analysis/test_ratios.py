"""Ratios turned over keep the order of their ends."""

from __future__ import annotations

import pytest

from report.analysis.ratios import inverse, share_left
from report.stats.levels import Level

HALF = Level(value=0.5, low=0.4, high=0.8, n=8)


def test_the_reverse_of_a_half_is_two() -> None:
    assert inverse(HALF) == Level(value=2.0, low=1 / 0.8, high=1 / 0.4, n=8)


def test_what_is_left_beside_a_half_is_a_half() -> None:
    left = share_left(HALF)
    assert (left.value, left.low, left.high) == pytest.approx((50, 20, 60))


def test_without_an_interval_there_is_none() -> None:
    for turned in (inverse(Level(value=2.0)), share_left(Level(value=2.0))):
        assert (turned.low, turned.high) == (None, None)
