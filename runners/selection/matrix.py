"""The matrix: which stacks exist, and which cells a selection of them gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from fnmatch import fnmatchcase
from itertools import product

from results.model import Cell, Interface, NotApplicable
from runners.errors import PlanError
from runners.selection.frameworks import Framework
from runners.servers.recipe import Variant
from scenarios.exchange import SERVICES, Scenario

CLOSED_CONNECTIONS = 64
"""Connections of a closed load, unless asked otherwise or the scenario has numbers of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What was asked for; an empty axis means the default of that axis."""

    frameworks: tuple[str, ...] = ()
    servers: tuple[str, ...] = ()
    scenarios: tuple[str, ...] = ()
    connections: tuple[int, ...] = ()
    reuse: int | None = None
    """Requests after which a connection is closed; None: it is kept."""
    workers: int = 1
    quick: bool = False
    pythons: tuple[str, ...] = ()
    """What cells call their interpreters; empty where there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything that was discovered: one file each in ``apps/``, ``runners/servers/``, ``scenarios/``."""

    frameworks: Mapping[str, Framework]
    servers: Mapping[str, Variant]
    scenarios: Mapping[str, Scenario]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """Framework x server variant, where their interfaces meet."""

    framework: Framework
    variant: Variant


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """The cells of a selection, and what it names that cannot be one."""

    cells: tuple[Cell, ...]
    not_applicable: tuple[NotApplicable, ...] = ()
    not_implemented: tuple[NotApplicable, ...] = ()
    """Cells whose framework should have the scenario and has not yet: recorded as failures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """A framework and a server variant whose interfaces do not meet."""

    framework: str
    server: str
    reason: str


def family(scenario: Scenario) -> str:
    """What an app file declares the scenario under: mostly its route group, or its target without one."""
    return scenario.family or scenario.group or scenario.target


def expand(selection: Selection, parts: Parts) -> Matrix:
    """All cells of ``selection`` in the order of the catalogues; raises PlanError where there is none."""
    cells: list[Cell] = []
    absent: dict[str, list[NotApplicable]] = {"not-applicable": [], "not-implemented": []}
    scenarios, served = _scenarios(selection, parts), stacks(selection, parts)
    for python, stack, scenario in product(selection.pythons or ("",), served, scenarios):
        for connections in selection.connections or scenario.connections or (CLOSED_CONNECTIONS,):
            cell = replace(_cell(stack, scenario, connections, selection), python=python)
            if missing := _absence(stack, scenario):
                kind, reason = missing
                absent[kind].append(NotApplicable(cell=cell, reason=reason))
            else:
                cells.append(cell)
    if not cells:
        reasons = sorted({f"{a.cell.stack}: {a.reason}" for group in absent.values() for a in group})
        raise PlanError(
            "the selection gives no cell: " + "; ".join(reasons[:5]),
            remedy="see `hotlap list` for what there is",
        )
    return Matrix(
        cells=tuple(cells),
        not_applicable=tuple(absent["not-applicable"]),
        not_implemented=tuple(absent["not-implemented"]),
    )


def stacks(selection: Selection, parts: Parts) -> tuple[Stack, ...]:
    """Stacks of ``selection`` whose interfaces meet; raises PlanError, saying why, where none do."""
    frameworks = _frameworks(selection, parts)
    meeting = [
        Stack(framework=parts.frameworks[name], variant=parts.servers[server])
        for name in frameworks
        for server in _servers_for(name, selection, parts)
        if parts.servers[server].interface in parts.frameworks[name].targets
    ]
    if not meeting:
        raise PlanError(
            _why_none(frameworks, selection, parts), remedy="choose servers of that interface: `hotlap list`"
        )
    return tuple(meeting)


def apart(selection: Selection, parts: Parts) -> tuple[Apart, ...]:
    """What ``stacks`` leaves out of ``selection``, as a framework and a server of it do not meet."""
    return tuple(
        Apart(framework=name, server=server, reason=f"{name} speaks {_speaks(name, parts)}, {accepts}")
        for name in _frameworks(selection, parts)
        for server in _servers_for(name, selection, parts)
        if parts.servers[server].interface not in parts.frameworks[name].targets
        for accepts in [f"{server} accepts {parts.servers[server].interface}"]
    )


def choose(wanted: Iterable[str], known: Mapping[str, object], kind: str) -> tuple[str, ...]:
    """Names of ``known``, in its order, that match any glob of ``wanted``; each glob must match something."""
    patterns = tuple(wanted)
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in known):
            near = get_close_matches(pattern, known, n=3, cutoff=0.3) or sorted(known)
            raise PlanError(
                f"unknown {kind} {pattern!r}; nearest: {', '.join(near)}",
                remedy=f"`hotlap list` shows every {kind}",
            )
    return tuple(name for name in known if any(fnmatchcase(name, pattern) for pattern in patterns))


def control_of(cells: Iterable[Cell], parts: Parts) -> tuple[Cell, ...]:
    """Cells of the A/A control: the first stack that is no floor (or the first), a second time."""
    cells = tuple(cells)
    contenders = [cell for cell in cells if not parts.frameworks[cell.framework].floor] or list(cells)
    chosen = contenders[0].stack
    return tuple(replace(cell, control=True) for cell in cells if cell.stack == chosen)


def _cell(stack: Stack, scenario: Scenario, connections: int, selection: Selection) -> Cell:
    return Cell(
        framework=stack.framework.name,
        server=stack.variant.name,
        interface=stack.variant.interface,
        scenario=scenario.name,
        connections=connections,
        reuse=selection.reuse,
        workers=selection.workers,
    )


def _absence(stack: Stack, scenario: Scenario) -> tuple[str, str] | None:
    if scenario.needs not in {*SERVICES, *stack.variant.capabilities, stack.variant.interface}:
        own = stack.framework.not_applicable.get(family(scenario))
        return "not-applicable", own or _lack(stack.variant, scenario.needs)
    variant = stack.variant.name
    absence = stack.framework.absence(family(scenario), variant)
    if absence and absence[0] == "not-implemented" and not scenario.default:
        return "not-applicable", f"{scenario.name} is asked of apps that are made for it: `hotlap list`"
    beside = scenario.beside_group
    return absence or (stack.framework.absence(beside, variant) if beside else None)


def _lack(variant: Variant, needs: str) -> str:
    if needs in set(Interface):
        return f"it is asked of {needs.upper()} alone, and {variant.name} speaks {variant.interface.upper()}"
    return f"{variant.name} has no {needs}"


def _scenarios(selection: Selection, parts: Parts) -> tuple[Scenario, ...]:
    if selection.quick and not selection.scenarios:
        return tuple(scenario for scenario in parts.scenarios.values() if scenario.quick)
    usual = (name for name, scenario in parts.scenarios.items() if scenario.default)
    names = _named(selection.scenarios or usual, parts.scenarios, "scenario")
    return tuple(parts.scenarios[name] for name in names)


def _frameworks(selection: Selection, parts: Parts) -> tuple[str, ...]:
    usual = (
        name
        for name, framework in parts.frameworks.items()
        if framework.default and (framework.quick or not selection.quick)
    )
    return _named(selection.frameworks or usual, parts.frameworks, "framework")


def _named(
    wanted: Iterable[str], known: Mapping[str, Framework] | Mapping[str, Scenario], kind: str
) -> tuple[str, ...]:
    """As ``choose``, but a glob that matches what is measured by default takes nothing else with it."""
    patterns = tuple(wanted)
    names = choose(patterns, known, kind)
    usual = [name for name in names if known[name].default]
    apart = [pattern for pattern in patterns if not any(fnmatchcase(name, pattern) for name in usual)]
    return tuple(
        name
        for name in names
        if name in usual or name in patterns or any(fnmatchcase(name, pattern) for pattern in apart)
    )


def _speaks(framework: str, parts: Parts) -> str:
    return " and ".join(sorted(parts.frameworks[framework].targets))


def _servers_for(framework: str, selection: Selection, parts: Parts) -> tuple[str, ...]:
    if selection.servers:
        return choose(selection.servers, parts.servers, "server")
    if selection.quick:
        return _quick_servers(parts.frameworks[framework], parts)
    return tuple(name for name, variant in parts.servers.items() if variant.default)


def _quick_servers(framework: Framework, parts: Parts) -> tuple[str, ...]:
    """Those that its file names; else, as somebody asked for it all the same, the usual ones."""
    if not framework.quick:
        return tuple(name for name, variant in parts.servers.items() if variant.quick)
    try:
        return choose(framework.quick, parts.servers, "server")
    except PlanError as error:
        raise PlanError(f"{framework.path.name}, quick: {error.message}", remedy=error.remedy) from error


def _why_none(frameworks: Iterable[str], selection: Selection, parts: Parts) -> str:
    reasons = []
    for name in frameworks:
        accepts = ", ".join(
            f"{server} accepts {parts.servers[server].interface}"
            for server in _servers_for(name, selection, parts)
        )
        reasons.append(f"{name} speaks {_speaks(name, parts)}, {accepts}")
    return "impossible stack: " + "; ".join(reasons)
