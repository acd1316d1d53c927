from __future__ import annotations

import math

import numpy as np
import pytest

from report.stats.levels import difference
from report.stats.ranking import BLOCKS_TO_RANK, tiers
from tests.support.noise import noisy


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
