"""What each layer adds to the one below: differences of counts, from the floor of a server up.

Counts compare only within one build of the interpreter and by one counter; where these differ there is no
difference, but the reason.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from report import fmt
from report.analysis.contenders import is_floor
from report.stats.levels import Level
from report.stats.means import difference_of_means
from results.model import Cell, FrameworkEnvironment, Interface

DECLARED = "built-on"
"""Key under which a framework declares the framework that it stands on."""
BUILT_ON_UNTIL_DECLARED = {"fastapi": "starlette"}
"""What frameworks stand on where a record does not say it, as those of schema 1.3 and older do not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What was counted of one cell."""

    cell: Cell
    level: Level | None = None
    """User-space instructions per request: mean over repeats, with its 95% interval where there are two."""
    by_repeat: tuple[float, ...] = ()
    spread: float | None = None
    """Highest minus lowest of all intervals of all repeats, as a share of the mean."""
    counter: str = ""
    tool: str = ""
    build: str = ""
    """The interpreter's version and build."""
    reason: str = ""
    """Why there is no level."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One layer: what a framework adds to what it stands on."""

    count: Count
    over: Count | None = None
    """What it stands on; None for the floor, whose level is all of it, and where that was not counted."""
    level: Level | None = None
    """Difference in instructions per request with its 95% interval; it may be negative."""
    reason: str = ""
    """Why there is no level."""
    below: str = ""
    """Framework that it stands on, empty for the floor of its server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """The steps of one scenario on one server variant, interface and interpreter, the floor first."""

    scenario: str
    server: str
    interface: Interface
    steps: tuple[Step, ...]
    python: str = ""
    """Interpreter, where the run has several."""


Place = tuple[str, str, str, str, str]
"""What tells counts of one run apart: see ``place``."""


def place(cell: Cell) -> Place:
    """(framework, interface, scenario, server, interpreter)."""
    return cell.framework, cell.interface, cell.scenario, cell.server, cell.python


def built_on(environments: Iterable[FrameworkEnvironment]) -> dict[str, str]:
    """What each framework stands on, by name; those that are not in it stand on the floor of their server."""
    declared = {environment.framework: environment.declared.get(DECLARED) for environment in environments}
    return BUILT_ON_UNTIL_DECLARED | {name: below for name, below in declared.items() if below}


def find_layers(counts: Sequence[Count], below: Mapping[str, str]) -> tuple[Layers, ...]:
    """The steps of each scenario on each server variant, interface and interpreter, in order of ``counts``.

    ``below`` is what frameworks stand on, as ``built_on`` gives it.
    """
    groups: dict[tuple[str, str, Interface, str], list[Count]] = {}
    for count in counts:
        cell = count.cell
        key = cell.scenario, cell.server, cell.interface, cell.python
        groups.setdefault(key, []).append(count)
    return tuple(
        Layers(
            scenario=scenario,
            server=server,
            interface=interface,
            steps=_steps(members, below),
            python=python,
        )
        for (scenario, server, interface, python), members in groups.items()
    )


def _steps(members: Sequence[Count], below: Mapping[str, str]) -> tuple[Step, ...]:
    """The floor, then each framework followed by those that are built on it."""
    by_name = {count.cell.framework: count for count in members}
    floor = next((count for count in members if is_floor(count.cell)), None)
    steps = [Step(count=floor, level=floor.level, reason=floor.reason)] if floor else []
    bases = set(below.values())
    for count in sorted(members, key=lambda member: _order(_ancestry(member.cell.framework, below), bases)):
        if count is not floor:
            base = below.get(count.cell.framework, "")
            steps.append(step_over(count, by_name.get(base) if base else floor, base))
    return tuple(steps)


def _ancestry(framework: str, below: Mapping[str, str]) -> tuple[str, ...]:
    """What ``framework`` stands on, the lowest first, and itself."""
    names = [framework]
    while (base := below.get(names[0], "")) and base not in names:
        names.insert(0, base)
    return tuple(names)


def _order(ancestry: tuple[str, ...], bases: Collection[str]) -> tuple[bool, tuple[str, ...]]:
    """Frameworks that others stand on first, each followed by these, then the others by name."""
    return ancestry[0] not in bases, ancestry


def step_over(count: Count, over: Count | None, below: str) -> Step:
    """What ``count`` adds to ``over``, or why that is not known; ``below`` names what it stands on."""
    reason = count.reason or _why_no_difference(count, over, below)
    if reason or over is None:
        return Step(count=count, over=over, reason=reason, below=below)
    level = difference_of_means(count.by_repeat, over.by_repeat)
    return Step(count=count, over=over, level=level, below=below)


def _why_no_difference(count: Count, over: Count | None, below: str) -> str:
    if over is None:
        return f"not measured: {below or 'the floor'} was not counted here"
    if over.reason:
        return over.reason
    if (count.counter, count.tool) != (over.counter, over.tool):
        return f"not compared: counted by {fmt.listed(sorted({count.tool, over.tool}))}"
    if count.build != over.build:
        return f"not compared: {fmt.listed(sorted({count.build, over.build}))} are different builds"
    return ""
