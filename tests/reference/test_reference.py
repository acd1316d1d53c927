"""docs/reference/ says what the code says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.models import OptionInfo

from results.model import Launch
from results.store import TYPES
from runners.cli.app import COMMANDS, INTERNAL_ERROR
from runners.errors import HotlapError, PlanError
from tests.reference import record
from tests.reference.commands import parameters, spellings
from tests.reference.fields import hints, meanings
from tests.reference.pages import FOLDER, PARTS, files
from tests.support.paths import ROOT

FILES = dict(files())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_file_is_what_the_code_says(path: Path) -> None:
    written = path.read_text(encoding="utf-8") if path.is_file() else ""
    assert written == FILES[path], f"{path.relative_to(ROOT)} is old: run python -m tests.reference"


def test_there_are_no_other_schemas() -> None:
    assert {*(FOLDER / "schemas").iterdir()} == {path for path in FILES if path.suffix == ".json"}


def test_every_part_that_is_made_stands_on_one_page() -> None:
    pages = "".join(text for path, text in FILES.items() if path.suffix == ".md")
    assert sorted(re.findall(r"<!-- begin ([a-z ]+):", pages)) == sorted(PARTS)


def test_every_option_is_listed_with_all_its_spellings_and_a_meaning() -> None:
    _, *sections = FILES[FOLDER / "commands.md"].split("\n## hotlap ")
    assert len(sections) == len(COMMANDS)
    for section, (name, function, example) in zip(sections, COMMANDS, strict=True):
        assert section.startswith(f"{name}\n")
        assert f"\n    {example}\n" in section
        for option, _, known, _ in parameters(function):
            assert known.help, f"{name}: {option} has no help"
            if isinstance(known, OptionInfo):
                assert f"| `{', '.join(spellings(option, known))}" in section


def test_a_field_has_its_type_and_the_sentence_below_it() -> None:
    assert meanings(Launch)["block"] == "From 0."
    assert "block" in hints(Launch)
    assert "| `block` | integer | From 0. |" in FILES[FOLDER / "record.md"]


def test_every_kind_of_line_has_an_example_that_was_recorded() -> None:
    assert record.examples().keys() == {"plan", *TYPES}
    for kind, line in record.examples().items():
        assert line["type"] == kind


def test_the_exit_codes_are_those_of_the_code() -> None:
    text = (FOLDER / "exit-codes.md").read_text(encoding="utf-8")
    codes = {int(code) for code in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)}
    assert codes == {0, 1, PlanError.exit_code, HotlapError.exit_code, 4, INTERNAL_ERROR, 130}
