from __future__ import annotations

import math

import numpy as np
import pytest

from report.stats.levels import Level
from report.stats.speed_slopes import LegRates, slope_deviation

NOISE = 0.05


def heat(
    random: np.random.Generator, slopes: dict[str, float], noise: dict[str, float] | None = None
) -> list[LegRates]:
    """Stacks of one server in random order, under a speed whose correlation falls within 0.3 s."""
    noise, speed, now_s = noise or {}, 0.0, 0.0
    made: dict[str, list[tuple[float, float]]] = {name: [] for name in slopes}
    for _ in range(20):
        for name in random.permutation(list(slopes)).tolist():
            kept = math.exp(-0.04 / 0.3)
            speed = kept * speed + math.sqrt(1 - kept**2) * random.normal(0, 0.1)
            now_s += 0.04
            made[name].append((now_s, slopes[name] * speed + random.normal(0, noise.get(name, NOISE))))
    return [
        LegRates(group="uvicorn", stack=name, at_s=np.array(own)[:, 0], log_rates=9 + np.array(own)[:, 1])
        for name, own in made.items()
    ]


def deviation(seed: int, slopes: dict[str, float], **how: dict[str, float]) -> Level:
    random = np.random.default_rng(seed)
    level = slope_deviation({block: [heat(random, slopes, **how) for _ in range(3)] for block in range(8)})
    assert level is not None
    assert level.low is not None
    assert level.high is not None
    return level


def test_how_much_slopes_differ_is_told_relative_to_their_mean() -> None:
    slopes = {"a": 0.6, "b": 0.8, "c": 1.0, "d": 1.2, "e": 1.4}  # deviation 0.316
    levels = [deviation(seed, slopes) for seed in range(12)]
    assert np.mean([level.value for level in levels]) == pytest.approx(
        np.std([*slopes.values()], ddof=1), rel=0.2
    )
    assert sum(level.holds(0.316) for level in levels) >= 9
    assert all(level.low for level in levels)
    assert all(level.n == 8 for level in levels)


def test_stacks_that_follow_alike_are_not_told_apart_however_noisy_one_is() -> None:
    alike = dict.fromkeys("abcde", 1.0)
    levels = [deviation(seed, alike, noise={"a": 4 * NOISE}) for seed in range(12)]
    assert sum(level.holds(0.0) for level in levels) >= 10
    assert np.mean([level.value for level in levels]) < 0.12


def test_only_stacks_of_one_group_are_compared() -> None:
    random = np.random.default_rng(1)

    def apart(block: int) -> list[LegRates]:
        legs = heat(random, {"a": 0.5, "b": 1.5})
        return [
            LegRates(group=leg.stack, stack=leg.stack, at_s=leg.at_s, log_rates=leg.log_rates + block)
            for leg in legs
        ]

    assert slope_deviation({block: [apart(block)] for block in range(8)}) is None


def test_nothing_is_told_of_few_blocks_nor_of_nobody() -> None:
    random = np.random.default_rng(1)
    assert slope_deviation({}) is None
    assert slope_deviation({block: [[]] for block in range(8)}) is None
    assert slope_deviation({block: [heat(random, {"a": 1.0, "b": 1.0})] for block in range(3)}) is None


def test_nothing_is_told_where_no_speed_is_followed() -> None:
    """A machine that stays as fast as it is, and a speed that others tell and that a stack runs against."""
    random = np.random.default_rng(1)
    steady = {block: [heat(random, dict.fromkeys("abc", 0.0))] for block in range(8)}
    assert slope_deviation(steady) is None
    against = {block: [heat(random, {"a": 1.0, "b": -1.0})] for block in range(8)}
    assert slope_deviation(against) is None


def test_a_stack_alone_in_its_heat_has_nobody_to_tell_the_speed() -> None:
    random = np.random.default_rng(1)
    assert slope_deviation({block: [heat(random, {"a": 1.0})] for block in range(8)}) is None
