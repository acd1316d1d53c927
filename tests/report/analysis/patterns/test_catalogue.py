from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from report.analysis.conclusions import conclude
from report.analysis.patterns.catalogue import PATTERNS, explain
from report.analysis.patterns.pattern import Explained
from report.analysis.summary import summarise
from report.page.build import build
from report.views import terminal
from results.histogram import Latency
from results.model import Run, Trial
from results.store import read
from tests.support.paths import ROOT
from tests.support.records import NAMES, RECORDS
from tests.support.synthetic import make_run
from tests.support.synthetic_turns import make_relay, to_turns

WHOLE = make_run(scenarios=("json",), troubles=False)
TURNS = make_relay(scenarios=("json",), blocks=4)


def waiting(cycle_s: float, busy: float, quick: int = 0) -> Callable[[Trial], Trial]:
    """A server that answers each connection every so many seconds, and uses a part of its CPU.

    ``quick`` requests of 40 more are answered within a millisecond.
    """

    def changed(trial: Trial) -> Trial:
        requests = max(1, round(trial.cell.connections * trial.window_s / cycle_s))
        cpu_ns = int(busy * trial.window_s * 1e9)
        latency = Latency()
        latency.record_ns([*[1_000_000] * quick, *[round(1e9 * cycle_s)] * 40])
        return replace(
            trial,
            requests=requests,
            server_cpu_ns=cpu_ns,
            latency=latency.encode(),
            busy_ticks=None,
            steal_ticks=None,
            generator_idle_s=trial.window_s,
        )

    return changed


def explained(run: Run, change: Callable[[Trial], Trial], framework: str = "fastapi") -> list[Explained]:
    trials = tuple(change(trial) if trial.cell.framework == framework else trial for trial in run.trials)
    changed = replace(run, trials=trials)
    return [found for found in explain(changed, summarise(changed)) if found.cell.framework == framework]


def test_an_honest_run_is_not_explained() -> None:
    assert explain(WHOLE, summarise(WHOLE)) == ()
    assert explain(TURNS, summarise(TURNS)) == ()


@pytest.mark.parametrize("name", [name for name in NAMES if name != "torn"])
def test_recorded_runs_are_not_explained(name: str) -> None:
    assert conclude(read(RECORDS / name)).explained == ()


@pytest.mark.parametrize(
    ("cycle_s", "busy", "pattern"),
    [
        (0.044, 0.03, "delayed-ack"),
        (0.044, 0.50, "waiting"),
        (0.030, 0.03, "waiting"),
        (0.060, 0.69, "waiting"),
        (0.044, 0.75, None),
        (0.0002, 0.45, None),  # one connection: either sleeps while the other works
    ],
)
def test_a_server_that_waits_is_told_from_one_that_is_held_up_by_the_kernel(
    cycle_s: float, busy: float, pattern: str | None
) -> None:
    found = explained(WHOLE, waiting(cycle_s, busy))
    assert {one.pattern.name for one in found} == ({pattern} if pattern else set())
    assert all(f"{100 * busy:.0f}% busy" in one.evidence for one in found)


def test_a_kernel_that_holds_up_every_other_answer_is_told() -> None:
    for quick, pattern in ((30, "delayed-ack"), (200, "waiting")):
        found = explained(WHOLE, waiting(0.044, 0.03, quick=quick))
        assert {one.pattern.name for one in found} == {pattern}


def test_who_waits_because_it_is_asked_to_needs_no_explanation() -> None:
    run = make_run(scenarios=("delay",), troubles=False)
    assert explained(run, waiting(0.044, 0.03)) == []


def test_a_crowded_machine_makes_nobody_wait() -> None:
    def robbed(trial: Trial) -> Trial:
        changed = waiting(0.044, 0.5)(trial)
        return replace(changed, busy_ticks=round(trial.window_s * trial.tick_hz))

    assert explained(WHOLE, robbed) == []


@pytest.mark.parametrize(
    ("kept_bytes", "patterns"), [(20_000, {"growing-memory"}), (2_000, {"growing-memory"}), (100, set())]
)
@pytest.mark.faults("leaks")
def test_memory_that_grows_with_requests_is_told_and_that_of_warming_up_is_not(
    kept_bytes: int, patterns: set[str]
) -> None:
    def keeping(trial: Trial) -> Trial:
        before = trial.memory_pss_bytes or 0
        return replace(
            trial,
            requests=20_000,
            warmup_s=trial.window_s / 4,
            memory_before_bytes=before,
            memory_pss_bytes=before + kept_bytes * 25_000 + 2**20,
        )

    found = explained(TURNS, keeping)
    assert {one.pattern.name for one in found} == patterns
    if kept_bytes == 20_000:
        assert "20 KB a request over 4 launches" in found[0].evidence


def test_throughput_that_falls_with_connections_is_told() -> None:
    few, many = (
        make_run(scenarios=("json",), connections=count, troubles=False, launch_noise=0.01)
        for count in (64, 512)
    )
    plan = replace(few.plan, cells=(*few.plan.cells, *many.plan.cells))
    run = replace(few, plan=plan, trials=(*few.trials, *many.trials))

    def slower(share: float) -> Callable[[Trial], Trial]:
        return lambda trial: (
            replace(trial, requests=round(trial.requests * share)) if trial.cell.connections > 64 else trial
        )

    found = explained(run, slower(0.6))
    assert {(one.pattern.name, one.cell.connections) for one in found} == {("falling-throughput", 512)}
    assert "over 512 connections" in found[0].evidence
    assert explained(run, slower(0.95)) == []
    in_turns = to_turns(
        run, heat=12, rounds=20, speed_spread=0.01, in_turns=lambda cell: cell.connections == 64
    )
    assert explained(in_turns, slower(0.6)) == []  # turns and windows are never compared


def test_what_is_explained_is_said_on_terminal_page_and_in_json(tmp_path: Path) -> None:
    trials = tuple(
        waiting(0.044, 0.03)(trial) if trial.cell.framework == "fastapi" else trial for trial in WHOLE.trials
    )
    run = replace(WHOLE, trials=trials)
    found = conclude(run).explained
    assert found
    text = terminal.as_text(run, Path(), None)
    assert "delayed ACK meets Nagle (44 ms a request, the server 3% busy)" in text
    data = json.loads(terminal.as_json(run, Path(), None))["explanations"]
    assert [row["slug"] for row in data] == [one.cell.slug for one in found]
    assert {row["pattern"] for row in data} == {"delayed-ack"}
    page = build([run], tmp_path).read_text(encoding="utf-8")
    assert "delayed ACK meets Nagle" in page
    assert "TCP_NODELAY" in page


def test_every_pattern_says_what_it_means_and_what_to_do() -> None:
    for pattern in PATTERNS.values():
        assert pattern.title[0].islower()
        for text in (pattern.evidence, pattern.cause, pattern.remedy):
            assert text.endswith(".")


def test_the_document_holds_the_catalogue_and_nothing_else() -> None:
    text = (ROOT / "docs" / "patterns.md").read_text(encoding="utf-8")
    _, *sections = re.split(r"^## ", text, flags=re.MULTILINE)
    assert [" ".join(section.split()) for section in sections] == [
        " ".join(
            f"{pattern.title[0].upper()}{pattern.title[1:]} (`{name}`) **Evidence.** {pattern.evidence} "
            f"**Meaning.** {pattern.cause} **Remedy.** {pattern.remedy}".split()
        )
        for name, pattern in PATTERNS.items()
    ]
