"""py-spy as hotlap starts and ends it: what it says is told, nothing of it is left."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from runners.errors import CostError, PlanError
from runners.experiments.counting import sampler
from runners.experiments.counting.sampler import Sampler, SamplerReading
from tests.support.fake_sampler import fake_sampler

OWN = os.getpid()
LINES = ["main (/a/b.py:1);work (/a/b.py:7) 12", "main (/a/b.py:1) 3", "main (/a/b.py:1);work (/a/b.py:7) 1"]


def reading(folder: Path, monkeypatch: pytest.MonkeyPatch, **said: object) -> SamplerReading:
    return SamplerReading(binary=str(fake_sampler(folder, monkeypatch, json.dumps(said))), folder=folder)


def left(folder: Path) -> list[Path]:
    return list(folder.glob("py-spy.*"))


def test_what_was_seen_adds_up_over_times_and_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looking = reading(tmp_path, monkeypatch, lines=LINES)
    for times in (1, 2):
        looking.start([OWN])
        assert looking.read() == 16
        assert looking.lines == {
            "main (/a/b.py:1);work (/a/b.py:7)": 13 * times,
            "main (/a/b.py:1)": 3 * times,
        }
    assert not left(tmp_path)


def test_processes_that_are_no_python_are_left_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parent = os.getppid()
    looking = reading(tmp_path, monkeypatch, lines=LINES, refused=[str(parent)])
    looking.start([OWN, parent])
    assert looking.read() == 16


def test_where_none_can_be_looked_into_that_is_told_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looking = reading(tmp_path, monkeypatch, refused=[str(OWN)])
    with pytest.raises(CostError, match="cannot look into the server: Error: Failed to open") as caught:
        looking.start([OWN])
    assert "ptrace_scope" in caught.value.remedy
    looking.close()


def test_a_sampler_that_writes_nothing_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looking = reading(tmp_path, monkeypatch)
    looking.start([OWN])
    with pytest.raises(CostError, match=r"wrote nothing: .*Stopped sampling"):
        looking.read()


def test_what_still_looks_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looking = reading(tmp_path, monkeypatch, lines=LINES)
    looking.start([OWN])
    looking.close()
    looking.close()
    assert not left(tmp_path)


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An interpreter that has nothing beside it but what a test puts there."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(Path(sys.executable).resolve())
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bin" / "python"))
    return tmp_path


def test_without_py_spy_it_is_said_how_to_install_it(beside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(beside))
    with pytest.raises(PlanError, match="needs py-spy") as caught:
        sampler.find()
    assert "pip install 'hotlap[profile]'" in caught.value.remedy


def test_it_is_found_and_allowed(beside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    binary = fake_sampler(beside, monkeypatch, "{}")
    assert sampler.find() == Sampler(binary=str(binary), tool="py-spy 0.fake")


@pytest.mark.parametrize(
    ("said", "message", "remedy"),
    [
        ("Permission Denied: Try running again with elevated permissions", "may not look", "SYS_PTRACE"),
        ("Operation not permitted (os error 1)", "may not look", "ptrace_scope=0"),
        ("Failed to find python version", "does not work here: Failed to find", "hotlap[profile]"),
    ],
)
def test_where_it_may_not_look_nothing_is_begun(
    beside: Path, monkeypatch: pytest.MonkeyPatch, said: str, message: str, remedy: str
) -> None:
    fake_sampler(beside, monkeypatch, json.dumps({"dump": said}))
    with pytest.raises(PlanError, match=message) as caught:
        sampler.find()
    assert remedy in caught.value.remedy
