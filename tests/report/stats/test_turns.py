from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from report.stats.turns import fit_turns
from tests.support.machine_speed import MachineSpeed

Floats = NDArray[np.float64]


def turns(seed: int, levels: list[float], rounds: int = 30) -> tuple[Floats, NDArray[np.intp], Floats]:
    """Turns of 35 ms in random order under the speed of a shared machine."""
    random = np.random.default_rng(seed)
    machine = MachineSpeed(random, 60.0)
    log_rates, stacks, at_s, now_s = [], [], [], 0.0
    for _ in range(rounds):
        for stack in random.permutation(len(levels)):
            end_s = machine.when_s(machine.done_s(now_s) + 0.035)
            log_rates.append(levels[stack] + math.log(0.035 / (end_s - now_s)) + random.normal(0, 0.01))
            stacks.append(stack)
            at_s.append((now_s + end_s) / 2)
            now_s = end_s + 0.001
    return np.array(log_rates), np.array(stacks), np.array(at_s)


def test_levels_differ_by_what_they_differ_though_the_machine_does_too() -> None:
    errors, alone = [], []
    for seed in range(10):
        log_rates, stacks, at_s = turns(seed, [8.0, 8.5, 9.0])
        fit = fit_turns(log_rates, stacks, at_s)
        errors += [fit.levels[1] - fit.levels[0] - 0.5, fit.levels[2] - fit.levels[1] - 0.5]
        first = [log_rates[stacks == stack][:1].mean() for stack in range(3)]
        alone += [first[1] - first[0] - 0.5, first[2] - first[1] - 0.5]
    assert np.std(errors) < 0.03
    assert np.std(errors) < np.std(alone) / 4


def test_the_speed_is_found_turn_by_turn() -> None:
    random = np.random.default_rng(1)
    at_s = np.arange(200, dtype=np.float64) * 0.036
    speed = np.where((at_s % 2) < 1, 0.3, -0.3)
    stacks = random.integers(0, 2, 200)
    fit = fit_turns(8 + stacks + speed + random.normal(0, 0.02, 200), stacks, at_s)
    assert np.corrcoef(fit.speed, speed)[0, 1] > 0.95
    assert fit.levels[1] - fit.levels[0] == pytest.approx(1, abs=0.01)
    assert fit.smooth_share > 0.9
    assert fit.speed.mean() == pytest.approx(0, abs=0.15)


def test_without_a_changing_speed_levels_are_means() -> None:
    random = np.random.default_rng(2)
    stacks = np.repeat([0, 1, 2], 40)
    random.shuffle(stacks)
    log_rates = np.array([5.0, 6.0, 7.0])[stacks] + random.normal(0, 0.05, 120)
    fit = fit_turns(log_rates, stacks, np.arange(120, dtype=np.float64) * 0.036)
    means = [log_rates[stacks == stack].mean() for stack in range(3)]
    assert fit.levels == pytest.approx(means, abs=0.01)
    assert fit.noise == pytest.approx(0.05, rel=0.2)


def test_what_all_share_is_no_part_of_a_levels_variance() -> None:
    log_rates, stacks, at_s = turns(3, [8.0, 8.5])
    fit = fit_turns(log_rates, stacks, at_s)
    difference = fit.covariance[0, 0] + fit.covariance[1, 1] - 2 * fit.covariance[0, 1]
    assert fit.variances.sum() == pytest.approx(difference / 2)


def test_one_stack_alone_has_a_level() -> None:
    log_rates, stacks, at_s = turns(4, [8.0])
    assert fit_turns(log_rates, stacks, at_s).levels[0] == pytest.approx(8.0, abs=0.3)


def test_too_few_turns_are_refused() -> None:
    with pytest.raises(ValueError, match="3 turns of 2 stacks say nothing of their noise"):
        fit_turns(np.zeros(3), np.array([0, 1, 0]), np.arange(3.0))
