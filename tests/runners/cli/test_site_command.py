"""``hotlap site``: what it writes, prints and refuses."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from report.page import compose
from report.page.sections import data as data_section
from tests.support.command_line import call
from tests.support.json_outputs import must_conform
from tests.support.records import RECORDS


@pytest.fixture(name="results")
def _results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a run that timed and one that counted."""
    for name in ("run", "cost"):
        shutil.copytree(RECORDS / name, tmp_path / "results" / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "results"


def test_the_site_is_written_with_the_apps_and_its_place_is_printed(
    results: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "site", "run", "cost", "run", "--out", "public", "--json") == 0
    printed = capsys.readouterr()
    must_conform("site", printed.out)
    data = json.loads(printed.out)
    pages = list((results.parent / "public").rglob("*.html"))
    assert data["site"] == "public/index.html"
    assert data["pages"] == len(pages)
    assert data["parquet"] or "hotlap[parquet]" in printed.err
    (folder,) = (path for path in (results.parent / "public").iterdir() if path.is_dir())
    assert (folder / "run.jsonl").read_bytes() == (results / "run" / "run.jsonl").read_bytes()
    stack = next(path for path in pages if path.name.startswith("stack-")).read_text(encoding="utf-8")
    assert "# /// script" in stack
    assert 'href="https://' in stack


def test_two_sides_are_refused(
    results: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert results.is_dir()
    assert call(monkeypatch, "site", RECORDS / "compare") == 2
    assert "holds two sides" in capsys.readouterr().err


def test_a_place_that_cannot_be_written_is_wrong_use(
    results: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (results.parent / "taken").write_text("a file", encoding="utf-8")
    assert call(monkeypatch, "site", "run", "--out", "taken") == 2
    assert "cannot be written" in capsys.readouterr().err


def test_runs_are_added_to_a_site_and_what_became_of_it_is_told(
    results: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(compose, "SECTIONS", (data_section,))
    assert call(monkeypatch, "site", "run", "cost", "--out", "public", "--add", "--json") == 0
    printed = capsys.readouterr()
    must_conform("site-add", printed.out)
    told = json.loads(printed.out)
    assert (told["site"], told["runs"], told["made"], told["gone"]) == ("public/index.html", 1, 1, [])
    assert f"1 run, {told['total_bytes'] / 1e6:.1f} MB of 500 MB" in printed.err
    assert "pages of 1 run were made" in printed.err
    monkeypatch.setattr("runners.cli.site_command.MB", 1)
    assert call(monkeypatch, "site", "run", "--out", "public", "--add") == 2
    assert "by its newest runs alone" in capsys.readouterr().err
    assert results.is_dir()
