from __future__ import annotations

from pathlib import Path

import pytest

from runners.cli.settings import defaults, gate_defaults, of_one_python
from runners.errors import PlanError


def write(folder: Path, text: str) -> Path:
    (folder / "pyproject.toml").write_text(text, encoding="utf-8")
    return folder


def test_without_a_file_there_are_no_defaults(tmp_path: Path) -> None:
    assert defaults(tmp_path) == {}


def test_keys_of_the_table_are_defaults_and_subtables_belong_to_others(tmp_path: Path) -> None:
    folder = write(tmp_path, '[tool.hotlap]\nblocks = 4\nframework = ["flask"]\n[tool.hotlap.gate]\nx = 1\n')
    assert defaults(folder) == {"blocks": 4, "framework": ["flask"]}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tool.hotlap]\nblock = 4\n", "nearest: blocks"),
        ('[tool.hotlap]\nblocks = "4"\n', "wanted int"),
        ("[tool.hotlap]\nblocks = true\n", "wanted int"),
        ("[tool.hotlap\n", "cannot be read"),
        ("[tool]\nhotlap = 3\n", "is no table"),
        ("tool = 3\n", "is no table"),
    ],
)
@pytest.mark.faults("wrong-configuration")
def test_a_bad_table_is_refused_with_the_reason(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(PlanError, match=message):
        defaults(write(tmp_path, text))


@pytest.mark.parametrize(("written", "read"), [('"3.13"', ["3.13"]), ('["3.12", "3.13"]', ["3.12", "3.13"])])
def test_interpreters_are_one_text_or_several(tmp_path: Path, written: str, read: list[str]) -> None:
    settings = defaults(write(tmp_path, f"[tool.hotlap]\nblocks = 4\npython = {written}\n"))
    assert settings == {"blocks": 4, "python": read}
    alone = {"python": read} if len(read) == 1 else {}
    assert of_one_python(settings) == {"blocks": 4, **alone}


def test_the_gate_has_a_table_of_its_own(tmp_path: Path) -> None:
    text = '[tool.hotlap.gate]\nsentinel = ["a--b--c"]\nfail-on-inconclusive = true\nbudget = 10\n'
    assert gate_defaults(write(tmp_path, text)) == {
        "sentinel": ["a--b--c"],
        "fail_on_inconclusive": True,
        "budget": 10,
    }
    assert gate_defaults(tmp_path / "elsewhere") == {}


@pytest.mark.parametrize(("written", "read"), [('"3.13"', ["3.13"]), ('["3.12", "3.13"]', ["3.12", "3.13"])])
def test_the_gate_takes_interpreters_likewise(tmp_path: Path, written: str, read: list[str]) -> None:
    assert gate_defaults(write(tmp_path, f"[tool.hotlap.gate]\npython = {written}\n")) == {"python": read}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tool.hotlap.gate]\nsentinels = []\n", "nearest: sentinel"),
        ("[tool.hotlap.gate]\ncost = 1\n", "wanted bool"),
        ("[tool.hotlap.gate]\npairs = true\n", "wanted int"),
        ("[tool.hotlap]\ngate = 3\n", "is no table"),
    ],
)
@pytest.mark.faults("wrong-configuration")
def test_a_bad_table_of_the_gate_is_refused_with_the_reason(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(PlanError, match=message):
        gate_defaults(write(tmp_path, text))
