"""``hotlap report``: pages of merged runs, Markdown, JSON, a badge, a browser."""

from __future__ import annotations

import json
import webbrowser
from pathlib import Path

import pytest

from results.model import Record, Run
from results.store import create
from tests.support.command_line import call
from tests.support.json_outputs import must_conform
from tests.support.records import RECORDS
from tests.support.sessions import make_session

Capture = pytest.CaptureFixture[str]


def recorded(run: Run, root: Path) -> Path:
    with create(root, run.plan) as writer:
        facts: tuple[Record, ...] = (*run.launches, *run.trials, *run.blocks)
        for fact in facts:
            writer.append(fact)
    return writer.folder


@pytest.fixture(scope="module", name="sessions")
def _sessions(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    root = tmp_path_factory.mktemp("results")
    return [
        recorded(make_session("monday", "asgi", "fastapi", seed=1, rounds=3), root),
        recorded(make_session("tuesday", "asgi", "litestar", seed=2, rounds=3), root),
        recorded(make_session("alone", "starlette", seed=3, rounds=3), root),
    ]


def test_runs_that_may_be_merged_are_one_page(
    sessions: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    page = tmp_path / "page"
    assert call(monkeypatch, "report", *sessions[:2], "--output", page) == 0
    printed = capsys.readouterr()
    assert printed.out.strip() == str(page / "index.html")
    assert "hotlap: one page of 2 runs: monday (6 blocks of 2 stacks) and tuesday" in printed.err


def test_what_cannot_be_merged_says_why(
    sessions: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    assert call(monkeypatch, "report", *sessions, "--output", tmp_path, "--json") == 0
    printed = capsys.readouterr()
    must_conform("report", printed.out)
    assert json.loads(printed.out)["pages"] == [["monday", "tuesday"], ["alone"]]
    assert "alone is not shown as one with monday: in json on uvicorn-standard no stack" in printed.err


def test_markdown_goes_to_standard_output_or_to_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    assert call(monkeypatch, "report", RECORDS / "run", "--format", "md") == 0
    printed = capsys.readouterr().out
    assert printed.startswith("### ")
    path = tmp_path / "answers.md"
    assert call(monkeypatch, "report", RECORDS / "run", "--format", "md", "--output", path) == 0
    assert path.read_text(encoding="utf-8") == printed
    assert not (RECORDS / "run" / "report").exists()


def test_markdown_of_merged_runs_and_of_counts(
    sessions: list[Path], monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    assert call(monkeypatch, "report", *sessions[:2], "--format", "md") == 0
    assert "Made of 2 runs: monday" in capsys.readouterr().out
    assert call(monkeypatch, "report", RECORDS / "cost", "--format", "md") == 0
    assert "**" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["run", "open", "streams", "cost", "failures", "torn"])
def test_json_is_all_that_a_page_says(name: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    call(monkeypatch, "report", RECORDS / name, "--format", "json")
    printed = capsys.readouterr().out
    must_conform("report-format", printed)
    (page,) = json.loads(printed)["pages"]
    assert (page["numbers"] is None) == (name == "cost")
    assert page["verdict"]
    assert {"trust", "method"} <= {section["name"] for section in page["sections"]}
    assert any(part["tables"] for section in page["sections"] for part in section["parts"])


def test_json_of_merged_runs_names_them(
    sessions: list[Path], monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    assert call(monkeypatch, "report", *sessions, "--format", "json") == 0
    printed = capsys.readouterr().out
    must_conform("report-format", printed)
    data = json.loads(printed)
    assert [[source["run"] for source in page["runs"]] for page in data["pages"]] == [
        ["monday", "tuesday"],
        [],
    ]
    assert [source["first_block"] for source in data["pages"][0]["runs"]] == [0, 6]
    assert len(data["apart"]) == 1


def test_a_badge_is_written(
    sessions: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    path = tmp_path / "badge.svg"
    words = ("--format", "md", "--badge", path)
    assert call(monkeypatch, "report", *sessions[:2], *words) == 0
    assert "first on uvicorn-standard: Litestar (json)" in path.read_text(encoding="utf-8")
    assert call(monkeypatch, "report", *sessions, *words) == 2
    assert "a badge is of one page" in capsys.readouterr().err
    assert call(monkeypatch, "report", RECORDS / "cost", *words) == 2
    assert "this run timed no load" in capsys.readouterr().err


class Browser:
    """Stands for a browser that shows what it is given, or does not start."""

    def __init__(self, *, starts: bool) -> None:
        self.starts = starts
        self.shown: list[str] = []

    def open(self, address: str) -> bool:
        self.shown.append(address)
        return self.starts


def test_a_page_is_shown_in_a_browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = Browser(starts=True)
    monkeypatch.setattr(webbrowser, "get", lambda: browser)
    assert call(monkeypatch, "report", RECORDS / "run", "--output", tmp_path, "--open") == 0
    assert browser.shown == [(tmp_path / "index.html").resolve().as_uri()]


def test_without_a_browser_nothing_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def no_browser() -> None:
        raise webbrowser.Error("could not locate runnable browser")

    monkeypatch.setattr(webbrowser, "get", no_browser)
    assert call(monkeypatch, "report", RECORDS / "run", "--output", tmp_path / "page", "--open") == 2
    assert "leave --open out" in capsys.readouterr().err
    assert not (tmp_path / "page").exists()


def test_a_browser_that_does_not_start_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setattr(webbrowser, "get", lambda: Browser(starts=False))
    assert call(monkeypatch, "report", RECORDS / "run", "--output", tmp_path, "--open") == 2
    assert "open it by hand" in capsys.readouterr().err.replace(str(tmp_path / "index.html"), "it")


@pytest.mark.parametrize("option", ["--open", "--json"])
def test_options_of_pages_are_refused_with_other_formats(
    option: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    assert call(monkeypatch, "report", RECORDS / "run", "--format", "md", option) == 2
    assert f"{option} is of pages" in capsys.readouterr().err
