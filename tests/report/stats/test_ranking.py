from __future__ import annotations

import math

import numpy as np
import pytest

from report.stats.launches import LaunchLevel, fit_launches
from report.stats.ranking import NEAR, find_tiers
from report.stats.stack_fit import StackFit
from tests.support.noise import noisy


def fit(contenders: dict[str, dict[int, float]]) -> StackFit:
    """Contenders by name, each with its value by block."""
    return fit_launches([
        LaunchLevel(together=block, stack=name, level=math.log(value), variance=0.0)
        for name, blocks in contenders.items()
        for block, value in blocks.items()
    ])  # fmt: skip


def best_first(fitted: StackFit) -> list[str]:
    return sorted(fitted.stacks, key=lambda name: -fitted.absolute(name))


@pytest.mark.parametrize(
    "noise", [(0.1,) * 2, (0.1,) * 6, (0.3, *(0.1,) * 5), (0.2,) * 3 + (0.05,) * 3], ids=str
)
def test_equal_stacks_share_the_first_tier_in_95_of_100_runs(noise: tuple[float, ...]) -> None:
    random = np.random.default_rng(20261122)
    wrong, runs = 0, 150
    for _ in range(runs):
        fitted = fit({str(name): noisy(random, 100, 8, spread) for name, spread in enumerate(noise)})
        wrong += set(find_tiers(fitted, best_first(fitted)).tiers.values()) != {1}
    assert wrong / runs <= 0.085  # 5%, and two of the simulation's own standard errors


def test_tiers_separate_what_is_far_apart() -> None:
    random = np.random.default_rng(1)
    centres = {"a": 100, "b": 99, "c": 40, "d": 39, "e": 10}
    fitted = fit({name: noisy(random, centre, 8, 0.03) for name, centre in centres.items()})
    order = best_first(fitted)
    assert find_tiers(fitted, order).tiers == {"a": 1, "b": 1, "c": 2, "d": 2, "e": 3}
    lowest_first = find_tiers(fitted, order[::-1], higher_is_better=False).tiers
    assert lowest_first["e"] == 1
    assert lowest_first["a"] == 3


def test_the_smallest_separable_difference_is_what_separates() -> None:
    random = np.random.default_rng(2)
    contenders = {"a": noisy(random, 100, 8), "b": noisy(random, 100, 8)}
    fitted = fit(contenders)
    least = find_tiers(fitted, ["a", "b"]).separable_percent
    assert least is not None
    mean = math.exp(fitted.difference("a", "b").mean)
    for percent, expected in ((least * 1.01, 2), (least * 0.99, 1)):
        moved = {block: value * mean / (1 + percent / 100) for block, value in contenders["b"].items()}
        assert find_tiers(fit({"a": contenders["a"], "b": moved}), ["a", "b"]).tiers["b"] == expected


def test_who_is_not_far_from_the_best_is_near_though_told_apart() -> None:
    random = np.random.default_rng(3)
    contenders = {"a": noisy(random, 100, 8, 0.03), "b": noisy(random, 100, 8, 0.03)}
    fitted = fit(contenders)
    least, mean = fitted.apart("a", "b", 2), fitted.difference("a", "b").mean

    def behind(times: float) -> dict[int, float]:
        return {block: value * math.exp(mean - times * least) for block, value in contenders["b"].items()}

    for times, near in ((0.9, {"a", "b"}), (0.9 * NEAR, {"a", "b"}), (1.1 * NEAR, {"a"})):
        found = find_tiers(fit({"a": contenders["a"], "b": behind(times)}), ["a", "b"])
        assert found.near == near
        assert found.tiers["b"] == (2 if times > 1 else 1)


def test_one_alone_has_no_rank() -> None:
    fitted = fit({"a": dict.fromkeys(range(8), 5.0)})
    assert find_tiers(fitted, ["a"]).tiers == {}
    assert find_tiers(fitted, ["a"]).separable_percent is None


def test_identical_values_are_one_tier() -> None:
    same = dict.fromkeys(range(8), 5.0)
    found = find_tiers(fit({"b": same, "a": same}), ["a", "b"])
    assert found.tiers == {"a": 1, "b": 1}
    assert found.separable_percent == pytest.approx(0, abs=1e-9)


def test_blocks_that_never_meet_cannot_be_told_apart() -> None:
    random = np.random.default_rng(5)
    early = noisy(random, 100, 6)
    late = {block + 6: value / 9 for block, value in early.items()}
    found = find_tiers(fit({"a": early, "b": late}), ["a", "b"])
    assert found.tiers == {"a": 1, "b": 1}
    assert found.separable_percent is None
