from __future__ import annotations

import json
import math
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from report.stats.launches import LaunchLevel, fit_launches
from report.stats.levels import student
from tests.support.paths import FIXTURES


def launches(levels: dict[tuple[int, str], float], variance: float = 1e-6) -> list[LaunchLevel]:
    return [
        LaunchLevel(together=number, stack=stack, level=level, variance=variance)
        for (number, stack), level in levels.items()
    ]


def test_two_stacks_in_complete_sets_are_students_paired_t() -> None:
    random = np.random.default_rng(1)
    differences = random.normal(0.1, 0.02, 8)
    sets = random.normal(8, 0.5, 8)
    fit = fit_launches(
        launches(
            {(n, "a"): float(sets[n] + differences[n]) for n in range(8)}
            | {(n, "b"): float(sets[n]) for n in range(8)}
        )
    )
    contrast = fit.difference("a", "b")
    assert contrast.mean == pytest.approx(differences.mean())
    assert contrast.error == pytest.approx(differences.std(ddof=1) / math.sqrt(8))
    assert contrast.freedom == 7
    assert contrast.n == 8
    half = student(0.95, 7) * differences.std(ddof=1) / math.sqrt(8)
    assert contrast.ratio().high == pytest.approx(math.exp(differences.mean() + half))


def test_the_other_way_round_is_the_inverse() -> None:
    random = np.random.default_rng(2)
    fit = fit_launches(launches({(n, s): float(random.normal()) for n in range(6) for s in "abc"}))
    there, back = fit.difference("a", "c"), fit.difference("c", "a")
    assert there.mean == pytest.approx(-back.mean)
    assert there.error == pytest.approx(back.error)


def test_sets_of_a_heat_compare_within_only_and_have_an_error_each() -> None:
    random = np.random.default_rng(3)
    levels = {(n, s): float(random.normal()) for n in range(8) for s in "ab"}
    levels |= {(n + 100, s): float(random.normal(0, 0.01)) for n in range(8) for s in "cde"}
    fit = fit_launches(launches(levels))
    assert fit.difference("a", "b").freedom == 7
    assert fit.difference("c", "d").freedom == 14
    for a, b, others in (("a", "b", "ab"), ("c", "d", "cde")):
        alone = fit_launches(launches({key: level for key, level in levels.items() if key[1] in others}))
        assert fit.difference(a, b).error == pytest.approx(alone.difference(a, b).error)
    with pytest.raises(ValueError, match="a and c never took turns"):
        fit.difference("a", "c")


def test_rounding_never_passes_as_a_difference() -> None:
    """Recorded launches with which the limit of numpy's own pseudoinverse took rounding for a component."""
    rows = json.loads((FIXTURES / "launches.json").read_text(encoding="utf-8"))
    measured = [
        LaunchLevel(together=together, stack=str(stack), level=level, variance=variance)
        for together, stack, level, variance in rows
    ]
    fit = fit_launches(measured)
    met = {
        (a, b): differences for a, b in combinations(fit.stacks, 2) if (differences := fit.within_sets(a, b))
    }
    assert len(met) == 13
    for (a, b), differences in met.items():
        assert fit.difference(a, b).mean == pytest.approx(float(np.mean(differences)), abs=0.02)


def test_incomplete_sets_are_connected_through_a_reference() -> None:
    levels = {(0, "ref"): 1.0, (0, "a"): 2.0, (1, "ref"): 5.0, (1, "b"): 5.5, (2, "ref"): 0.0}
    levels |= {(2, "a"): 1.0, (3, "ref"): 3.0, (3, "b"): 3.5}
    fit = fit_launches(launches(levels))
    assert fit.difference("a", "b").mean == pytest.approx(0.5)
    assert fit.difference("a", "b").n == 0


def test_a_launch_that_was_measured_shortly_weighs_less() -> None:
    random = np.random.default_rng(4)
    exact = [
        LaunchLevel(together=n, stack=s, level=float(random.normal(0, 0.001)), variance=1e-6)
        for n in range(6)
        for s in "ab"
    ]
    vague = LaunchLevel(together=9, stack="a", level=0.5, variance=0.25)
    beside = LaunchLevel(together=9, stack="b", level=0.0, variance=1e-6)
    fit = fit_launches([*exact, vague, beside])
    assert abs(fit.difference("a", "b").mean) < 0.01


def test_heats_weigh_alike_however_noisy_their_turns_say_they_were() -> None:
    random = np.random.default_rng(6)
    levels = {(n, s): float(random.normal(0, 0.02)) for n in range(8) for s in "abc"}
    variances = np.linspace(1e-4, 8e-4, len(levels))
    measured = [
        replace(launch, variance=float(variances[3 * (place // 3)]))
        for place, launch in enumerate(launches(levels))
    ]
    noisy, even = fit_launches(measured), fit_launches(launches(levels))
    assert noisy.difference("a", "b").mean == pytest.approx(even.difference("a", "b").mean)
    assert noisy.difference("a", "b").error == pytest.approx(even.difference("a", "b").error)


def test_a_pair_has_an_error_of_its_own_where_stacks_do_not_vary_alike() -> None:
    random = np.random.default_rng(5)
    levels = {(n, s): float(random.normal(0, 0.3 if s == "c" else 0.01)) for n in range(12) for s in "abc"}
    fit = fit_launches(launches(levels))
    assert fit.unequal_p[fit.component[0]] < 0.01
    assert fit.difference("a", "b").freedom == 11
    assert fit.difference("a", "b").error < fit.difference("a", "c").error / 5


def test_one_set_gives_a_ratio_without_an_interval() -> None:
    fit = fit_launches(launches({(0, "a"): 1.0, (0, "b"): 0.0}))
    ratio = fit.difference("a", "b").ratio()
    assert ratio.value == pytest.approx(math.e)
    assert ratio.low is None
    assert fit.apart("a", "b", 2) == math.inf


def test_intervals_through_a_common_stack_hold_the_truth() -> None:
    """Two sessions with a stack in common: a and b never met."""
    random, within = np.random.default_rng(8), 0
    for _ in range(200):
        levels = {
            (number, stack): truth + float(speed + random.normal(0, 0.02))
            for number in range(16)
            for speed in (random.normal(0, 0.3),)
            for stack, truth in (("ref", 0.0), ("a", 0.2) if number < 8 else ("b", 0.5))
        }
        ratio = fit_launches(launches(levels)).difference("a", "b").ratio()
        within += ratio.low is not None and ratio.high is not None and ratio.low < math.exp(-0.3) < ratio.high
    assert within >= 180
