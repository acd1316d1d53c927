"""What may not differ between two sides: found out before any number is compared."""

from __future__ import annotations

from collections.abc import Iterator

from report.analysis.two_sides.matching import counted, failures
from results.model import BOTH_SIDES, Cell, Failure, FrameworkEnvironment, Pairing, Run, Side, SideName

_SAME = ("scenario", "load", "connections", "rate_rps", "arrivals", "workers")


def changed(run: Run, pairing: Pairing) -> str:
    """What of the configuration changed between the sides without being asked for; empty: nothing."""
    for name in _SAME:
        one, other = getattr(pairing.base, name), getattr(pairing.head, name)
        if one != other:
            return f"configuration changed: {name} is {one} on base and {other} on head"
    base, head = (environment(run, cell, side) for cell, side in _cells(pairing))
    if base is None or head is None:
        return f"the environment of {SideName.BASE if base is None else SideName.HEAD} was not recorded"
    return _interpreter(run, pairing, base, head) or _mounted(run, pairing)


def environment(run: Run, cell: Cell, side: SideName) -> FrameworkEnvironment | None:
    """What the cell ran in on that side; one without a side is both sides'."""
    own = [each for each in run.plan.environment.frameworks if each.framework == cell.framework]
    return next((each for each in own if each.side == side), next((e for e in own if not e.side), None))


def side(run: Run, name: SideName) -> Side:
    """What was asked for a side; one that was not recorded is only its name."""
    return next((each for each in run.plan.sides if each.name == name), Side(name=name, title=name))


def differences(run: Run) -> tuple[str, ...]:
    """What differs between the environments of the two sides, in words, each once."""
    found = (
        line
        for pairing in run.plan.pairings
        for line in _differences(*(environment(run, cell, each) for cell, each in _cells(pairing)))
    )
    return tuple(dict.fromkeys(found))


def _cells(pairing: Pairing) -> tuple[tuple[Cell, SideName], tuple[Cell, SideName]]:
    return (pairing.base, SideName.BASE), (pairing.head, SideName.HEAD)


def _interpreter(run: Run, pairing: Pairing, base: FrameworkEnvironment, head: FrameworkEnvironment) -> str:
    asked = side(run, SideName.BASE).python != side(run, SideName.HEAD).python
    builds = [f"Python {each.python} ({each.python_build})" for each in (base, head)]
    if builds[0] == builds[1]:
        return ""
    if counted(pairing):
        return f"counts are compared only within one build of the interpreter: {' and '.join(builds)}"
    return "" if asked else f"configuration changed: base ran on {builds[0]}, head on {builds[1]}"


def _mounted(run: Run, pairing: Pairing) -> str:
    """Another set of routes is another app: a route's place among them changes its cost."""
    of = {launch.id: launch.mounted for launch in run.launches}
    mounted = {
        each: {of.get(trial.launch) for trial in run.trials if (trial.side, trial.cell) == (each, cell)}
        for cell, each in _cells(pairing)
    }
    base, head = (mounted[name] for name in BOTH_SIDES)
    if base and head and base != head:
        return f"configuration changed: mounted {_shown(base)} on base, {_shown(head)} on head"
    return ""


def _shown(found: set[tuple[str, ...] | None]) -> str:
    return " or ".join(sorted(", ".join(each or ("nothing",)) for each in found))


def _differences(base: FrameworkEnvironment | None, head: FrameworkEnvironment | None) -> Iterator[str]:
    if base is None or head is None:
        return
    where = " -> ".join(dict.fromkeys((base.framework, head.framework)))
    if base.python != head.python:
        yield f"{where}: Python {base.python} -> {head.python}"
    alike = base.framework == head.framework  # two frameworks differ in what they need at all
    names = (
        base.versions.keys() | head.versions.keys() if alike else base.versions.keys() & head.versions.keys()
    )
    for name in sorted(names):
        one, other = (each.versions.get(name, "not there") for each in (base, head))
        if one != other:
            yield f"{where}: {name} {one} -> {other}"


def unusable(run: Run, pairing: Pairing) -> str:
    """Why nothing of a pairing may be compared: a failure, or a configuration that changed."""
    for failure in failures(run, pairing):
        return told(failure)
    return changed(run, pairing)


def told(failure: Failure) -> str:
    """A failure in one line, beginning with its side."""
    side, message = f"{failure.side}: ", failure.message
    if failure.side and not message.startswith(side):
        message = side + message
    return f"{message} ({failure.stage})" + (f"; {failure.remedy}" if failure.remedy else "")
