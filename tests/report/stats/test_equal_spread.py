"""The test of equal variances over pairs of stacks."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from report.stats import equal_spread
from report.stats.equal_spread import p_of_equal_spread

Drawn = tuple[list[tuple[int, int]], NDArray[np.float64]]


def drawn(n_stacks: int, n_sets: int, seed: int, louder: float = 1.0) -> Drawn:
    """Places and levels; the last stack varies so many times as much."""
    random = np.random.default_rng(seed)
    places = [(number, stack) for number in range(n_sets) for stack in range(n_stacks)]
    noise = random.normal(size=len(places))
    loud = np.array([stack == n_stacks - 1 for _, stack in places])
    return places, np.where(loud, louder, 1.0) * noise


def test_stacks_that_vary_alike_are_hardly_ever_told_apart() -> None:
    p_values = [p_of_equal_spread(*drawn(5, 8, seed)) for seed in range(40)]
    assert sum(p < 0.05 for p in p_values) <= 6


def test_one_that_varies_much_more_is_told() -> None:
    assert p_of_equal_spread(*drawn(5, 10, 1, louder=20.0)) < 0.01


@pytest.mark.parametrize(("n_stacks", "n_sets"), [(1, 8), (2, 8), (5, 2)])
def test_where_fewer_than_two_pairs_can_be_told_nothing_is_said(n_stacks: int, n_sets: int) -> None:
    assert p_of_equal_spread(*drawn(n_stacks, n_sets, 1)) == 1.0


def test_where_a_pair_did_not_vary_nothing_is_said() -> None:
    places, levels = drawn(3, 4, 1)
    assert p_of_equal_spread(places, np.zeros_like(levels)) == 1.0


def test_of_many_stacks_only_so_many_pairs_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(equal_spread, "MOST_PAIRS", 50)
    places, levels = drawn(40, 6, 2, louder=30.0)
    layout = tuple(equal_spread.Place(*place) for place in places)
    assert 25 <= len(equal_spread._pairs(layout)) <= 50
    assert p_of_equal_spread(places, levels) < 0.05
