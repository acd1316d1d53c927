"""What each layer adds to the one below: differences of counts, from the floor of a server up.

Counts compare only within one build of the interpreter and by one counter; where these differ there is no
difference, but the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from report.analysis.contenders import is_floor
from report.stats.levels import Level
from report.stats.means import difference_of_means
from results.model import Cell

BUILT_ON = {"fastapi": "starlette"}
"""Frameworks that stand on another one; all others stand on the floor of their server and interface."""
VALIDATED, RAW = "orders", "orders-raw"
"""A scenario, and the same one without validation."""


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

    @property
    def below(self) -> str:
        """Framework that it stands on, empty for the floor of its server."""
        return BUILT_ON.get(self.count.cell.framework, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """The steps of one scenario on one server variant and interface, the floor first."""

    scenario: str
    server: str
    interface: str
    steps: tuple[Step, ...]


def place(cell: Cell) -> tuple[str, str, str, str]:
    """(framework, interface, scenario, server)."""
    return cell.framework, cell.interface, cell.scenario, cell.server


def layers(counts: Sequence[Count]) -> tuple[Layers, ...]:
    """The steps of each scenario on each server variant and interface, in the order of ``counts``."""
    groups: dict[tuple[str, str, str], list[Count]] = {}
    for each in counts:
        key = each.cell.scenario, each.cell.server, each.cell.interface
        groups.setdefault(key, []).append(each)
    return tuple(
        Layers(scenario=scenario, server=server, interface=interface, steps=_steps(members))
        for (scenario, server, interface), members in groups.items()
    )


def validation(counts: Sequence[Count]) -> tuple[Step, ...]:
    """What validating costs each stack: the validated scenario over its unvalidated twin."""
    raw = {place(each.cell): each for each in counts if each.cell.scenario == RAW}
    found = []
    for each in counts:
        if each.cell.scenario == VALIDATED and not is_floor(each.cell):
            below = raw.get((each.cell.framework, each.cell.interface, RAW, each.cell.server))
            if below is not None:
                found.append(_step(each, below))
    return tuple(found)


def _steps(members: Sequence[Count]) -> tuple[Step, ...]:
    """The floor, then each framework followed by those that are built on it."""
    by_name = {each.cell.framework: each for each in members}
    floor = next((each for each in members if is_floor(each.cell)), None)
    steps = [Step(count=floor, level=floor.level, reason=floor.reason)] if floor else []
    for each in sorted(members, key=lambda one: _order(one.cell.framework)):
        if each is not floor:
            below = by_name.get(BUILT_ON[each.cell.framework]) if each.cell.framework in BUILT_ON else floor
            steps.append(_step(each, below))
    return tuple(steps)


def _order(framework: str) -> tuple[bool, str, bool]:
    """Starlette and what is built on it first, then the others by name."""
    base = BUILT_ON.get(framework, framework)
    return base not in BUILT_ON.values(), base, framework in BUILT_ON


def _step(each: Count, below: Count | None) -> Step:
    reason = each.reason or _why_no_difference(each, below)
    if reason or below is None:
        return Step(count=each, over=below, reason=reason)
    return Step(count=each, over=below, level=difference_of_means(each.by_repeat, below.by_repeat))


def _why_no_difference(each: Count, below: Count | None) -> str:
    if below is None:
        return f"not measured: {BUILT_ON.get(each.cell.framework, 'the floor')} was not counted here"
    if below.reason:
        return below.reason
    if (each.counter, each.tool) != (below.counter, below.tool):
        return f"not compared: counted by {listed({each.tool, below.tool})}"
    if each.build != below.build:
        return f"not compared: {listed({each.build, below.build})} are different builds"
    return ""


def listed(names: Iterable[str]) -> str:
    """Names in their order, with ``and``."""
    return " and ".join(sorted(names))
