"""Everything that ``hotlap list`` shows, as tables for a person and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from results.model import Cell
from runners.cli.suites import Suite
from runners.cli.tables import as_lines, plain_table
from runners.experiments.lifecycle.catalogue import PROBES
from runners.selection.matrix import Matrix, Parts, family

if TYPE_CHECKING:
    from runners.cli.json_types.listing import CellJson, ListJson

LISTING_WIDTH = 110
ONLY_NAMED = " (only when named)"
"""Behind what no selection has unless it is named."""


def as_json(matrix: Matrix, parts: Parts, suites: Iterable[Suite]) -> str:
    """Frameworks, servers, scenarios, probes, suites, stacks and cells of a selection as one JSON object."""
    data: ListJson = {
        "frameworks": [
            {
                "name": framework.name,
                "title": framework.title,
                "interfaces": sorted(framework.targets),
                "floor": framework.floor,
                "default": framework.default,
                "serialiser": framework.serialiser,
                "validator": framework.validator,
            }
            for framework in parts.frameworks.values()
        ],
        "servers": [
            {
                "name": server.name,
                "title": server.title,
                "interface": server.interface,
                "default": server.default,
                "notes": server.notes,
                "needs": list(server.needs),
            }
            for server in parts.servers.values()
        ],
        "scenarios": [
            {
                "name": scenario.name,
                "title": scenario.title,
                "group": family(scenario),
                "needs": scenario.needs,
                "default": scenario.default,
            }
            for scenario in parts.scenarios.values()
        ],
        "probes": [
            {"name": probe.name, "number": probe.number, "needs": probe.needs, "repeats": probe.repeats}
            for probe in PROBES.values()
        ],
        "suites": [
            {"name": suite.name, "about": suite.about, "options": dict(suite.options)} for suite in suites
        ],
        "stacks": list(dict.fromkeys(cell.stack for cell in matrix.cells)),
        "cells": [cell_data(cell) for cell in matrix.cells],
        "not_applicable": [{"slug": lack.cell.slug, "reason": lack.reason} for lack in matrix.not_applicable],
        "not_implemented": [
            {"slug": lack.cell.slug, "reason": lack.reason} for lack in matrix.not_implemented
        ],
    }
    return json.dumps(data, indent=2)


def cell_data(cell: Cell) -> CellJson:
    """A cell as every listing shows it."""
    return {
        "slug": cell.slug,
        "framework": cell.framework,
        "server": cell.server,
        "interface": cell.interface,
        "scenario": cell.scenario,
        "load": cell.load,
        "connections": cell.connections,
        "rate_rps": cell.rate_rps,
        "arrivals": cell.arrivals,
        "reuse": cell.reuse,
        "workers": cell.workers,
        "control": cell.control,
    }


def as_text(matrix: Matrix, parts: Parts, suites: Iterable[Suite]) -> str:
    """The same for a person: a table of each kind, then how many cells there are."""
    frameworks = plain_table("frameworks", "name", "speaks", "serialiser", "validator")
    for framework in parts.frameworks.values():
        speaks = ", ".join(sorted(framework.targets)) + (" (floor)" if framework.floor else "")
        speaks += "" if framework.default else ONLY_NAMED
        frameworks.add_row(framework.name, speaks, framework.serialiser, framework.validator)
    servers = plain_table("servers", "name", "accepts", "what it is")
    for server in parts.servers.values():
        mark = "" if server.default else ONLY_NAMED
        servers.add_row(server.name, server.interface, server.title + mark)
    scenarios = plain_table("scenarios", "name", "asks")
    for scenario in parts.scenarios.values():
        scenarios.add_row(scenario.name, scenario.title + ("" if scenario.default else ONLY_NAMED))
    probes = plain_table("probes of `hotlap lifecycle`", "name", "number")
    for probe in PROBES.values():
        probes.add_row(probe.name, probe.number)
    named = plain_table("suites", "name", "what for")
    for suite in suites:
        named.add_row(suite.name, suite.about)
    stacks = dict.fromkeys(cell.stack for cell in matrix.cells)
    selected = plain_table("stacks of this selection", "stack", "cells")
    for stack in stacks:
        selected.add_row(stack, str(sum(cell.stack == stack for cell in matrix.cells)))
    total = (
        f"{len(stacks)} stacks, {len(matrix.cells)} cells; not applicable: {len(matrix.not_applicable)}, "
        f"not implemented: {len(matrix.not_implemented)}"
    )
    shown = (frameworks, servers, scenarios, probes, named, selected, total)
    return as_lines(*shown, width=LISTING_WIDTH, gap=True)
