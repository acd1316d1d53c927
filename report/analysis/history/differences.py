"""What differs between two runs of a series: what cuts it, and what is told beside a step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from report.analysis.summary import is_reference
from report.analysis.titles import is_of
from report.analysis.two_sides.configuration import package_differences
from report.analysis.two_sides.two_runs import SAME_MACHINE, SAME_SETUP, circumstances, different
from results.model import Cell, FrameworkEnvironment, Plan


def why_cut(before: Plan, after: Plan, cell: Cell, other: Cell | None) -> str:
    """Why values of the two runs are not held against each other; empty: nothing forbids it.

    Another machine, another build of the interpreter, another way of running servers, and another reference
    stack than it was: its lock is frozen, so that this is a new one.
    """
    facts = (
        *different((before.environment.machine, after.environment.machine), SAME_MACHINE),
        *different((before.setup, after.setup), SAME_SETUP),
    )
    for name, old, new in facts:
        return f"{name.replace('_', ' ')} {old} -> {new}"
    for shown in (cell, other):
        old_build, new_build = (_build(plan, shown) for plan in (before, after))
        if shown is not None and old_build != new_build:
            return f"{shown.framework}: {old_build or 'not recorded'} -> {new_build or 'not recorded'}"
    if other is not None and is_reference(other, after):
        for line in _packages(before, after, other):
            return f"the reference stack was renewed: {line}"
    return ""


def differences_between(before: Plan, after: Plan, cells: Iterable[Cell | None]) -> tuple[str, ...]:
    """All that is recorded to differ between the two runs and may have changed ``cells``, a line each."""
    lines: list[str] = []
    for cell in cells:
        if cell is not None:
            lines += [*_packages(before, after, cell), *_app_files(before, after, cell)]
    lines += [*_harness(before, after), *circumstances(before, after)]
    return tuple(dict.fromkeys(lines))


def _packages(before: Plan, after: Plan, cell: Cell) -> Iterator[str]:
    return package_differences(_environment(before, cell), _environment(after, cell))


def _app_files(before: Plan, after: Plan, cell: Cell) -> Iterator[str]:
    """The key of an environment is over interpreter, packages and apps: where only it changed, apps did."""
    old, new = _environment(before, cell), _environment(after, cell)
    if old is None or new is None or old.key == new.key:
        return
    if (old.python, old.python_build, old.versions) == (new.python, new.python_build, new.versions):
        yield "files of the apps"


def _harness(before: Plan, after: Plan) -> Iterator[str]:
    """Versions, and the commit, of hotlap and of what measures."""
    old, new = before.environment.harness, after.environment.harness
    for name in sorted(old.keys() | new.keys()):
        versions = [side.get(name, "not recorded") for side in (old, new)]
        if versions[0] != versions[1]:
            shown = {"commit": "hotlap's commit", "python": "hotlap's Python"}.get(name, name)
            yield f"{shown} {versions[0]} -> {versions[1]}"


def _build(plan: Plan, cell: Cell | None) -> str:
    environment = _environment(plan, cell) if cell else None
    return f"Python {environment.python} ({environment.python_build})" if environment else ""


def _environment(plan: Plan, cell: Cell) -> FrameworkEnvironment | None:
    return next((known for known in plan.environment.frameworks if is_of(known, cell)), None)
