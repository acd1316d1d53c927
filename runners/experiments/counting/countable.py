"""Which cells can be counted: a selection turned into lock-step cells, with and without a server."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from results.model import IN_PROCESS, Cell, Interface, Load, NotApplicable
from runners.errors import PlanError
from runners.experiments.counting.inputs import ring_of
from runners.selection.matrix import Matrix, Parts, Selection, expand
from scenarios.exchange import SERVICES, Scenario


def countable_cells(selection: Selection, parts: Parts, *, in_process: bool) -> Matrix:
    """Lock-step cells of ``selection``, one a scenario; PlanError where none of them can be counted.

    ``in_process`` adds, before those of its servers, a cell of each framework and scenario without one.
    """
    matrix = expand(replace(selection, connections=(1,), workers=1), parts)
    cells, absent = [], [_in_lockstep(lack) for lack in matrix.not_applicable]
    for cell in map(lockstep, matrix.cells):
        if reason := unfit(cell, parts):
            absent.append(NotApplicable(cell=cell, reason=reason))
        else:
            cells.append(cell)
    if not cells:
        reasons = sorted({f"{lack.cell.scenario}: {lack.reason}" for lack in absent})
        raise PlanError(
            "no cell of the selection can be counted: " + "; ".join(reasons[:5]),
            remedy="choose other scenarios or servers: `hotlap list`",
        )
    if in_process:
        cells = [*without_server(cells, parts), *cells]
    return Matrix(
        cells=tuple(cells),
        not_applicable=tuple(absent),
        not_implemented=tuple(map(_in_lockstep, matrix.not_implemented)),
    )


def lockstep(cell: Cell) -> Cell:
    """``cell`` as it is counted: one request after the other on one connection to one worker."""
    return replace(
        cell, load=Load.LOCKSTEP, connections=1, workers=1, rate_rps=None, arrivals=None, control=False
    )


def _in_lockstep(lack: NotApplicable) -> NotApplicable:
    return replace(lack, cell=lockstep(lack.cell))


def without_server(cells: Iterable[Cell], parts: Parts) -> tuple[Cell, ...]:
    """Cells of the same frameworks and scenarios without a server.

    In the app's first interface, unless the scenario is asked of another one.
    """
    serverless = [replace(cell, server=IN_PROCESS, interface=_first_interface(cell, parts)) for cell in cells]
    return tuple(dict.fromkeys(serverless))


def _first_interface(cell: Cell, parts: Parts) -> Interface:
    interfaces, needs = parts.frameworks[cell.framework].targets, parts.scenarios[cell.scenario].needs
    return next((interface for interface in interfaces if interface == needs), next(iter(interfaces)))


def unfit(cell: Cell, parts: Parts) -> str | None:
    """Why ``cell`` cannot run in lock-step on one connection, or None where it can."""
    variant = parts.servers.get(cell.server)
    if variant is not None and not variant.http_keep_alive:
        return f"{variant.name} opens a connection for every request"
    return _unfit(parts.scenarios[cell.scenario])


@cache
def _unfit(scenario: Scenario) -> str | None:
    exchange = ring_of(scenario)[0]
    if exchange.messages:
        return "a conversation is no request: it has a connection of its own"
    if exchange.min_elapsed_s > 0 or (exchange.watch is not None and exchange.watch.interval_s):
        return "it waits most of the time, and waiting is not counted"
    if scenario.needs in SERVICES:
        return f"it waits for a {scenario.needs}, and waiting is not counted"
    return None
