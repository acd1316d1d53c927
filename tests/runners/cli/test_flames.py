"""``--where`` of ``compare`` and ``gate``: files beside the record, named in every output."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from results.model import Run
from results.store import FILE
from tests.support.command_line import call
from tests.support.json_outputs import must_conform
from tests.support.made_profiles import HEAD, cell, sampled_gate, sampled_run
from tests.support.recording import record_lines


def recorded(run: Run, folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / FILE).write_bytes(b"".join(record_lines(run)))
    return folder


def test_a_gate_that_sampled_names_what_grew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = recorded(sampled_gate(), tmp_path / "gate")
    markdown = tmp_path / "gate.md"
    assert call(monkeypatch, "gate", "--from", folder, "--markdown", markdown) == 1
    (path,) = folder.glob("flame-*--difference.html")
    assert f"where the time goes: {cell().slug}: {path}" in capsys.readouterr().out
    assert path.name in markdown.read_text(encoding="utf-8").replace("\\", "")
    html = path.read_text(encoding="utf-8")
    assert "slow_total (apps/starlette_app.py) grew most, from 0.0% to 50.0%" in html
    call(monkeypatch, "gate", "--from", folder, "--json")
    out = capsys.readouterr().out
    must_conform("gate", out)
    (graph,) = json.loads(out)["flame_graphs"]
    assert (graph["file"], graph["difference"], graph["samples"]) == (str(path), True, 2000)
    call(monkeypatch, "compare", folder, "--where")
    assert str(path) in capsys.readouterr().out


def test_a_verdict_stands_where_no_file_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = recorded(sampled_gate(), tmp_path / "gate")
    (folder / f"flame-{cell().slug}--difference.html").mkdir()
    assert call(monkeypatch, "gate", "--from", folder) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_two_runs_are_held_against_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    base = recorded(sampled_run(name="before"), tmp_path / "before")
    head = recorded(sampled_run(HEAD, name="after"), tmp_path / "after")
    call(monkeypatch, "compare", base, head)
    assert "where the time goes" not in capsys.readouterr().out
    assert not list(head.glob("flame-*"))
    call(monkeypatch, "compare", base, head, "--where", "--json")
    out = capsys.readouterr().out
    must_conform("compare", out)
    (graph,) = json.loads(out)["flame_graphs"]
    assert graph["file"] == str(head / f"flame-{cell().slug}--against-before.html")
    html = Path(graph["file"]).read_text(encoding="utf-8")
    assert re.search(r"slow_total .* grew most", html)


@pytest.mark.parametrize(("names", "wrong"), [((), True), (("before", "bare"), False)])
def test_where_there_is_nothing_to_draw_that_is_said(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    names: tuple[str, ...],
    wrong: bool,  # noqa: FBT001 - of the table above
) -> None:
    recorded(sampled_run(name="before"), tmp_path / "before")
    recorded(replace(sampled_run(name="bare"), samples=()), tmp_path / "bare")
    monkeypatch.chdir(tmp_path)
    assert (call(monkeypatch, "compare", *names, "--where") == 2) == wrong
    assert "hotlap cost --where" in capsys.readouterr().err


def test_a_gate_that_is_judged_again_takes_no_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = recorded(sampled_gate(), tmp_path / "gate")
    assert call(monkeypatch, "gate", "--from", folder, "--where") == 2
    assert "--where" in capsys.readouterr().err
