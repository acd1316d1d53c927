"""The probes in the order of the contract, and the cells that a selection of them gives."""

from __future__ import annotations

from collections.abc import Iterator

from results.model import Cell, Load, NotApplicable
from runners.errors import PlanError
from runners.experiments.lifecycle import (
    capabilities,
    cold_start,
    graceful_shutdown,
    idle_connections,
    lifespan,
    openapi,
    reload,
    soak,
)
from runners.experiments.lifecycle.probe import Probe
from runners.selection.frameworks import Framework
from runners.selection.matrix import Matrix, Parts, Selection, Stack, choose, stacks
from runners.servers.recipe import Variant

PROBES: dict[str, Probe] = {
    probe.name: probe
    for probe in (
        cold_start.PROBE,
        lifespan.PROBE,
        graceful_shutdown.PROBE,
        idle_connections.KEEP_ALIVE_PROBE,
        idle_connections.WEB_SOCKET_PROBE,
        openapi.PROBE,
        capabilities.PROBE,
        soak.PROBE,
        reload.PROBE,
    )
}
"""By name."""


def probe_cells(selection: Selection, wanted: tuple[str, ...], parts: Parts) -> Matrix:
    """A cell of each stack of ``selection`` and each probe that a glob of ``wanted`` matches (empty: all).

    Raises PlanError where nothing matches, or no stack has what is to be looked at.
    """
    names = choose(wanted or ("*",), PROBES, "probe")
    cells: list[Cell] = []
    absent: dict[str, list[NotApplicable]] = {"not-applicable": [], "not-implemented": []}
    for probe in map(PROBES.__getitem__, names):
        for stack in stacks(selection, parts):
            cell = _cell(stack, probe)
            if missing := next(_absences(stack.framework, stack.variant, probe), None):
                absent[missing[0]].append(NotApplicable(cell=cell, reason=missing[1]))
            else:
                cells.append(cell)
    if not cells:
        reasons = sorted({f"{lack.cell.stack}: {lack.reason}" for lacks in absent.values() for lack in lacks})
        raise PlanError(
            "the selection gives nothing to look at: " + "; ".join(reasons[:5]),
            remedy="choose other probes, frameworks or servers: `hotlap lifecycle --help`",
        )
    return Matrix(
        cells=tuple(cells),
        not_applicable=tuple(absent["not-applicable"]),
        not_implemented=tuple(absent["not-implemented"]),
    )


def _absences(framework: Framework, variant: Variant, probe: Probe) -> Iterator[tuple[str, str]]:
    """(``not-applicable`` or ``not-implemented``, reason) of all that the stack lacks."""
    if probe.needs not in variant.capabilities:
        yield "not-applicable", f"{variant.name} has no {probe.needs}"
    for family in probe.families:
        if missing := framework.absence(family, variant.name):
            yield missing
    if reason := probe.objection(framework, variant):
        yield "not-applicable", reason


def _cell(stack: Stack, probe: Probe) -> Cell:
    return Cell(
        framework=stack.framework.name,
        server=stack.variant.name,
        interface=stack.variant.interface,
        scenario=probe.name,
        load=Load.PROBE,
        connections=probe.connections,
        workers=probe.workers,
    )
