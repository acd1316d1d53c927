"""``hotlap report`` of records that it cannot read, in part or at all."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from results.model import SCHEMA
from results.store import FILE, read
from tests.support.command_line import call
from tests.support.paths import FIXTURES
from tests.support.records import RECORDS

NAME = "reuse"
"""A small record: 6 trials."""
Change = Callable[[dict[str, Any]], object]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of it, whose outputs stay behind."""
    shutil.copytree(RECORDS / NAME, tmp_path / NAME, ignore=shutil.ignore_patterns("terminal.*"))
    return tmp_path / NAME


def change(folder: Path, kind: str, how: Change) -> int:
    """Change the last line of this type; its number."""
    lines = (folder / FILE).read_text(encoding="utf-8").splitlines()
    number = max(n for n, line in enumerate(lines) if json.loads(line)["type"] == kind)
    value = json.loads(lines[number])
    how(value)
    lines[number] = json.dumps(value)
    (folder / FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return number + 1


def in_cell(name: str, value: object) -> Change:
    return lambda record: record["cell"].update({name: value})


def field(name: str, value: object) -> Change:
    return lambda record: record.update({name: value})


@pytest.mark.parametrize(
    ("how", "message", "remedy"),
    [
        (field("schema", [SCHEMA[0] + 1, 0]), "was written by a newer hotlap", "update hotlap"),
        (field("schema", [SCHEMA[0] - 1, 9]), "was written by an older hotlap", "measure again"),
        (field("kind", "tune"), "line 1: plan.kind: Invalid enum value 'tune'", "update hotlap"),
        (field("created_unix_s", float("nan")), "plan.created_unix_s: Expected `float`, got NaN", "again"),
        (field("setup", None), "plan.setup: Expected `object`, got `null`", "measure again"),
    ],
)
def test_a_plan_that_cannot_be_read_is_an_error(  # noqa: PLR0917 - pytest's own
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    how: Change,
    message: str,
    remedy: str,
) -> None:
    change(folder, "plan", how)
    before = (folder / FILE).read_bytes()
    assert call(monkeypatch, "report", folder) == 2
    said, tried = capsys.readouterr().err.splitlines()
    assert said.startswith(f"hotlap: {folder / FILE}")
    assert message in said
    assert tried.startswith("  try: ")
    assert remedy in tried
    assert [path.name for path in folder.iterdir()] == [FILE]
    assert (folder / FILE).read_bytes() == before


@pytest.mark.parametrize(
    ("kind", "how", "message", "advice"),
    [
        ("trial", in_cell("load", "ajar"), "trial.cell.load: Invalid enum value 'ajar'", "update this one"),
        ("trial", field("stage", "tune"), "trial.stage: Invalid enum value 'tune'", "update this one"),
        ("trial", field("side", "left"), "trial.side: Invalid enum value 'left'", "update this one"),
        ("trial", field("type", "gadget"), "unknown type of record: 'gadget'", "update this one"),
        (
            "trial",
            field("warmup_slope", float("nan")),
            "trial.warmup_slope: Expected `float | null`, got NaN or an infinity",
            "restore",
        ),
        (
            "trial",
            field("requests", 2**63),
            "trial.requests: Expected `int` <= 9223372036854775807",
            "restore",
        ),
        ("trial", field("requests", "1"), "trial.requests: Expected `int`, got `str`", "restore"),
    ],
)
@pytest.mark.faults("results-torn")
def test_a_line_that_cannot_be_read_is_told_and_the_rest_is_reported(  # noqa: PLR0917 - pytest's own
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    kind: str,
    how: Change,
    message: str,
    advice: str,
) -> None:
    trials = len(read(folder).trials)
    number = change(folder, kind, how)
    assert call(monkeypatch, "report", folder) == 3
    (said,) = capsys.readouterr().err.splitlines()
    assert f"line {number}: {message}" in said
    assert FILE in said
    assert advice in said
    page = (folder / "report" / "index.html").read_text(encoding="utf-8")
    assert f"line {number}: " in page
    rows = (folder / "report" / "trials.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 1 + trials - 1


def test_a_kind_of_error_that_is_not_known_is_shown(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    change(folder, "trial", field("errors", {"melted": 3}))
    assert call(monkeypatch, "report", folder) == 0
    assert not capsys.readouterr().err
    assert "melted" in (folder / "report" / "index.html").read_text(encoding="utf-8")


def test_a_newer_minor_schema_is_reported(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change(folder, "plan", field("schema", [SCHEMA[0], SCHEMA[1] + 1]))
    change(folder, "plan", field("weather", "rain"))
    assert call(monkeypatch, "report", folder) == 0


def test_an_older_minor_schema_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert call(monkeypatch, "report", FIXTURES / "schema-1.0", "--output", tmp_path / "site") == 0
