"""Outputs of commands within the documents, each between two comments that name its command."""

from __future__ import annotations

import io
import re
import shlex
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import chdir, redirect_stdout
from pathlib import Path
from unittest.mock import patch

from report.analysis.answers.answers import find_answers
from report.analysis.conclusions import conclude
from report.analysis.titles import titles_of
from report.views import terminal
from report.views.answers.exports import as_lines
from results.store import read
from runners.cli import main
from tests.benchmarks.command import PROGRAM
from tests.support.paths import ROOT

REFERENCE = ROOT / "results" / "reference"
"""The recorded run that pictures and outputs are of."""
BESIDE = (REFERENCE.with_name("reference-cost"), REFERENCE.with_name("reference-lifecycle"))
"""What was counted, and lifecycles, of the same kind of machine: shown with it on one page."""
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
TUTORIAL = ROOT / "docs" / "tutorial.md"
WIDTH = 100
"""Characters of a line; longer ones are wrapped, as a terminal does, but for rows of tables."""
_PART = re.compile(
    r"(?P<begin><!-- begin (?P<kind>[a-z ]+?)(?: of (?P<run>\S+))?: (?P<command>hotlap [^\n]+?)"
    r"(?: \((?P<lines>\d+) lines\))? -->\n)(?P<text>.*?)(?P<end><!-- end output -->\n)",
    re.DOTALL,
)


def documents(measured: Mapping[str, str] | None = None) -> Iterator[tuple[Path, str]]:
    """Every document with the text that it should have.

    ``measured`` is what commands that measure printed; where one is missing its output stays as it is.
    """
    for path in PAGES:
        text = path.read_text(encoding="utf-8")
        yield path, _PART.sub(lambda part: _written(part, measured or {}), text)


def write(measured: Mapping[str, str]) -> Iterator[Path]:
    """Write the documents that differ from what they should be; these."""
    for path, text in documents(measured):
        if path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            yield path


def shell_commands(path: Path) -> list[str]:
    """The commands of hotlap in the blocks of a document that are to be typed one after the other."""
    blocks = re.findall(r"```sh\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.startswith("hotlap ")]


def measure(folder: Path) -> dict[str, str]:
    """What the commands of the tutorial print, by command, run one after the other in ``folder``."""
    return {command: _run(command, folder) for command in shell_commands(TUTORIAL)}


def _run(command: str, folder: Path) -> str:
    words = [*PROGRAM, *shlex.split(command)[1:]]
    return subprocess.run(words, cwd=folder, check=True, stdout=subprocess.PIPE, text=True).stdout


def _written(part: re.Match[str], measured: Mapping[str, str]) -> str:
    text = measured.get(part["command"]) if part["kind"] == "measured output" else KINDS[part["kind"]](part)
    if text is None:
        return part[0]
    lines = [line for whole in text.strip("\n").split("\n") for line in _wrapped(whole.rstrip())]
    shown = _first(lines, int(part["lines"] or len(lines)))
    return f"{part['begin']}\n```text\n{shown}\n```\n\n{part['end']}"


def _wrapped(line: str) -> list[str]:
    """A line of text as a terminal shows it; a row of a table, whose columns are spaced, stays whole."""
    indent = line[: len(line) - len(line.lstrip())]
    if len(line) <= WIDTH or "  " in line.strip():
        return [line]
    return textwrap.wrap(line, WIDTH, subsequent_indent=2 * indent, break_on_hyphens=False)


def _first(lines: Sequence[str], count: int) -> str:
    return "\n".join([*lines[:count], *(["..."] if len(lines) > count else [])])


def _told(part: re.Match[str]) -> str:
    """What a command prints that only reads records."""
    return call(*shlex.split(part["command"])[1:])


def call(*words: str | Path) -> str:
    """What hotlap prints when it is called with ``words``, in this process, from the root of the checkout."""
    typed = ["hotlap", *map(str, words)]
    printed = io.StringIO()
    with chdir(ROOT), redirect_stdout(printed), patch.object(sys, "argv", typed):
        try:
            main()
        except SystemExit as ended:
            if ended.code:
                raise RuntimeError(f"{shlex.join(typed)}: exit code {ended.code}") from ended
    return printed.getvalue()


def _of_run(part: re.Match[str]) -> str:
    """What the command printed at the end of a recorded run."""
    run = read(ROOT / part["run"])
    folder = Path("results") / run.plan.name
    return terminal.as_text(run, folder, folder / "report" / "index.html")


def _answers_of_run(part: re.Match[str]) -> str:
    """Of the same its headline and cards alone."""
    run = read(ROOT / part["run"])
    return "\n".join(as_lines(find_answers(run, conclude(run)), titles_of(run)))


KINDS: dict[str, Callable[[re.Match[str]], str]] = {
    "output": _told,
    "end": _of_run,
    "answers": _answers_of_run,
}
"""What stands behind ``begin`` in the first comment; ``measured output`` is what was printed last."""
