from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from results.model import Load, SideName, Trial
from runners.selection.frameworks import discover
from tests.benchmarks.gate_calibration import ANY, CPU, Try, levels, report, telling_row
from tests.support.burning_apps import WAITS, burning
from tests.support.synthetic import make_run

ONE = Try(
    part="load-10",
    cell="a--b--c",
    word="regression",
    inconclusive=False,
    exit_code=1,
    percent=10.2,
    visible_percent=4.0,
    loops=100,
    pairs=11,
    seconds=90.0,
)


def test_apps_that_burn_are_the_same_frameworks_with_the_same_targets(tmp_path: Path) -> None:
    apps = burning(tmp_path / "apps", "starlette", 40)
    ours, theirs = discover()["starlette"], discover(apps)["starlette"]
    assert theirs.targets == ours.targets
    assert theirs.dependencies == ours.dependencies
    assert theirs.lock.read_bytes() == ours.lock.read_bytes()
    shim = (apps / "starlette_app.py").read_text(encoding="utf-8")
    ast.parse(shim)
    assert "repeat(None, 40)" in shim
    assert (apps / "inner_starlette.py").is_file()


def test_apps_that_wait_are_apps(tmp_path: Path) -> None:
    for number, waiting in enumerate(WAITS):
        apps = burning(tmp_path / str(number), "starlette", waiting=waiting)
        shim = (apps / "starlette_app.py").read_text(encoding="utf-8")
        ast.parse(shim)
        assert ("asyncio.sleep" in shim) == bool(waiting)


def test_every_promise_that_was_tried_is_printed_beside_its_bar() -> None:
    tries = [ONE] * 8 + [replace(ONE, word="no regression seen", inconclusive=True, exit_code=0)]
    lines = report([*tries, replace(ONE, word="fine", exit_code=0)])
    assert lines[0].startswith("load tier, +10% of CPU per request: 10 of 10 tries, measured +10.20%")
    assert lines[1].strip() == "found: 8 of 10, at least 10: MISSED"
    assert len(lines) == 2


def test_what_different_metrics_were_measured_to_be_is_not_averaged() -> None:
    wait = replace(ONE, part="wait-sleep", metric="throughput_rps", percent=2600.0)
    (line, _) = report([wait, wait, replace(wait, metric="p99_us", percent=30.0)])
    assert line.endswith(": 3 of 10 tries, told by throughput_rps (2), p99_us (1), 90 s each")


def test_of_sentinels_that_wait_whatever_decides_and_is_worst_tells() -> None:
    rows = [
        {"decides": decides, "metric": metric, "cell": f"{cell}--closed-64--w1", "word": word}
        for decides, metric, cell, word in (
            (False, "throughput_rps", "a", "regression"),
            (True, CPU, "a", "fine"),
            (True, "p99_us", "b", "regression"),
            (True, "p50_us", "b", "could not measure"),
        )
    ]
    assert telling_row(rows, ANY, "a")["metric"] == "p99_us"
    assert telling_row(rows, CPU, "a")["word"] == "fine"


def test_a_bar_that_is_reached_is_said_to_be_met() -> None:
    lines = report([replace(ONE, part="cost-1")] * 20)
    assert lines[1].strip() == "found: 20 of 20, at least 20: met"
    assert report([]) == ["no try was recorded"]


def test_what_a_loop_costs_is_told_by_pairs_and_not_by_the_noise_that_both_met() -> None:
    (trial, *_) = make_run(blocks=1).trials

    def side(name: SideName, block: int, cpu_us: float) -> Trial:
        return replace(trial, side=name, block=block, requests=1000, server_cpu_ns=round(cpu_us * 1e6))

    noise = (1.0, 1.4, 0.9)
    trials = [
        side(name, block, level * factor)
        for block, factor in enumerate(noise)
        for name, level in ((SideName.BASE, 100.0), (SideName.HEAD, 120.0))
    ]
    others = [
        replace(
            each, cell=cell, server_cpu_ns=each.requests * (3_000 if each.side == SideName.BASE else 9_000)
        )
        for cell in (replace(trial.cell, load=Load.OPEN), replace(trial.cell, framework="another"))
        for each in trials
    ]
    base, head = levels([*trials, side(SideName.BASE, 7, 500.0), *others], trial.cell.slug)
    assert base == pytest.approx(100.0)
    assert head == pytest.approx(120.0)
