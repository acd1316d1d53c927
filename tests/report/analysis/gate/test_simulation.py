"""The short form of ``gate_simulation``: seeded, so that it says the same every time."""

from __future__ import annotations

import pytest

from tests.benchmarks import gate_simulation as simulation
from tests.benchmarks.gate_simulation import BIASED, FINE, HOSTILE, REGRESSION, USUAL, Noise
from tests.support.gate_fixtures import FOLDER


@pytest.mark.parametrize("noise", [USUAL, HOSTILE, BIASED], ids=["usual", "hostile", "biased"])
def test_like_with_like_is_called_a_regression_in_one_run_of_a_hundred_at_most(noise: Noise) -> None:
    assert simulation.false_runs(1, noise, 300) <= 0.015


@pytest.mark.parametrize("noise", [USUAL, HOSTILE, BIASED], ids=["usual", "hostile", "biased"])
def test_intervals_hold_the_truth_in_95_of_100(noise: Noise) -> None:
    assert 0.93 <= simulation.coverage(2, noise, 2_000) <= 0.97


def test_ten_percent_more_cpu_is_found_mostly_and_called_fine_hardly_ever() -> None:
    said = simulation.verdicts(3, USUAL, 0.10, 150)
    assert said[REGRESSION] >= 0.7
    assert said[FINE] <= 0.03


def test_twenty_percent_more_cpu_is_found() -> None:
    said = simulation.verdicts(4, USUAL, 0.20, 100)
    assert said[REGRESSION] >= 0.98
    assert said[FINE] == 0


def test_one_percent_more_instructions_are_found_in_20_of_20() -> None:
    found, counts = simulation.cost_found(5, 0.0015, 0.01, 20, cells=5)
    assert found == 1
    assert counts < 8


def test_sixty_tries_of_equal_instructions_give_no_alarm() -> None:
    assert simulation.cost_alarms(6, 0.002, 60, cells=3) == 0


def test_noise_is_read_from_recorded_comparisons() -> None:
    noise = simulation.recorded([FOLDER / "aa.jsonl"])
    assert len(noise.residuals) == 8
    assert 0.01 < noise.deviation < 0.2
    assert sum(noise.residuals) == pytest.approx(0, abs=1e-9)
    assert 0.90 <= simulation.coverage(7, noise, 500) <= 0.99
