from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from report.stats.levels import Level, difference, level, ratio
from tests.support.noise import noisy

POSITIVE = st.floats(1e-3, 1e6)
BLOCKS = st.dictionaries(st.integers(0, 10), POSITIVE, min_size=2, max_size=8)


@settings(deadline=None)
@given(BLOCKS, BLOCKS)
def test_a_ratio_turned_round_is_its_inverse(a: dict[int, float], b: dict[int, float]) -> None:
    one, two = ratio(a, b), ratio(b, a)
    if one is None or two is None:
        assert not a.keys() & b.keys()
        return
    assert one.value * two.value == pytest.approx(1)
    if one.low is not None and two.high is not None:
        assert one.low * two.high == pytest.approx(1, rel=1e-6)


@settings(deadline=None)
@given(st.lists(POSITIVE, min_size=2, max_size=20))
def test_a_level_lies_in_its_interval_and_among_its_values(values: list[float]) -> None:
    found = level(values)
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    assert found.low <= found.value * (1 + 1e-12)
    assert found.high >= found.value * (1 - 1e-12)
    assert min(values) <= found.value * (1 + 1e-12)
    assert max(values) >= found.value * (1 - 1e-12)


@settings(deadline=None)
@given(BLOCKS, BLOCKS, st.floats(0.1, 10))
def test_a_block_that_is_faster_for_all_changes_no_ratio(
    a: dict[int, float], b: dict[int, float], speed: float
) -> None:
    changed = [
        {block: value * speed if block % 2 else value for block, value in each.items()} for each in (a, b)
    ]
    one, two = difference(a, b), difference(*changed)
    assert (one is None) == (two is None)
    if one and two:
        assert one.mean == pytest.approx(two.mean, abs=1e-9)


def test_known_values() -> None:
    found = level([math.e, math.e**3])
    assert found is not None
    assert found.value == pytest.approx(math.e**2)
    assert found.high == pytest.approx(math.exp(2 + 12.706204736432095))  # t(.975; 1) from a table
    assert ratio({0: 2.0, 1: 2.0, 7: 9.0}, {0: 1.0, 1: 1.0}) == Level(value=2.0, low=2.0, high=2.0, n=2)


def test_one_value_has_no_interval_and_none_has_no_level() -> None:
    assert level([1.0]) == Level(value=1.0, n=1)
    assert level([]) is None
    assert ratio({0: 1.0}, {1: 1.0}) is None
    assert Level(value=1.0).half_width_percent is None
    assert Level(value=2.0, low=1.0, high=2.5, n=3).half_width_percent == pytest.approx(50)


@pytest.mark.parametrize(("blocks", "noise"), [(3, 0.1), (8, 0.1), (8, 0.3)])
def test_intervals_cover_the_truth_in_95_of_100_runs(blocks: int, noise: float) -> None:
    random = np.random.default_rng(20261122)
    covered, runs = 0, 2_000
    for _ in range(runs):
        found = ratio(noisy(random, 130, blocks, noise), noisy(random, 100, blocks, noise))
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= 1.3 <= found.high
    assert 0.93 <= covered / runs <= 0.97
