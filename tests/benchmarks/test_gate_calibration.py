from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from results.model import SideName, Trial
from runners.selection.frameworks import discover
from tests.benchmarks.gate_calibration import Try, levels, report
from tests.support.burning_apps import burning
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


def test_every_promise_that_was_tried_is_printed_beside_its_bar() -> None:
    tries = [ONE] * 6 + [replace(ONE, word="no regression seen", inconclusive=True, exit_code=0)] * 3
    lines = report([*tries, replace(ONE, word="fine", exit_code=0)])
    assert lines[0].startswith("load tier, +10% of CPU per request: 10 of 10 tries, measured +10.20%")
    assert lines[1].strip() == "called fine: 1 of 10, at most 0: MISSED"
    assert lines[2].strip() == "found: 6 of 10, at least 7: MISSED"
    assert len(lines) == 4


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
    base, head = levels([*trials, side(SideName.BASE, 7, 500.0)])
    assert base == pytest.approx(100.0)
    assert head == pytest.approx(120.0)
