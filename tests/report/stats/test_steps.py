"""Steps of made series: found where they are, few where there are none, and never from too few values."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from report.stats.steps import VALUES_AFTER, VALUES_BEFORE, find_steps, means_between, noise_of

DEVIATION = 0.014


def noise(seed: int, runs: int) -> list[float]:
    values: list[float] = np.random.default_rng(seed).normal(0, DEVIATION, runs).tolist()
    return values


def with_steps(seed: int, runs: int, *steps: tuple[int, float]) -> list[float]:
    return [
        value + sum(size for place, size in steps if run >= place)
        for run, value in enumerate(noise(seed, runs))
    ]


def test_a_step_is_told_with_its_place_and_size() -> None:
    (step,) = find_steps(with_steps(1, 60, (40, -0.08)))
    assert step.place == 40
    low, high = step.estimate.bounds()
    assert low < -0.08 < high
    assert step.estimate.n == 20
    assert step.estimate.deviation == pytest.approx(DEVIATION, rel=0.4)


def test_several_steps_are_told_in_their_order() -> None:
    steps = find_steps(with_steps(2, 90, (30, 0.1), (60, -0.07)))
    assert [step.place for step in steps] == [30, 60]
    assert [math.copysign(1, step.estimate.mean) for step in steps] == [1, -1]


def test_a_bump_that_went_away_is_two_steps() -> None:
    places = [step.place for step in find_steps(with_steps(3, 80, (40, 0.08), (50, -0.08)))]
    assert places == [40, 50]


def test_a_step_is_told_soon_after_it() -> None:
    series = with_steps(4, 60, (50, 0.06))
    assert find_steps(series[: 50 + 1]) == ()
    (step,) = find_steps(series[: 50 + VALUES_AFTER])
    assert abs(step.place - 50) <= 2


def test_one_value_far_off_is_no_step() -> None:
    series = noise(5, 60)
    series[30] += 0.1
    assert find_steps(series) == ()


def test_noise_shows_few_steps() -> None:
    shown = sum(bool(find_steps(noise(seed, 100))) for seed in range(150))
    assert shown <= 6


@pytest.mark.parametrize("runs", [0, 1, 2, VALUES_BEFORE + VALUES_AFTER - 1])
def test_too_few_values_show_nothing(runs: int) -> None:
    assert find_steps([0.0 if run < 5 else 1.0 for run in range(runs)]) == ()


def test_values_that_are_all_alike_show_nothing() -> None:
    assert find_steps([0.3] * 50) == ()


def test_what_values_are_known_to_vary_by_hides_what_is_smaller() -> None:
    series = [value / 10 for value in with_steps(6, 60, (30, 0.06))]
    assert find_steps(series)
    assert find_steps(series, least_deviation=0.02) == ()


def test_a_step_adds_little_to_the_deviation() -> None:
    plain, stepped = (noise_of(np.array(with_steps(7, 100, *steps))) for steps in ((), ((50, 0.03),)))
    assert stepped.deviation == pytest.approx(plain.deviation, rel=0.05)
    assert plain.freedom == pytest.approx(2 * 99**2 / 296)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-5, 5), max_size=60))
def test_steps_are_rising_places_with_room_on_both_sides(values: list[float]) -> None:
    places = [step.place for step in find_steps(values)]
    edges = [0, *places, len(values)]
    gaps = [after - before for before, after in pairwise(edges)]
    assert not places or min(gaps) >= VALUES_AFTER
    assert means_between(values, places)[0] == pytest.approx(np.mean(values[: edges[1]])) if values else True
