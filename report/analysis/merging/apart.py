"""Whether runs may be shown as one: what their records must have in common, and what must join them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields

from report.analysis.machine_speed import SpeedRange, unlike_noise
from report.analysis.merging.looks import Looks
from report.analysis.workload import Workload, cells_in_turns, workload_of
from results.model import Cell, Interface, Machine, PlanKind, Run, Setup

OWN_OF_MACHINE = frozenset({"memory_bytes"})
"""Differs by what a kernel keeps for itself, between two starts of one machine."""
OWN_OF_SETUP = frozenset({"blocks", "seed", "command", "precision_percent", "heat", "host"})
"""Settings that change how much is measured, or in which order, and not what a number is."""
HARNESS = ("hotlap", "python", "locust")
"""What measures."""
FLOOR_HELPS = "measure one stack in both, such as the floor of each server, and they are one"

Place = tuple[Workload, str | None, Interface | None]
"""What must be joined: a workload on one server variant and interface, or, of all stacks, a workload."""


def why_apart(runs: Sequence[Run], other: Run, looks: Looks) -> str:
    """Why ``other`` is not shown as one with ``runs``, which are; empty where it may be."""
    first = runs[0]
    reason = (
        _other_kind(first, other)
        or _same_record(runs, other)
        or _other_facts(first, other)
        or _other_environments(runs, other)
        or _other_way(runs, other)
        or _not_joined(runs, other)
        or _other_noise(first, other, looks)
    )
    return f"{other.plan.name} is not shown as one with {first.plan.name}: {reason}" if reason else ""


def _other_kind(first: Run, other: Run) -> str:
    timed = {first.plan.kind, other.plan.kind} == {PlanKind.RUN}
    return "" if timed else "only runs that time load are merged"


def _same_record(runs: Sequence[Run], other: Run) -> str:
    """A run that was given twice would count twice."""
    same = any(
        run.plan.created_unix_s == other.plan.created_unix_s and run.trials == other.trials for run in runs
    )
    return "it is the same record" if same else ""


def _other_facts(first: Run, other: Run) -> str:
    """Machine, what measured and how."""
    machines = [run.plan.environment.machine for run in (first, other)]
    setups = [run.plan.setup for run in (first, other)]
    harnesses = [run.plan.environment.harness for run in (first, other)]
    differences = (
        *(("machine", name, *values) for name, *values in _different(machines, Machine, OWN_OF_MACHINE)),
        *(("setting", name, *values) for name, *values in _different(setups, Setup, OWN_OF_SETUP)),
        *(
            ("version", name, *(harness.get(name, "not known") for harness in harnesses))
            for name in HARNESS
            if harnesses[0].get(name) != harnesses[1].get(name)
        ),
    )
    if not differences:
        return ""
    what, name, ours, theirs = differences[0]
    return f"the {what} {name} is {theirs} in the one and {ours} in the other"


def _different(
    sides: Sequence[object], kind: type[Machine | Setup], own: Iterable[str]
) -> Iterator[tuple[str, object, object]]:
    """Fields of two of ``kind`` that differ, but for ``own``, with both values."""
    for field in fields(kind):
        ours, theirs = (getattr(side, field.name) for side in sides)
        if field.name not in own and ours != theirs:
            yield field.name, ours, theirs


def _other_environments(runs: Sequence[Run], other: Run) -> str:
    """Packages of what both measured, and interpreters."""
    keys, pythons = dict[tuple[str, str], str](), dict[str, str]()
    for run in (*runs, other):
        for environment in run.plan.environment.frameworks:
            name, python = environment.framework, f"{environment.python}, {environment.python_build}"
            if keys.setdefault((name, environment.interpreter), environment.key) != environment.key:
                return f"the packages of {name} are others"
            if pythons.setdefault(environment.interpreter, python) != python:
                return f"{name} ran on Python {python}, others on {pythons[environment.interpreter]}"
    return ""


def _other_way(runs: Sequence[Run], other: Run) -> str:
    """A cell that one measured in turns and another in whole windows."""
    ways: dict[Cell, bool] = {}
    for run in (*runs, other):
        in_turns = cells_in_turns(run)
        for cell in {trial.cell for trial in run.trials}:
            if ways.setdefault(cell, cell in in_turns) != (cell in in_turns):
                return f"{cell.slug} was measured in turns in one and in whole windows in another"
    return ""


def _not_joined(runs: Sequence[Run], other: Run) -> str:
    """A workload in which no stack was measured by both sides, though either has stacks of it.

    Without one nothing says how fast the machine was in either, and ratios between them would be of two
    machines.
    """
    every_run = (*runs, other)
    for place, stacks in _stacks_by_place(every_run).items():
        if len(stacks) > 1 and not _are_joined([*stacks.values()]):
            workload, server, _ = place
            where = f"{workload.scenario} on {server}" if server else workload.scenario
            return f"in {where} no stack was measured in both; {FLOOR_HELPS}"
    return ""


def _stacks_by_place(runs: Sequence[Run]) -> Mapping[Place, Mapping[int, set[str]]]:
    """Stacks with trials, by what is compared, then by number of the run."""
    places: dict[Place, dict[int, set[str]]] = {}
    for number, run in enumerate(runs):
        in_turns = cells_in_turns(run)
        for cell in {trial.cell for trial in run.trials}:
            workload = workload_of(cell, in_turns=cell in in_turns)
            for place in ((workload, cell.server, cell.interface), (workload, None, None)):
                places.setdefault(place, {}).setdefault(number, set()).add(cell.stack)
    return places


def _are_joined(stacks: list[set[str]]) -> bool:
    """Whether sets hang together by what they have in common."""
    joined, left = set(stacks[0]), stacks[1:]
    while near := [own for own in left if own & joined]:
        joined.update(*near)
        left = [own for own in left if not own & joined]
    return not left


def _other_noise(first: Run, other: Run, looks: Looks) -> str:
    """Intervals hold between runs only where the machine was as noisy in both."""
    ours, theirs = (looks.speed(run) for run in (first, other))
    if ours is None or theirs is None or not unlike_noise(ours, theirs):
        return ""
    return (
        f"the speed of the machine went from {_range(theirs)} of its mean in the one and from "
        f"{_range(ours)} in the other: how stacks compare depends on that"
    )


def _range(speed: SpeedRange) -> str:
    return f"{100 * speed.low:.0f}% to {100 * speed.high:.0f}%"
