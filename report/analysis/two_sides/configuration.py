"""The configuration of two sides: what differs, and what of it forbids to compare any number."""

from __future__ import annotations

from collections.abc import Iterator

from report.analysis.older_servers import older_servers
from report.analysis.titles import is_of
from report.analysis.two_sides.pairings import failures, is_counted
from results.model import Cell, Failure, FrameworkEnvironment, Pairing, Run, Side, SideName

_SAME = ("scenario", "load", "connections", "rate_rps", "arrivals", "workers")
"""Attributes of a cell that both sides share."""


def why_unusable(run: Run, pairing: Pairing) -> str:
    """Why nothing of a pairing may be compared: a failure, or a configuration that changed; else empty."""
    for failure in failures(run, pairing):
        return failure_text(failure)
    return _configuration_change(run, pairing)


def failure_text(failure: Failure) -> str:
    """A failure in one line, beginning with its side."""
    side, message = f"{failure.side}: ", failure.message
    if failure.side and not message.startswith(side):
        message = side + message
    return f"{message} ({failure.stage})" + (f"; {failure.remedy}" if failure.remedy else "")


def side_named(run: Run, name: SideName) -> Side:
    """What was asked for a side; one that was not recorded is only its name."""
    return next((side for side in run.plan.sides if side.name == name), Side(name=name, title=name))


def environment_differences(run: Run) -> tuple[str, ...]:
    """What differs between the environments of the two sides, in words, each once.

    With it stands what older servers were started with otherwise.
    """
    lines = (
        line for pairing in run.plan.pairings for line in package_differences(*_environments(run, pairing))
    )
    return (*dict.fromkeys(lines), *older_servers(run))


def _configuration_change(run: Run, pairing: Pairing) -> str:
    """What changed between the sides without being asked for; empty: nothing."""
    for name in _SAME:
        base_value, head_value = getattr(pairing.base, name), getattr(pairing.head, name)
        if base_value != head_value:
            return f"configuration changed: {name} is {base_value} on base and {head_value} on head"
    base, head = _environments(run, pairing)
    if base is None or head is None:
        return f"the environment of {SideName.BASE if base is None else SideName.HEAD} was not recorded"
    return _interpreter_change(run, pairing, base, head) or _mounted_change(run, pairing)


def _environments(
    run: Run, pairing: Pairing
) -> tuple[FrameworkEnvironment | None, FrameworkEnvironment | None]:
    """What base and head ran in; None where it was not recorded."""
    return _environment(run, pairing.base, SideName.BASE), _environment(run, pairing.head, SideName.HEAD)


def _environment(run: Run, cell: Cell, side: SideName) -> FrameworkEnvironment | None:
    """What the cell ran in on that side; an environment without a side is both sides'."""
    by_side = {
        environment.side: environment
        for environment in reversed(run.plan.environment.frameworks)
        if is_of(environment, cell)
    }
    return by_side.get(side) or by_side.get(SideName.NONE)


def _interpreter_change(
    run: Run, pairing: Pairing, base: FrameworkEnvironment, head: FrameworkEnvironment
) -> str:
    base_build, head_build = (f"Python {side.python} ({side.python_build})" for side in (base, head))
    if base_build == head_build:
        return ""
    if is_counted(pairing):
        return f"counts are compared only within one build of the interpreter: {base_build} and {head_build}"
    if side_named(run, SideName.BASE).python != side_named(run, SideName.HEAD).python:
        return ""  # it was asked for
    return f"configuration changed: base ran on {base_build}, head on {head_build}"


def _mounted_change(run: Run, pairing: Pairing) -> str:
    """Another set of routes is another app: a route's place among them changes its cost."""
    mounted_in = {launch.id: launch.mounted for launch in run.launches}
    base, head = (
        {mounted_in.get(trial.launch) for trial in run.trials if (trial.side, trial.cell) == (side, cell)}
        for side, cell in ((SideName.BASE, pairing.base), (SideName.HEAD, pairing.head))
    )
    if base and head and base != head:
        return f"configuration changed: mounted {_groups_text(base)} on base, {_groups_text(head)} on head"
    return ""


def _groups_text(mounted: set[tuple[str, ...] | None]) -> str:
    return " or ".join(sorted(", ".join(groups or ("nothing",)) for groups in mounted))


def package_differences(
    base: FrameworkEnvironment | None, head: FrameworkEnvironment | None
) -> Iterator[str]:
    """Interpreter and packages that differ, in words; nothing where either was not recorded."""
    if base is None or head is None:
        return
    frameworks = " -> ".join(dict.fromkeys((base.framework, head.framework)))
    if base.python != head.python:
        yield f"{frameworks}: Python {base.python} -> {head.python}"
    if base.framework == head.framework:
        names = base.versions.keys() | head.versions.keys()
    else:
        names = base.versions.keys() & head.versions.keys()  # two frameworks differ in what they need at all
    for name in sorted(names):
        base_version, head_version = (side.versions.get(name, "not there") for side in (base, head))
        if base_version != head_version:
            yield f"{frameworks}: {name} {base_version} -> {head_version}"
