"""Which interpreters stacks run on: those asked for, or the fastest build of the newest version for all."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from runners.environments import cache
from runners.environments.interpreters import Interpreter, builds_of, find, minors
from runners.errors import PlanError

if TYPE_CHECKING:
    from runners.selection.frameworks import Framework

LOOP = """
import time
def work():
    total, rows = 0, {}
    for number in range(40_000):
        rows[number % 97] = total
        total += len(str(number)) + rows.get(number % 89, 0) % 7
    return total
def timed():
    begun = time.process_time()
    work()
    return time.process_time() - begun
print(1000 * min(timed() for _ in range(9)))
"""
"""The yardstick: CPU time of a fixed loop over integers, strings and a dict, the least of nine, in ms."""
ROUNDS = 5
"""How often each interpreter runs it."""
LOOP_S = 30
"""An interpreter has measured itself within this."""
ALIKE = 0.03
"""Builds that differ by less are as fast as each other: the newer one is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """An interpreter that stacks run on, held against the others of its version on this machine."""

    interpreter: Interpreter
    yardstick_ms: float
    behind: float | None
    """By what share it is slower than the fastest build of its version; None where it is the only one."""

    @property
    def text(self) -> str:
        """It in words, with its figure."""
        others = {None: "", 0.0: ", the fastest of its version here"}.get(
            self.behind, f", {100 * (self.behind or 0.0):.0f}% slower than the fastest of its version here"
        )
        shown = f"Python {self.interpreter.version} ({self.interpreter.build})"
        return f"{shown}: {self.yardstick_ms:.1f} ms by the yardstick{others}"


def choose(wanted: Sequence[str], frameworks: Iterable[Framework], folder: Path) -> dict[str, Chosen]:
    """Interpreters by the name that cells have for them: empty where there is one, else such as ``3.13``.

    ``wanted`` are versions or paths, each as ``interpreters.find`` takes it; where there are none it is the
    fastest build of the newest version that all ``frameworks`` support. ``folder`` keeps what interpreters
    said and how fast they are. Raises PlanError where there is no such interpreter.
    """
    asked = [find(text, folder) for text in wanted] or [default(frameworks, folder)]
    distinct = list({interpreter.path: interpreter for interpreter in asked}.values())
    names = _names(distinct) if len(distinct) > 1 else [""]
    return {
        name: _held_against_others(interpreter, folder)
        for name, interpreter in zip(names, distinct, strict=True)
    }


def default(frameworks: Iterable[Framework], folder: Path) -> Interpreter:
    """The fastest build of the newest version found that every one of ``frameworks`` supports.

    Raises PlanError where there is none.
    """
    wanted = [SpecifierSet(framework.requires_python) for framework in frameworks]
    for minor in minors():
        fitting = [
            interpreter
            for interpreter in released(minor, folder)
            if all(specifiers.contains(interpreter.version) for specifiers in wanted)
        ]
        if fitting:
            pace = measure(fitting, folder)
            limit = min(pace.values()) * (1 + ALIKE)
            fast = [interpreter for interpreter in fitting if pace[interpreter.path] <= limit]
            return max(fast, key=lambda interpreter: Version(interpreter.version))
    limits = " and ".join(sorted(set(map(str, wanted))))
    raise PlanError(
        f"no Python on PATH or under pyenv is {limits}",
        remedy="install one, or give the path of one by --python",
    )


def released(minor: str, folder: Path) -> list[Interpreter]:
    """Releases of CPython ``minor`` found, built for use and with a GIL; what does not answer is none."""
    known: dict[Path, Interpreter] = {}
    for path in builds_of(minor):
        with suppress(PlanError):
            interpreter = find(str(path), folder)
            known[interpreter.path] = interpreter
    return [
        interpreter
        for interpreter in known.values()
        if interpreter.implementation == "CPython"
        and interpreter.version.startswith(f"{minor}.")
        and not Version(interpreter.version).is_prerelease
        and "1" not in {interpreter.flags["Py_GIL_DISABLED"], interpreter.flags["Py_DEBUG"]}
    ]


def measure(interpreters: Iterable[Interpreter], folder: Path) -> dict[Path, float]:
    """The yardstick of each, in ms by path, measured once as long as its file stays as it is.

    Those that are not known yet take turns, so that what slows the machine down for a while slows all of
    them. Raises PlanError where one cannot run the loop.
    """
    files = {
        interpreter.path: folder / "interpreters" / f"{cache.digest(interpreter.stamp, LOOP)}.ms"
        for interpreter in interpreters
    }
    unknown = [path for path, known in files.items() if not known.is_file()]
    rounds = [{path: _loop_ms(path) for path in unknown} for _ in range(ROUNDS)]
    for path in unknown:
        cache.write(files[path], json.dumps(min(times[path] for times in rounds)))
    return {path: float(json.loads(known.read_text(encoding="utf-8"))) for path, known in files.items()}


def _loop_ms(path: Path) -> float:
    argv = [str(path), "-I", "-S", "-c", LOOP]
    try:
        done = subprocess.run(argv, capture_output=True, check=True, timeout=LOOP_S, text=True)
        return float(done.stdout)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise PlanError(
            f"{path} cannot run a loop over integers and strings: {error}",
            remedy="Give another interpreter by --python.",
        ) from error


def unsupported(framework: Framework, interpreter: Interpreter) -> str:
    """Why ``framework`` does not run on ``interpreter``, in words; empty: it does."""
    version = interpreter.version
    if SpecifierSet(framework.requires_python).contains(version, prereleases=True):
        return ""
    return f"{framework.name} requires Python {framework.requires_python}, this is {version}"


def _held_against_others(interpreter: Interpreter, folder: Path) -> Chosen:
    alike = released(interpreter.minor, folder)
    pace = measure({build.path: build for build in (interpreter, *alike)}.values(), folder)
    own = pace.pop(interpreter.path)
    behind = max(own / min(pace.values()) - 1, 0.0) if pace else None
    return Chosen(
        interpreter=interpreter,
        yardstick_ms=own,
        behind=0.0 if behind is not None and behind <= ALIKE else behind,
    )


def _names(interpreters: Sequence[Interpreter]) -> list[str]:
    """The shortest that tell them apart: ``3.13``, else ``3.13.1``, else with some letters of a hash."""
    free = ["t" * (interpreter.flags["Py_GIL_DISABLED"] == "1") for interpreter in interpreters]
    minor = [interpreter.minor + mark for interpreter, mark in zip(interpreters, free, strict=True)]
    full = [interpreter.version + mark for interpreter, mark in zip(interpreters, free, strict=True)]
    hashed = [
        f"{name}-{cache.digest(str(interpreter.path))[:4]}"
        for name, interpreter in zip(full, interpreters, strict=True)
    ]
    return [
        next(names[place] for names in (minor, full, hashed) if Counter(names)[names[place]] == 1)
        for place in range(len(interpreters))
    ]
