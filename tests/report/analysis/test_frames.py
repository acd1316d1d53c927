from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from report.analysis.frames import build_frames, columns, tabulate_trials
from results.histogram import Latency
from tests.support.synthetic import make_run

RUN = make_run(blocks=3, scenarios=("json", "delay"))


def test_one_row_per_trial_that_counts() -> None:
    frame = tabulate_trials(RUN)
    assert tuple(frame.columns) == columns()
    assert len(frame) == len(RUN.trials)
    assert frame["cell"].tolist() == [trial.cell.slug for trial in RUN.trials]


def test_a_row_is_what_its_trial_says() -> None:
    trial = replace(
        RUN.trials[0],
        window_s=0.5,
        requests=1_000,
        server_cpu_ns=100_000_000,
        memory_pss_bytes=3 * 2**20,
        errors={"timeout": 2, "reset": 1},
    )
    row = tabulate_trials(replace(RUN, trials=(trial,))).iloc[0]
    assert row["throughput_rps"] == 2_000
    assert row["cpu_us_per_request"] == pytest.approx(100)
    assert row["utilisation"] == pytest.approx(0.2)
    assert row["memory_mib"] == 3
    assert row["errors"] == 3
    assert row["cycle_s"] == pytest.approx(0.032)
    assert row["p50_us"] == Latency.decode(trial.latency).percentiles([50])[0]
    assert row["flags"] == ("errors",) or "errors" in row["flags"]


def test_what_was_not_measured_is_not_a_zero() -> None:
    trial = replace(RUN.trials[0], server_cpu_ns=None, memory_pss_bytes=None)
    row = tabulate_trials(replace(RUN, trials=(trial,))).iloc[0]
    assert all(math.isnan(row[name]) for name in ("cpu_us_per_request", "utilisation", "memory_mib"))


def test_histograms_are_merged_by_cell() -> None:
    frames = build_frames(RUN)
    for slug, merged in frames.latency.items():
        parts = [Latency.decode(trial.latency) for trial in RUN.trials if trial.cell.slug == slug]
        assert merged.count == sum(part.count for part in parts)


def test_trials_that_are_not_settled_are_left_out_of_the_merge() -> None:
    hasty = replace(RUN.trials[0], requests=10)
    frames = build_frames(replace(RUN, trials=(hasty,)))
    assert frames.latency == {}
    assert frames.trials["settled"].tolist() == [False]


@pytest.mark.parametrize(
    "changes", [{"latency": "rubbish"}, {"window_s": 0.0}, {"tick_hz": 0}, {"requests": -1}]
)
def test_a_trial_that_makes_no_sense_is_left_out_and_named(changes: dict[str, Any]) -> None:
    bad = replace(RUN.trials[0], **changes)
    frames = build_frames(replace(RUN, trials=(bad, RUN.trials[1])))
    assert len(frames.trials) == 1
    (problem,) = frames.problems
    assert problem.startswith(f"{bad.cell.slug}, block {bad.block}: left out")


def test_a_run_without_trials_is_an_empty_table() -> None:
    frame = tabulate_trials(replace(RUN, trials=()))
    assert len(frame) == 0
    assert tuple(frame.columns) == columns()
