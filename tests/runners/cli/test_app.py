"""The command line whole: its help, which imports little, and completion by tab."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from runners.cli.app import COMMANDS
from tests.support.command_line import call

HOTLAP = Path(sys.executable).with_name("hotlap")
HEAVY = ("rich", "numpy", "pandas", "scipy", "matplotlib", "gevent", "locust", "report", "scenarios")
"""What only commands need, and the help does not: each takes longer to import than all that the help does."""


def test_the_help_lists_every_command_with_its_first_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "130")
    assert call(monkeypatch, "--help") == 0
    shown = capsys.readouterr().out
    for name, command, _ in COMMANDS:
        summary = (command.__doc__ or "").partition("\n")[0]
        assert summary.endswith(".")
        assert f"  {name:11}{summary}" in shown


def test_the_version_is_told_with_that_of_the_interpreter(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "--version") == 0
    assert capsys.readouterr().out == f"hotlap {version('hotlap')}, Python {platform.python_version()}\n"


def test_the_help_imports_nothing_heavy() -> None:
    program = (
        "import sys\n"
        "from runners.cli import main\n"
        "try:\n    main()\n"
        "finally:\n    print(*sys.modules, file=sys.stderr)"
    )
    measured_by_nobody = {name: value for name, value in os.environ.items() if "COV" not in name}
    shown = subprocess.run(
        [sys.executable, "-c", program, "--help"],
        env=measured_by_nobody,
        capture_output=True,
        text=True,
        check=True,
    )
    assert not {name.partition(".")[0] for name in shown.stderr.split()} & set(HEAVY)


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("hotlap ver", ["verify"]),
        ("hotlap run --fram", ["--framework"]),
        ("hotlap run --framework fa", ["fastapi", "fastapi-additions"]),
    ],
)
def test_the_tab_key_completes_commands_options_and_names(typed: str, offered: list[str]) -> None:
    place = str(len(typed.split()) - 1)
    asked = {"_HOTLAP_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": place}
    shown = subprocess.run([HOTLAP], env={**os.environ, **asked}, capture_output=True, text=True, check=True)
    assert shown.stdout.split() == offered
