from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import linalg

from report.stats.turns import HeatFit, fit_turns
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


def dense(fit: HeatFit, log_rates: Floats, stacks: NDArray[np.intp], at_s: Floats) -> tuple[Floats, ...]:
    """(levels, covariance, speed) by generalised least squares with the whole covariance written down."""
    ratio = fit.smooth_share / (1 - fit.smooth_share)
    smooth = ratio * np.exp(-np.abs(at_s[:, None] - at_s[None, :]) / fit.correlation_s)
    design = np.eye(stacks.max() + 1)[stacks]
    inverse = linalg.inv(smooth + np.eye(len(at_s)))
    unscaled = linalg.inv(design.T @ inverse @ design)
    levels = unscaled @ design.T @ inverse @ log_rates
    residuals = log_rates - design @ levels
    variance = residuals @ inverse @ residuals / (len(at_s) - design.shape[1])
    return levels, variance * unscaled, smooth @ inverse @ residuals


@pytest.mark.parametrize("case", ["as they came", "unsorted", "at equal times"])
def test_a_fit_is_what_the_whole_covariance_gives(case: str) -> None:
    log_rates, stacks, at_s = turns(5, [8.0, 8.5, 9.0])
    if case == "unsorted":
        order = np.random.default_rng(0).permutation(len(at_s))
        log_rates, stacks, at_s = log_rates[order], stacks[order], at_s[order]
    if case == "at equal times":
        at_s = np.repeat(at_s[::2], 2)
    fit = fit_turns(log_rates, stacks, at_s)
    levels, covariance, speed = dense(fit, log_rates, stacks, at_s)
    assert fit.levels == pytest.approx(levels, rel=1e-9)
    assert fit.covariance == pytest.approx(covariance, rel=1e-6)
    assert fit.speed == pytest.approx(speed, abs=1e-8)


def test_the_parameters_are_the_likeliest() -> None:
    log_rates, stacks, at_s = turns(6, [8.0, 8.5, 9.0])
    design = np.eye(3)[stacks]

    def log_likelihood(correlation_s: float, ratio: float) -> float:
        smooth = ratio * np.exp(-np.abs(at_s[:, None] - at_s[None, :]) / correlation_s)
        whole = smooth + np.eye(len(at_s))
        inverse = linalg.inv(whole)
        normal = design.T @ inverse @ design
        residuals = log_rates - design @ linalg.solve(normal, design.T @ inverse @ log_rates)
        variance = residuals @ inverse @ residuals / (len(at_s) - 3)
        determinants = np.linalg.slogdet(whole)[1] + np.linalg.slogdet(normal)[1]
        return float(-0.5 * ((len(at_s) - 3) * math.log(variance) + determinants))

    fit = fit_turns(log_rates, stacks, at_s)
    ratio = fit.smooth_share / (1 - fit.smooth_share)
    found = log_likelihood(fit.correlation_s, ratio)
    for factor in (0.7, 1.4):
        assert found > log_likelihood(fit.correlation_s * factor, ratio) - 0.02
        assert found > log_likelihood(fit.correlation_s, ratio * factor) - 0.02


def test_turns_all_at_one_time_still_have_levels() -> None:
    fit = fit_turns(np.array([1.0, 2.0, 1.1, 2.1, 1.2]), np.array([0, 1, 0, 1, 0]), np.zeros(5))
    assert fit.levels == pytest.approx([1.1, 2.05])
