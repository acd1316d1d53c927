"""What ``hotlap list`` and ``hotlap verify`` print, as text and as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from io import StringIO
from typing import Any

from rich.console import Console
from rich.table import Table

from runners.cli.progress import failure_text
from runners.experiments.inspection import Inspection
from runners.selection.matrix import Matrix, Parts, family

WIDTH = 110


def as_json(matrix: Matrix, parts: Parts) -> str:
    """Frameworks, servers, scenarios, stacks and cells of a selection as one JSON object."""
    data = {
        "frameworks": [
            {
                "name": framework.name,
                "title": framework.title,
                "interfaces": sorted(framework.targets),
                "floor": framework.floor,
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
            }
            for server in parts.servers.values()
        ],
        "scenarios": [
            {
                "name": scenario.name,
                "title": scenario.title,
                "group": family(scenario),
                "needs": scenario.needs,
            }
            for scenario in parts.scenarios.values()
        ],
        "stacks": list(dict.fromkeys(cell.stack for cell in matrix.cells)),
        "cells": [{"slug": cell.slug, **asdict(cell)} for cell in matrix.cells],
        "not_applicable": [{"slug": a.cell.slug, "reason": a.reason} for a in matrix.not_applicable],
        "not_implemented": [{"slug": a.cell.slug, "reason": a.reason} for a in matrix.not_implemented],
    }
    return json.dumps(data, indent=2)


def as_text(matrix: Matrix, parts: Parts) -> str:
    """The same for a person: a table of each kind, then how many cells there are."""
    frameworks = _table("frameworks", "name", "speaks", "serialiser", "validator")
    for framework in parts.frameworks.values():
        speaks = ", ".join(sorted(framework.targets)) + (" (floor)" if framework.floor else "")
        frameworks.add_row(framework.name, speaks, framework.serialiser, framework.validator)
    servers = _table("servers", "name", "accepts", "what it is")
    for server in parts.servers.values():
        mark = "" if server.default else " (only when named)"
        servers.add_row(server.name, server.interface, server.title + mark)
    scenarios = _table("scenarios", "name", "asks")
    for scenario in parts.scenarios.values():
        scenarios.add_row(scenario.name, scenario.title)
    stacks = dict.fromkeys(cell.stack for cell in matrix.cells)
    selected = _table("stacks of this selection", "stack", "cells")
    for stack in stacks:
        selected.add_row(stack, str(sum(cell.stack == stack for cell in matrix.cells)))
    total = (
        f"{len(stacks)} stacks, {len(matrix.cells)} cells; not applicable: {len(matrix.not_applicable)}, "
        f"not implemented: {len(matrix.not_implemented)}"
    )
    return _render(frameworks, servers, scenarios, selected, total)


def inspection_json(found: Inspection) -> str:
    """What verification found, as one JSON object."""
    data: dict[str, Any] = {
        "passed": [cell.slug for cell in found.passed if not cell.control],
        "failures": [asdict(failure) for failure in found.failures],
        "findings": [asdict(finding) for finding in found.findings],
    }
    return json.dumps(data, indent=2)


def inspection_text(found: Inspection) -> str:
    """The same for a person: failures whole, findings counted."""
    passed = [cell for cell in found.passed if not cell.control]
    stacks = _table("verified", "stack", "scenarios that answer rightly")
    for stack in dict.fromkeys(cell.stack for cell in passed):
        names = dict.fromkeys(cell.scenario for cell in passed if cell.stack == stack)
        stacks.add_row(stack, ", ".join(names))
    failures = "\n".join(failure_text(failure) for failure in found.failures)
    counts = (len(passed), len(found.failures), len(found.findings))
    total = "{} cells right, {} failures, {} findings (see --json)".format(*counts)
    return _render(stacks, *([failures] if failures else []), total)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, title_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _render(*parts: Table | str) -> str:
    console = Console(file=StringIO(), width=WIDTH, highlight=False, markup=False)
    for part in parts:
        console.print(part)
        console.print()
    output = console.file
    assert isinstance(output, StringIO)  # noqa: S101 - made three lines above
    return output.getvalue().rstrip()
