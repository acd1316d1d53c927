"""The short form of ``gate_simulation``: seeded, so that it says the same every time."""

from __future__ import annotations

import pytest

from report.analysis.metric_types import Metric
from report.analysis.metrics import CPU, MEDIAN, P99, THROUGHPUT
from tests.benchmarks import gate_noise
from tests.benchmarks import gate_simulation as simulation
from tests.benchmarks.gate_noise import BIASED, HOSTILE, QUIET, USUAL, Noise
from tests.benchmarks.gate_simulation import FINE, REGRESSION, SAME, WAITS, Truth
from tests.support.gate_fixtures import FOLDER

WAITING = Truth(judged_by=WAITS)


@pytest.mark.parametrize("truth", [SAME, WAITING], ids=["saturated", "waiting"])
@pytest.mark.parametrize("noise", [USUAL, HOSTILE, BIASED], ids=["usual", "hostile", "biased"])
def test_like_with_like_is_called_a_regression_in_one_run_of_a_hundred_at_most(
    noise: Noise, truth: Truth
) -> None:
    assert simulation.false_runs(1, noise, 40, truth) <= 0.025


@pytest.mark.parametrize("noise", [USUAL, HOSTILE, BIASED], ids=["usual", "hostile", "biased"])
def test_intervals_hold_the_truth_in_95_of_100(noise: Noise) -> None:
    assert 0.93 <= simulation.coverage(2, noise, 2_000) <= 0.97


@pytest.mark.parametrize(
    ("truth", "metric", "least"),
    [
        (Truth(closed=0.03), CPU, 0.6),
        (Truth(closed=0.045), CPU, 0.9),
        (Truth(closed=0.06), CPU, 0.95),
        (Truth(judged_by=WAITS, closed=0.1), THROUGHPUT, 0.95),
        (Truth(median=0.25), MEDIAN, 0.9),
        (Truth(p99=1.0), P99, 0.9),
    ],
)
def test_what_got_worse_is_found_mostly(truth: Truth, metric: Metric, least: float) -> None:
    assert simulation.verdicts(3, QUIET, truth, 100, metric)[REGRESSION] >= least


@pytest.mark.parametrize(
    ("truth", "metric"),
    [
        (Truth(closed=0.06), CPU),
        (Truth(judged_by=WAITS, closed=0.1), THROUGHPUT),
        (Truth(median=0.25), MEDIAN),
        (Truth(p99=0.5), P99),
    ],
)
def test_what_must_not_pass_is_called_fine_hardly_ever(truth: Truth, metric: Metric) -> None:
    assert simulation.verdicts(4, QUIET, truth, 150, metric)[FINE] <= 0.02


def test_twelve_cells_that_stayed_the_same_take_eight_minutes_at_most() -> None:
    assert simulation.minutes(5, QUIET, 20) <= 8


def test_one_percent_more_instructions_are_found_in_20_of_20() -> None:
    found, counts = simulation.cost_found(5, 0.0015, 0.01, 20, cells=5)
    assert found == 1
    assert counts < 8


def test_sixty_tries_of_equal_instructions_give_no_alarm() -> None:
    assert simulation.cost_alarms(6, 0.002, 60, cells=3) == 0


def test_noise_is_read_from_recorded_comparisons() -> None:
    noise = gate_noise.recorded([FOLDER / "aa.jsonl"])
    assert 0.01 < noise.deviation < 0.2
    assert {CPU.name, THROUGHPUT.name} <= noise.residuals.keys()
    for residuals in noise.residuals.values():
        assert len(residuals) == 8
        assert sum(residuals) == pytest.approx(0, abs=1e-9)
    assert 0.90 <= simulation.coverage(7, noise, 500) <= 0.99
