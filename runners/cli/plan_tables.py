"""What a run would be, as tables for a person and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.table import Table

from report.fmt import counted
from results.model import NotApplicable
from runners.cli.list_tables import LISTING_WIDTH, cell_data
from runners.cli.progress import span
from runners.cli.tables import as_lines, plain_table
from runners.experiments.forecast import Forecast

if TYPE_CHECKING:
    from report.views.json_types.run import GapJson
    from runners.cli.json_types.listing import PlanJson


def as_json(ahead: Forecast) -> str:
    """The forecast of a run as one JSON object."""
    data: PlanJson = {
        "cells": [cell_data(cell) for cell in ahead.plan.cells],
        "blocks": ahead.amount.blocks,
        "launches": ahead.amount.launches,
        "verifying_s": ahead.verifying_s,
        "measuring_s": ahead.amount.seconds,
        "precision_percent": ahead.plan.setup.precision_percent,
        "heats": len(ahead.heats),
        "live": ahead.live,
        "memory_bytes": ahead.memory_bytes,
        "available_bytes": ahead.available_bytes,
        "not_applicable": _gaps(ahead.matrix.not_applicable),
        "unmet": _gaps(ahead.unmet),
        "not_implemented": _gaps(ahead.matrix.not_implemented),
        "no_interface": [
            {"framework": apart.framework, "server": apart.server, "reason": apart.reason}
            for apart in ahead.no_interface
        ],
    }
    return json.dumps(data, indent=2)


def _gaps(lacking: Iterable[NotApplicable]) -> list[GapJson]:
    return [{"slug": lack.cell.slug, "reason": lack.reason} for lack in lacking]


def as_text(ahead: Forecast) -> str:
    """The same for a person: what there is to measure, then what is left out, by reason."""
    plan, amount = ahead.plan, ahead.amount
    total = plain_table("plan", "", "")
    stacks = len({cell.stack for cell in plan.cells})
    total.add_row("cells", f"{len(plan.cells)} of {stacks} stacks, those of the A/A control included")
    total.add_row("launches", f"{amount.launches} in each of {amount.blocks} blocks")
    total.add_row("time", _time(ahead))
    total.add_row(
        "memory",
        f"about {_mib(ahead.memory_bytes)} for the {counted(ahead.live, 'server')} that live at once, in "
        f"{counted(len(ahead.heats), 'heat')} a block; {_mib(ahead.available_bytes)} are available",
    )
    return as_lines(total, _stacks(ahead), *_left_out(ahead), width=LISTING_WIDTH, gap=True)


def _time(ahead: Forecast) -> str:
    precise = ahead.plan.setup.precision_percent
    limit = f", sooner where every ratio is within ±{precise:g}%" if precise is not None else ""
    return (
        f"about {span(ahead.amount.seconds)} of measuring{limit}, after some {span(ahead.verifying_s)} of "
        "verifying; environments that are not there yet are built before"
    )


def _stacks(ahead: Forecast) -> Table:
    table = plain_table("stacks", "stack", "cells", "scenarios")
    for stack in dict.fromkeys(cell.stack for cell in ahead.plan.cells):
        cells = [cell for cell in ahead.plan.cells if cell.stack == stack]
        table.add_row(stack, str(len(cells)), ", ".join(dict.fromkeys(cell.scenario for cell in cells)))
    return table


def _left_out(ahead: Forecast) -> list[Table]:
    """A table of what is left out, each reason once; none where nothing is."""
    kinds = {
        "not applicable": ahead.matrix.not_applicable,
        "locked version is too old": ahead.unmet,
        "not implemented": ahead.matrix.not_implemented,
    }
    reasons: dict[tuple[str, str], list[str]] = {}
    for kind, lacking in kinds.items():
        for lack in lacking:
            about = f"{lack.cell.framework} {lack.cell.scenario}"
            reasons.setdefault((kind, lack.reason), []).append(about)
    table = plain_table("left out", "kind", "reason", "what")
    for (kind, reason), cells in reasons.items():
        table.add_row(kind, reason, ", ".join(dict.fromkeys(cells)))
    for name in dict.fromkeys(apart.framework for apart in ahead.no_interface):
        servers = [apart.server for apart in ahead.no_interface if apart.framework == name]
        table.add_row("no common interface", f"{name} does not speak what they accept", ", ".join(servers))
    return [table] if table.row_count else []


def _mib(size: int) -> str:
    return f"{size / 2**20:,.0f} MiB"
