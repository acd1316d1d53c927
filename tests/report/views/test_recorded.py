"""What is printed of records made at one commit is what that commit printed.

Byte for byte, but for numbers of a fit in JSON, whose last digits are those of the order of summing.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from report.views import cost_terminal, terminal
from results.model import PlanKind
from results.store import read
from tests.support.command_line import call
from tests.support.json_outputs import must_say_the_same
from tests.support.records import NAMES, RECORDS

ONE_SIDE = [name for name in NAMES if (RECORDS / name / "terminal.txt").exists()]
TWO_SIDES = [name for name in NAMES if name not in ONE_SIDE]
FOLDER = Path("records")
"""Of the records, as it stands in what was printed."""


@pytest.fixture(autouse=True)
def _beside_the_records(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(RECORDS.parent)


def recorded(name: str) -> str:
    return (RECORDS / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ONE_SIDE)
def test_what_a_run_prints_at_its_end(name: str) -> None:
    run, folder = read(FOLDER / name), FOLDER / name
    if run.plan.kind == PlanKind.COST:
        text, data = cost_terminal.as_text(run, folder), cost_terminal.as_json(run, folder)
    else:
        text, data = terminal.as_text(run, folder, None), terminal.as_json(run, folder, None)
    assert text + "\n" == recorded(f"{name}/terminal.txt")
    must_say_the_same(data, recorded(f"{name}/terminal.json"))


@pytest.mark.parametrize("records", [*((name,) for name in TWO_SIDES), ("run", "run-b")])
def test_compare(
    records: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = "compare-two-runs" if len(records) > 1 else records[0]
    folders = [FOLDER / name for name in records]
    call(monkeypatch, "compare", *folders)
    assert capsys.readouterr().out == recorded(f"{expected}/compare.txt")
    call(monkeypatch, "compare", *folders, "--json")
    assert capsys.readouterr().out == recorded(f"{expected}/compare.json")


@pytest.mark.parametrize("name", TWO_SIDES)
def test_gate_from(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    written = {"--markdown": tmp_path / "gate.md", "--junit": tmp_path / "gate.junit.xml"}
    options = [part for option, path in written.items() for part in (option, path)]
    call(monkeypatch, "gate", "--from", FOLDER / name, *options)
    assert capsys.readouterr().out == recorded(f"{name}/gate.txt")
    for path in written.values():
        assert path.read_text(encoding="utf-8") == recorded(f"{name}/{path.name}")
    call(monkeypatch, "gate", "--from", FOLDER / name, "--json")
    assert capsys.readouterr().out == recorded(f"{name}/gate.json")
