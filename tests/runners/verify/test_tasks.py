from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from runners.http.client import HttpClient
from runners.verify import tasks
from runners.verify.checks import Checks
from runners.verify.tasks import check_tasks, difference_after
from scenarios.background_scenario import late
from scenarios.exchange import Answer, Request
from tests.support.reference_app import respond
from tests.support.reference_server import serving


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "SETTLE_S", 0.02)


def noting(folder: Path, *lines: str) -> Callable[[Request], Answer]:
    """A server that answers rightly and notes ``lines``, with the task's id in the place of ID."""

    def answered(request: Request) -> Answer:
        answer = respond(request)
        task = answer.body.partition(b'"id": ')[2].partition(b",")[0]
        with (folder / "1").open("ab") as notes:
            notes.write("".join(f"{line}\n" for line in lines).encode().replace(b"ID", task))
        return answer

    return answered


@pytest.fixture
def check(tmp_path: Path) -> Callable[..., str]:
    """What is wrong with a server that notes these lines."""

    def call(*lines: str) -> str:
        with serving(noting(tmp_path, *lines)) as port, HttpClient("127.0.0.1", port) as client:
            checks = Checks(client)
            check_tasks(checks, late, tmp_path, Random(1))
        return "; ".join(checks.differences)

    return call


def test_a_task_that_has_run_when_its_answer_comes_did_not_run_behind_it(check: Callable[..., str]) -> None:
    assert f"had run before its answer came, {tasks.TRIES} times" in check("+ID", "-ID")


def test_a_task_that_never_runs_is_lost(check: Callable[..., str]) -> None:
    assert "of 1 accepted tasks 1 were lost" in check("+ID")


def test_a_task_that_was_not_accepted_is_missed(check: Callable[..., str]) -> None:
    assert "the task was not accepted" in check()


def test_tasks_are_counted_over_all_processes_and_then_forgotten(tmp_path: Path) -> None:
    (tmp_path / "1").write_text("+7\n+8\n-7\n", encoding="utf-8")
    (tmp_path / "2").write_text("+7\n-8\n-7\n", encoding="utf-8")
    assert difference_after(tmp_path, least=3) == ""
    assert [path.stat().st_size for path in tmp_path.iterdir()] == [0, 0]
    assert difference_after(tmp_path, least=3) == "3 tasks were answered, and 0 accepted"


@pytest.mark.parametrize(
    ("notes", "said"),
    [
        ("+7\n+8\n-7\n", "of 2 accepted tasks 1 were lost"),
        ("+7\n-7\n-7\n", "of 1 accepted tasks 1 ran without being accepted, or twice"),
        ("+7\n+8\n-7\n-7\n", "of 2 accepted tasks 1 were lost and 1 ran without"),
    ],
)
def test_each_task_runs_once(tmp_path: Path, notes: str, said: str) -> None:
    (tmp_path / "1").write_text(notes, encoding="utf-8")
    assert said in difference_after(tmp_path, least=0)


def test_a_task_that_runs_late_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run_meanwhile(_seconds: float) -> None:
        (tmp_path / "2").write_text("-7\n", encoding="utf-8")

    monkeypatch.setattr(tasks, "SETTLE_S", 60.0)
    monkeypatch.setattr(time, "sleep", run_meanwhile)
    (tmp_path / "1").write_text("+7\n", encoding="utf-8")
    assert difference_after(tmp_path, least=1) == ""
