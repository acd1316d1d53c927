from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from report.stats.levels import BLOCKS_TO_RANK, Level, difference, level, ratio, tiers

POSITIVE = st.floats(1e-3, 1e6)
BLOCKS = st.dictionaries(st.integers(0, 10), POSITIVE, min_size=2, max_size=8)


def noisy(random: np.random.Generator, centre: float, blocks: int, noise: float = 0.1) -> dict[int, float]:
    values = centre * np.exp(random.normal(0, noise, blocks))
    return {block: float(value) for block, value in enumerate(values)}


@given(BLOCKS, BLOCKS)
def test_a_ratio_turned_round_is_its_inverse(a: dict[int, float], b: dict[int, float]) -> None:
    one, two = ratio(a, b), ratio(b, a)
    if one is None or two is None:
        assert not a.keys() & b.keys()
        return
    assert one.value * two.value == pytest.approx(1)
    if one.low is not None and two.high is not None:
        assert one.low * two.high == pytest.approx(1, rel=1e-6)


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


@pytest.mark.parametrize(
    "noise", [(0.1,) * 2, (0.1,) * 8, (0.3, *(0.1,) * 7), (0.2,) * 4 + (0.05,) * 4], ids=str
)
def test_equal_stacks_share_the_first_tier_in_95_of_100_runs(noise: tuple[float, ...]) -> None:
    random = np.random.default_rng(20261122)
    wrong, runs = 0, 500
    for _ in range(runs):
        equal = {str(name): noisy(random, 100, 8, each) for name, each in enumerate(noise)}
        wrong += set(tiers(equal).tiers.values()) != {1}
    assert wrong / runs <= 0.065  # 5%, and one and a half of the simulation's own standard errors


def test_tiers_separate_what_is_far_apart() -> None:
    random = np.random.default_rng(1)
    centres = {"a": 100, "b": 99, "c": 40, "d": 39, "e": 10}
    contenders = {name: noisy(random, centre, 8, 0.03) for name, centre in centres.items()}
    assert tiers(contenders).tiers == {"a": 1, "b": 1, "c": 2, "d": 2, "e": 3}
    slowest_first = tiers(contenders, higher_is_better=False)
    assert slowest_first.order[0] == "e"
    assert slowest_first.tiers["e"] == 1
    assert slowest_first.tiers["a"] == 3


def test_the_smallest_separable_difference_is_what_separates() -> None:
    random = np.random.default_rng(2)
    contenders = {"a": noisy(random, 100, 8), "b": noisy(random, 100, 8)}
    least = tiers(contenders).separable_percent
    assert least is not None
    mean = math.exp(difference(contenders["a"], contenders["b"]).mean)  # type: ignore[union-attr] # both have 8
    for percent, expected in ((least * 1.01, 2), (least * 0.99, 1)):
        moved = {block: value * mean / (1 + percent / 100) for block, value in contenders["b"].items()}
        assert tiers({"a": contenders["a"], "b": moved}).tiers["b"] == expected


def test_too_few_blocks_rank_nothing() -> None:
    random = np.random.default_rng(3)
    few = BLOCKS_TO_RANK - 1
    found = tiers({"a": noisy(random, 100, few), "b": noisy(random, 10, few)})
    assert found.tiers == {}
    assert found.separable_percent is None
    assert found.order == ("a", "b")


def test_one_with_few_blocks_leaves_the_others_ranked() -> None:
    random = np.random.default_rng(4)
    contenders = {"a": noisy(random, 100, 8), "b": noisy(random, 50, 8), "short": noisy(random, 900, 3)}
    found = tiers(contenders)
    assert found.tiers == {"a": 1, "b": 2}
    assert found.order == ("a", "b", "short")


def test_identical_values_are_one_tier() -> None:
    same = dict.fromkeys(range(8), 5.0)
    found = tiers({"b": same, "a": same})
    assert found.tiers == {"a": 1, "b": 1}
    assert found.separable_percent == 0
    assert tiers({}).order == ()


def test_blocks_that_never_meet_cannot_be_told_apart() -> None:
    random = np.random.default_rng(5)
    early = noisy(random, 100, 6)
    late = {block + 6: value / 9 for block, value in early.items()}
    assert tiers({"a": early, "b": late}).tiers == {"a": 1, "b": 1}
