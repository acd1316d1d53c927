"""``hotlap history``: made runs of many days, read from what is kept of them beside their records."""

from __future__ import annotations

from pathlib import Path

import pytest

from report.analysis.history.extract_files import FILE, key_of, write_extracts
from results.store import FILE as RECORD
from results.store import create
from tests.support.command_line import call
from tests.support.json_outputs import must_conform
from tests.support.made_history import make_extracts
from tests.support.synthetic import make_run


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    extracts = make_extracts(24, steps={"fastapi": (18, -0.1)}, upgrades={18: {"fastapi": "1.3.0"}})
    for extract in extracts:
        with create(tmp_path / "results", extract.plan) as writer:
            pass
        write_extracts(writer.folder, key_of([writer.path]), [extract])
    return tmp_path / "results"


def names(results: Path) -> list[str]:
    return sorted(path.name for path in results.iterdir())


@pytest.mark.usefixtures("results")
def test_steps_are_told_with_what_else_changed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "history") == 0
    printed = capsys.readouterr().out
    assert "series over 24 runs" in printed
    assert "2026-12-10 FastAPI on uvicorn-standard, json: −" in printed
    assert "between run-017 and run-018: fastapi: fastapi 1.2.3 -> 1.3.0" in printed
    assert "By chance alone at most 2% of series show a step" in printed


def test_json_is_what_its_type_says(
    results: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    call(monkeypatch, "history", *names(results), "--json")
    must_conform("history", capsys.readouterr().out)


def test_a_record_without_an_extract_gets_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    run = make_run(stacks=(("asgi", "uvicorn-standard"), ("starlette", "uvicorn-standard")), blocks=4)
    with create(tmp_path / "results", run.plan) as writer:
        for trial in run.trials:
            writer.append(trial)
    call(monkeypatch, "history", run.plan.name)
    assert "One run so far: a history begins with the second." in capsys.readouterr().out
    assert {path.name for path in writer.folder.iterdir()} == {FILE, RECORD}
