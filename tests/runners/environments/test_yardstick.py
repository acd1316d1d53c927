"""Which interpreter is chosen, among stand-ins whose versions, builds and pace are given."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from runners.environments import interpreters, yardstick
from runners.environments.interpreters import Interpreter
from runners.environments.yardstick import choose, default, measure
from runners.errors import PlanError
from runners.selection.discovery import discover
from runners.selection.frameworks import Framework

FRAME = discover().frameworks["starlette"]
FRAMES = [FRAME]
Machine = dict[str, tuple[str, float]]
"""Interpreters that are there: version and pace in ms by path."""


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Machine:
    """Filled by each test."""
    own = interpreters.find(sys.executable, tmp_path)
    there: Machine = {}

    def named(version: str, path: str) -> Interpreter:
        flags = dict.fromkeys(own.flags, "") | {"Py_GIL_DISABLED": "1" * version.endswith("t")}
        return replace(own, path=Path(path), version=version.removesuffix("t"), flags=flags, stamp=path)

    def find(wanted: str, _folder: Path) -> Interpreter:
        for path, (version, _) in there.items():
            if wanted in {path, version} or version.startswith(f"{wanted}."):
                return named(version, path)
        raise PlanError(f"there is no Python {wanted}")

    def minors() -> tuple[str, ...]:
        return tuple(sorted({version[:4] for version, _ in there.values()}, reverse=True))

    def builds_of(minor: str) -> tuple[Path, ...]:
        return tuple(Path(path) for path, (version, _) in there.items() if version.startswith(minor))

    monkeypatch.setattr(yardstick, "find", find)
    monkeypatch.setattr(yardstick, "minors", minors)
    monkeypatch.setattr(yardstick, "builds_of", builds_of)
    monkeypatch.setattr(yardstick, "_loop_ms", lambda path: there[str(path)][1])
    return there


def requiring(*specifiers: str) -> list[Framework]:
    return [replace(FRAME, requires_python=text) for text in specifiers]


def test_the_default_is_the_fastest_build_of_the_newest_version_for_all(
    machine: Machine, tmp_path: Path
) -> None:
    machine |= {
        "/a/python3.12": ("3.12.1", 5.0),
        "/b/python3.13": ("3.13.1", 9.0),
        "/c/python3.13": ("3.13.0", 6.0),
        "/d/python3.14": ("3.14.0", 4.0),
    }
    assert default(requiring(">=3.11", "<3.14"), tmp_path).path == Path("/c/python3.13")
    assert default(requiring(">=3.11"), tmp_path).path == Path("/d/python3.14")
    assert default(requiring(">=3.11", "<3.13"), tmp_path).path == Path("/a/python3.12")
    with pytest.raises(PlanError, match=r"no Python .* is <3.12 and >=3.11"):
        default(requiring(">=3.11", "<3.12"), tmp_path)


def test_builds_that_are_as_fast_as_each_other_are_told_apart_by_their_version(
    machine: Machine, tmp_path: Path
) -> None:
    machine |= {"/a/python3.13": ("3.13.0", 6.0), "/b/python3.13": ("3.13.2", 6.1)}
    assert default(requiring(">=3.11"), tmp_path).version == "3.13.2"


@pytest.mark.parametrize("version", ["3.14.0rc1", "3.14.0t"])
def test_what_is_no_release_or_has_no_gil_is_no_default(
    machine: Machine, tmp_path: Path, version: str
) -> None:
    machine |= {"/a/python3.14": (version, 1.0), "/b/python3.13": ("3.13.0", 6.0)}
    assert default(requiring(">=3.11"), tmp_path).version == "3.13.0"
    (chosen,) = choose([version], requiring(">=3.11"), tmp_path).values()
    assert chosen.interpreter.path == Path("/a/python3.14")


def test_a_build_is_held_against_the_others_of_its_version(machine: Machine, tmp_path: Path) -> None:
    machine |= {
        "/a/python3.11": ("3.11.7", 9.0),
        "/b/python3.11": ("3.11.2", 6.0),
        "/c/python3.12": ("3.12.1", 1.0),
    }
    (slow,) = choose(["/a/python3.11"], FRAMES, tmp_path).values()
    (fast,) = choose(["/b/python3.11"], FRAMES, tmp_path).values()
    (alone,) = choose(["3.12"], FRAMES, tmp_path).values()
    assert (slow.behind, fast.behind, alone.behind) == (0.5, 0.0, None)
    assert slow.text.endswith("9.0 ms by the yardstick, 50% slower than the fastest of its version here")
    assert fast.text.endswith("6.0 ms by the yardstick, the fastest of its version here")


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (["3.13"], [""]),
        (["3.13", "/b/python3.13"], [""]),
        (["3.12", "3.13"], ["3.12", "3.13"]),
        (["3.12.1", "3.12.2", "3.13"], ["3.12.1", "3.12.2", "3.13"]),
        (["3.13", "3.13.0t"], ["3.13", "3.13t"]),
    ],
)
def test_names_are_the_shortest_that_tell_interpreters_apart(
    machine: Machine, tmp_path: Path, wanted: list[str], names: list[str]
) -> None:
    machine |= {
        "/a/python3.12": ("3.12.1", 5.0),
        "/d/python3.12": ("3.12.2", 5.0),
        "/b/python3.13": ("3.13.0", 5.0),
        "/c/python3.13t": ("3.13.0t", 5.0),
    }
    assert list(choose(wanted, FRAMES, tmp_path)) == names


def test_two_builds_of_one_release_have_names_of_their_own(machine: Machine, tmp_path: Path) -> None:
    machine |= {"/a/python3.12": ("3.12.1", 5.0), "/d/python3.12": ("3.12.1", 6.0)}
    names = list(choose(["/a/python3.12", "/d/python3.12"], FRAMES, tmp_path))
    assert len(set(names)) == 2
    assert all(name.startswith("3.12.1-") for name in names)


def test_the_yardstick_is_measured_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = interpreters.find(sys.executable, tmp_path)
    first = measure([own], tmp_path)
    assert 0 < first[own.path] < 10_000
    monkeypatch.setattr(yardstick, "_loop_ms", lambda _path: -1.0)
    assert measure([own], tmp_path) == first


def test_what_cannot_run_the_loop_is_refused_by_name(tmp_path: Path) -> None:
    own = interpreters.find(sys.executable, tmp_path)
    with pytest.raises(PlanError, match="/bin/false cannot run a loop"):
        measure([replace(own, path=Path("/bin/false"), stamp="other")], tmp_path)
