"""A comparison with real servers: a good stack, and one whose head answers wrongly."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from results.store import read
from runners.generator.window.relay_runner import LEAST_TURNS
from runners.selection.frameworks import APPS
from tests.support.burning_apps import burning
from tests.support.command_line import call

pytestmark = pytest.mark.servers

GOOD = (APPS / "asgi_app.py").read_text(encoding="utf-8")
WRONG = GOOD.replace("contract.greeting()", '"Hello, Wrong"')


def apps(folder: Path, other: str) -> Path:
    """Apps in ``folder``: ``asgi``, and ``other`` under a name of its own."""
    shutil.copytree(APPS, folder, ignore=shutil.ignore_patterns("*_app.py", "__pycache__"))
    for name, text in {"asgi": GOOD, "other": other}.items():
        (folder / f"{name}_app.py").write_text(text, encoding="utf-8")
        shutil.copy(APPS / "locks" / "asgi.txt", folder / "locks" / f"{name}.txt")
    return folder


def test_two_sides_are_measured_in_turn_and_a_wrong_one_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    base, head = apps(tmp_path / "base", GOOD), apps(tmp_path / "head", WRONG)
    cells = ("--server", "uvicorn-pure", "--scenario", "json", "--framework", "asgi", "--framework", "other")
    sides = ("--base-rev", base, "--head-rev", head)
    assert call(monkeypatch, "compare", *cells, *sides, "--pairs", "2", "--duration", "0.2", "--json") == 3
    (folder,) = (tmp_path / "results").iterdir()
    run = read(folder)
    (failure,) = run.failures
    assert (failure.side, failure.stage, failure.stack) == ("head", "launch", "other--uvicorn-pure")
    assert "Hello, Wrong" in failure.message
    trials = {(trial.block, trial.side): trial for trial in run.trials}
    assert trials.keys() == {(block, side) for block in (0, 1) for side in ("base", "head")}
    assert all(trial.turns and trial.requests and not trial.errors for trial in trials.values())
    turns = [trial.turns for trial in trials.values() if trial.turns]
    # six, or fewer where a busy machine makes them long
    assert all(LEAST_TURNS <= len(taken.requests) + taken.dropped <= 6 for taken in turns)
    assert all(trial.server_cpu_ns and trial.stale == 0 for trial in trials.values())
    assert {trial.cell.framework for trial in trials.values()} == {"asgi"}
    assert "could not measure" in capsys.readouterr().out


def test_a_head_that_waits_is_a_regression_that_the_first_line_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    base, head = (
        burning(tmp_path / name, "asgi", waiting=waiting)
        for name, waiting in (("base", ""), ("head", "sleep"))
    )
    cells = ("--server", "uvicorn-pure", "--scenario", "json", "--framework", "asgi")
    loads = ("--rate", "closed", "--rate", "400", "--pairs", "5", "--duration", "0.2", "--connections", "16")
    assert call(monkeypatch, "compare", *cells, "--base-rev", base, "--head-rev", head, *loads) == 0
    run = read(next((tmp_path / "results").iterdir()))
    opened = [trial for trial in run.trials if trial.cell.rate_rps is not None]
    assert len(opened) == len(run.trials) / 2 == 10
    assert {trial.windows for trial in opened} == {4}
    assert all(trial.turns is None and trial.requests and not trial.errors for trial in opened)
    capsys.readouterr()
    assert call(monkeypatch, "gate", "--from", run.plan.name) == 1
    first, *_ = capsys.readouterr().out.splitlines()
    assert first.startswith("`json` of asgi on uvicorn-pure answers ")
    assert "fewer requests at 16 connections: it waits; CPU per request cannot be compared." in first
