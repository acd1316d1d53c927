"""What the documents tell people to type works as written."""

from __future__ import annotations

import re
import shlex
import sys
import tomllib
from pathlib import Path

import pytest
import typer

from results.store import read
from runners.cli import app, main
from runners.cli.app import COMMANDS as COMMANDS_OF_HOTLAP
from runners.cli.settings import GATE_SETTINGS, SETTINGS, defaults, gate_defaults
from tests.support.paths import ROOT

COMMANDS_BY_NAME = typer.main.get_command(app).commands  # type: ignore[attr-defined] # of a group
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
COMMANDS = [line for block in BLOCKS for line in block.splitlines() if line.startswith("hotlap ")]


def call(monkeypatch: pytest.MonkeyPatch, line: str) -> int:
    monkeypatch.setattr(sys, "argv", shlex.split(line))
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


@pytest.mark.servers
def test_the_commands_of_the_readme_work_in_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert len(COMMANDS) >= 5
    for line in COMMANDS:
        assert call(monkeypatch, line) == 0, line
    (folder,) = (tmp_path / "results").iterdir()
    assert len(read(folder).blocks) == 2
    assert (folder / "report" / "index.html").is_file()


def test_ci_runs_the_test_command_of_the_readme() -> None:
    command = next(line for block in BLOCKS for line in block.splitlines() if line.endswith("nox -s tests"))
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    plain = command.replace("pip install nox", "pip install --quiet nox")
    assert plain in script


def test_every_command_and_session_that_the_readme_names_exists(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in set(re.findall(r"`hotlap (\w+)", README)) - {"COMMAND"}:
        assert call(monkeypatch, f"hotlap {name} --help") == 0, name
    sessions = (ROOT / "noxfile.py").read_text(encoding="utf-8")
    frameworks = {path.name.removesuffix("_app.py") for path in (ROOT / "apps").glob("*_app.py")}
    for name in re.findall(r"nox -s ([a-z-]+)", README):
        assert f"def {name}(" in sessions or name in frameworks, name


def test_the_documented_configuration_is_accepted_whole(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "reference" / "configuration.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    (tmp_path / "pyproject.toml").write_text(example, encoding="utf-8")
    assert defaults(tmp_path).keys() == SETTINGS.keys()
    assert gate_defaults(tmp_path).keys() == {key.replace("-", "_") for key in GATE_SETTINGS}
    assert tomllib.loads(example)["tool"]["hotlap"]


def documented_commands() -> list[str]:
    """Every command with options that a document shows within a line or a block."""
    lines = []
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        text = path.read_text(encoding="utf-8")
        lines += re.findall(r"`(hotlap [a-z]+ [^`\n]*)`", text)
        lines += re.findall(r"^ *(hotlap [a-z]+ .*)$", text, re.MULTILINE)
    return sorted({line.rstrip("\\ ") for line in lines})


@pytest.mark.parametrize("line", documented_commands())
def test_every_documented_command_has_the_options_that_it_is_shown_with(line: str) -> None:
    _, name, *arguments = shlex.split(line, comments=True)
    parameters = COMMANDS_BY_NAME[name].params
    known = {option for parameter in parameters for option in (*parameter.opts, *parameter.secondary_opts)}
    shown = {word for word in arguments if word.startswith("-")}
    assert shown <= known | {"--help"}


def test_every_command_has_a_question_that_it_answers() -> None:
    text = (ROOT / "docs" / "which-command.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`hotlap ([a-z]+)", text))
    assert {name for name, *_ in COMMANDS_OF_HOTLAP} - named == {"worker", "lock"}  # for those who know them


def test_links_between_documents_lead_somewhere() -> None:
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), f"{path.name}: {target}"
