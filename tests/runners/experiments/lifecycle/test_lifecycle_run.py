"""A run of lifecycles: every repeat in turn, a failure once and with its stage, the rest goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from results.model import Failure, FailureStage, LifecycleRecord
from results.store import create, read
from runners.experiments.lifecycle import lifecycle_run
from runners.experiments.lifecycle.lifecycle_run import LifecycleRun
from runners.experiments.lifecycle.probe import Observation, Probe, Subject
from runners.experiments.progress import Watcher
from runners.selection.discovery import discover
from tests.support.synthetic_lifecycles import FRAMEWORKS, cell, run

CELLS = tuple(cell(name, probe) for probe in ("cold-start", "soak") for name in FRAMEWORKS)


class Counting(Watcher):
    def __init__(self) -> None:
        self.lines: list[str] = []
        self.seconds = 0.0

    def counting(self, launches: int, seconds: float, what: str = "") -> None:
        self.lines.append(f"{what}: {launches}")
        self.seconds = seconds

    def counted(self, done: int, about: str) -> None:
        self.lines.append(f"{done} {about}")

    def failure(self, failure: Failure) -> None:
        self.lines.append(f"failed: {failure.message}")

    def end(self) -> None:
        self.lines.append("end")


def made_run(
    folder: Path, monkeypatch: pytest.MonkeyPatch, observe: Callable[[Subject], Observation]
) -> LifecycleRun:
    probes = {
        "cold-start": Probe(name="cold-start", number="L1", observe=observe, repeats=3, seconds=2.0),
        "soak": Probe(name="soak", number="L7", observe=observe, seconds=1.0),
    }
    monkeypatch.setattr(lifecycle_run, "PROBES", probes)
    plan = run().plan
    plan = replace(plan, cells=CELLS, setup=replace(plan.setup, generator_cpus=()))
    return LifecycleRun(
        plan=plan,
        parts=discover(),
        environments=dict.fromkeys(FRAMEWORKS, None),  # type: ignore[arg-type] # no probe starts a server
        writer=create(folder, plan),
        watcher=Counting(),
        repeats=None,
        soak_s=60.0,
    )


def test_every_stack_has_one_repeat_before_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = made_run(tmp_path, monkeypatch, lambda _: Observation(values={"first_answer_s": 1.0}))
    made.run()
    records = read(made.folder).lifecycles
    assert [(record.cell.scenario, record.repeat) for record in records] == [
        *(("cold-start", repeat) for repeat in (0, 0, 1, 1, 2, 2)),
        *(("soak", 0),) * 2,
    ]
    assert len({record.hash_seed for record in records}) == len(records)
    assert {record.target for record in records} == {"apps.starlette_app:app", "apps.fastapi_app:app"}
    assert isinstance(made.watcher, Counting)
    assert made.watcher.lines[0] == "looking at lifecycles: 8"
    assert made.watcher.seconds == 3 * 2 * 2.0 + 2 * 61.0
    assert made.watcher.lines[-1] == "end"


def test_a_probe_that_cannot_tell_is_a_failure_once_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def observe(subject: Subject) -> Observation:
        if subject.cell == cell("fastapi", "cold-start"):
            raise subject.error("it does not start")
        return Observation()

    made = made_run(tmp_path, monkeypatch, observe)
    made.run()
    kept = read(made.folder)
    (failure,) = kept.failures
    assert failure.stage == FailureStage.LIFECYCLE
    assert failure.cell == cell("fastapi", "cold-start")
    assert failure.message == "cold-start: it does not start"
    assert "hotlap serve" in failure.remedy
    assert len(kept.lifecycles) == 3 + 2


def test_what_was_seen_until_an_interruption_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Subject] = []

    def observe(subject: Subject) -> Observation:
        seen.append(subject)
        if len(seen) > 2:
            raise KeyboardInterrupt
        return Observation(absent={"pss_bytes": "not shown"})

    made = made_run(tmp_path, monkeypatch, observe)
    with pytest.raises(KeyboardInterrupt):
        made.run()
    assert [record.absent for record in read(made.folder).lifecycles] == [{"pss_bytes": "not shown"}] * 2
    assert isinstance(made.watcher, Counting)
    assert made.watcher.lines[-1] == "end"


def test_a_record_is_read_back_as_it_was(tmp_path: Path) -> None:
    record = LifecycleRecord(
        cell=CELLS[0],
        repeat=2,
        started_unix_s=1.5,
        seconds=2.5,
        values={"exit_s": 0.5},
        answers={"exit": "exit status 0"},
        absent={"pss_bytes": "not shown"},
        series={"at_s": (0.0, 1.0)},
        documents={"openapi": "{}"},
        argv=("python",),
    )
    with create(tmp_path, run().plan) as writer:
        writer.append(replace(record, values={}))
        writer.append(record)
    assert read(writer.folder).lifecycles == (record,)
