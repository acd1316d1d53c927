from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from report.stats.levels import BLOCKS_FOR_INTERVAL, Level, level, studentized_range
from tests.support.noise import noisy

POSITIVE = st.floats(1e-3, 1e6)


@settings(deadline=None)
@given(st.lists(POSITIVE, min_size=BLOCKS_FOR_INTERVAL, max_size=20))
def test_a_level_lies_in_its_interval_and_among_its_values(values: list[float]) -> None:
    found = level(values)
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    assert found.low <= found.value * (1 + 1e-12)
    assert found.high >= found.value * (1 - 1e-12)
    assert min(values) <= found.value * (1 + 1e-12)
    assert max(values) >= found.value * (1 - 1e-12)


def test_known_values() -> None:
    found = level([math.e, math.e**3, math.e, math.e**3])
    assert found is not None
    assert found.value == pytest.approx(math.e**2)
    error = math.sqrt(4 / 3) / 2
    assert found.high == pytest.approx(math.exp(2 + 3.182446305284263 * error))  # t(.975; 3) from a table
    assert studentized_range(3, 10) == pytest.approx(3.877, abs=0.001)  # from a table


def test_few_values_have_no_interval_and_none_has_no_level() -> None:
    two = level([2.0, 8.0])
    assert two is not None
    assert two.value == pytest.approx(4.0)
    assert (two.low, two.n) == (None, 2)
    assert level([1.0] * (BLOCKS_FOR_INTERVAL - 1)) == Level(value=1.0, n=BLOCKS_FOR_INTERVAL - 1)
    assert level([]) is None
    assert Level(value=1.0).half_width_percent is None
    assert Level(value=2.0, low=1.0, high=2.5, n=3).half_width_percent == pytest.approx(50)


@pytest.mark.parametrize(("blocks", "noise"), [(4, 0.1), (8, 0.1), (8, 0.3)])
def test_intervals_cover_the_truth_in_95_of_100_runs(blocks: int, noise: float) -> None:
    random = np.random.default_rng(20261122)
    covered, runs = 0, 2_000
    for _ in range(runs):
        found = level(list(noisy(random, 130, blocks, noise).values()))
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= 130 <= found.high
    assert 0.93 <= covered / runs <= 0.97
