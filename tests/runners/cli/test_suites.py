from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from runners.cli import suites
from runners.errors import PlanError
from runners.experiments import run
from runners.experiments.options import FULL, QUICK, RunOptions
from tests.support.command_line import call

OWN = """
[tool.hotlap]
framework = ["flask"]
blocks = 3
[tool.hotlap.suites.mine]
about = "ours"
scenario = ["json"]
connections = [8]
blocks = 5
[tool.hotlap.suites.quick]
scenario = ["plaintext"]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def asked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[RunOptions]:
    """What was asked of whoever measures, which nobody does here."""
    assert folder == Path.cwd()
    seen: list[RunOptions] = []

    def take(options: RunOptions, *_: object, **__: object) -> NoReturn:
        seen.append(options)
        raise PlanError("asked and not measured")

    monkeypatch.setattr(run, "new_run", take)
    return seen


def write(folder: Path, text: str) -> None:
    (folder / "pyproject.toml").write_text(text, encoding="utf-8")


def options_of(asked: list[RunOptions], monkeypatch: pytest.MonkeyPatch, *arguments: str) -> RunOptions:
    assert call(monkeypatch, "run", *arguments) == 2
    return asked.pop()


def test_hotlap_ships_seven_suites_each_with_a_sentence(folder: Path) -> None:
    shipped = suites.known(folder)
    assert list(shipped) == ["quick", "data", "realtime", "waiting", "errors", "prices", "full"]
    assert all(suite.about and suite.shipped for suite in shipped.values())


def test_a_suite_is_the_default_of_options_and_what_is_given_wins(
    asked: list[RunOptions], monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = options_of(asked, monkeypatch, "--suite", "waiting")
    assert waiting.selection.scenarios == ("delay",)
    assert waiting.selection.connections == (100, 500, 1000)
    assert waiting.timing == replace(QUICK, blocks=6)
    fewer = options_of(asked, monkeypatch, "--connections", "7", "--suite", "waiting", "--blocks", "2")
    assert fewer.selection.connections == (7,)
    assert fewer.selection.scenarios == ("delay",)
    assert fewer.timing.blocks == 2


def test_quick_is_the_suite_of_its_name(asked: list[RunOptions], monkeypatch: pytest.MonkeyPatch) -> None:
    short, long = (options_of(asked, monkeypatch, *words) for words in (["--quick"], ["--suite", "quick"]))
    assert (short.selection, short.timing) == (long.selection, long.timing)
    assert short.selection.quick
    assert short.timing == QUICK
    full = options_of(asked, monkeypatch, "--suite", "full")
    assert not full.selection.quick
    assert full.timing == FULL


def test_a_project_adds_suites_and_replaces_those_of_hotlap(
    folder: Path, asked: list[RunOptions], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, OWN)
    mine = options_of(asked, monkeypatch, "--suite", "mine")
    assert (mine.selection.frameworks, mine.selection.scenarios) == (("flask",), ("json",))
    assert mine.timing.blocks == 5, "a suite wins over the table above it"
    quick = options_of(asked, monkeypatch, "--quick")
    assert quick.selection.scenarios == ("plaintext",)
    assert not quick.selection.quick


def test_a_glob_of_a_shipped_suite_that_matches_nothing_yet_is_told_and_left_aside(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shipped = folder / "suites.toml"
    shipped.write_text('[tool.hotlap.suites.x]\nscenario = ["json", "never-*"]\n', encoding="utf-8")
    monkeypatch.setattr(suites, "SHIPPED", shipped)
    assert call(monkeypatch, "list", "--suite", "x", "--framework", "rsgi", "--json") == 0
    said = capsys.readouterr()
    assert said.err == "suite x: there is no scenario never-* yet\n"
    assert [cell["scenario"] for cell in json.loads(said.out)["cells"]] == ["json"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--suite", "reltime"], "unknown suite 'reltime'; there are: quick, data"),
        (["--suite", "data", "--quick"], "two suites"),
        (["--suite", "wrong"], "unknown scenario 'jsn'; nearest: json"),
    ],
)
def test_a_suite_that_cannot_be_taken_is_exit_2_with_the_reason(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    write(folder, '[tool.hotlap.suites.wrong]\nscenario = ["jsn"]\n')
    assert call(monkeypatch, "list", *arguments) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tool.hotlap]\nsuites = 3\n", "suites.* is no table"),
        ("[tool.hotlap.suites]\nx = 3\n", "suites.x.* is no table"),
        ("[tool.hotlap.suites.x]\nblok = 3\n", "unknown key 'blok'.*nearest: blocks"),
        ("[tool.hotlap.suites.x]\nquick = 1\n", "wanted bool"),
        ('[tool.hotlap.suites.x]\nresults = "r"\n', "unknown key 'results'"),
    ],
)
def test_a_bad_suite_is_refused_with_the_reason(folder: Path, text: str, message: str) -> None:
    write(folder, text)
    with pytest.raises(PlanError, match=message):
        suites.known(folder)
