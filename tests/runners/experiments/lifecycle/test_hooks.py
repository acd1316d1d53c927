"""What hooks of apps note is read as they wrote it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from apps import contract
from runners.experiments.lifecycle.hooks import VARIABLE, HookCall, Hooks
from runners.experiments.lifecycle.lifespan import answers_of, before_answers, once_each


def test_a_call_is_noted_with_process_and_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hooks = Hooks.beside(tmp_path / "new")
    for name, value in hooks.variables.items():
        monkeypatch.setenv(name, value)
    assert contract.hooked("start") == os.getpid()
    contract.hooked("stop")
    start, stop = hooks.calls()
    assert (start.pid, start.what, stop.what) == (os.getpid(), "start", "stop")
    assert 0 < start.at_ns <= stop.at_ns
    assert hooks.calls_of("stop") == [stop]


def test_nothing_is_noted_unless_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    assert contract.hooked("start") == os.getpid()
    assert not list(tmp_path.iterdir())


def test_a_line_that_is_being_written_is_left_out(tmp_path: Path) -> None:
    hooks = Hooks.beside(tmp_path)
    hooks.path.write_text("7 start 100\n7 st", encoding="ascii")
    assert hooks.calls() == [HookCall(7, "start", 100)]


def test_a_new_launch_begins_with_none(tmp_path: Path) -> None:
    Hooks.beside(tmp_path).path.write_text("7 start 100\n", encoding="ascii")
    assert not Hooks.beside(tmp_path).calls()


@pytest.mark.parametrize(
    ("pids", "verdict"),
    [
        ([1, 2], "once per worker"),
        ([], "no: it did not run"),
        ([1], "no: 1 times in 1 processes, of 2 workers"),
        ([1, 2, 2], "no: 3 times in 2 processes, of 2 workers"),
        ([1, 3], "no: 2 times in 2 processes, of 2 workers"),
    ],
)
def test_once_per_worker(pids: list[int], verdict: str) -> None:
    calls = [HookCall(pid, "start", 1) for pid in pids]
    assert once_each(calls, {1, 2}) == verdict


def test_a_hook_behind_the_first_answer_of_its_worker_is_late() -> None:
    starts = [HookCall(1, "start", 10**9), HookCall(2, "start", 9 * 10**9)]
    assert before_answers(starts, {1: 2.0}) == "yes"
    assert before_answers(starts, {1: 2.0, 2: 3.0}) == "no: not in 1 of 2 workers"
    assert before_answers([], {1: 2.0}) == "no: not in 1 of 1 workers"


def test_what_hooks_did_is_told_in_words(tmp_path: Path) -> None:
    hooks = Hooks.beside(tmp_path)
    hooks.path.write_text("7 start 100\n7 start 200\n", encoding="ascii")
    assert answers_of(hooks, {7}, {7: 1.0}, [True, False]) == {
        "start hook": "no: 2 times in 1 processes, of 1 workers",
        "before the first answer": "yes",
        "state in handlers": "no: in 1 of 2 answers",
        "stop hook": "no: it did not run",
    }
