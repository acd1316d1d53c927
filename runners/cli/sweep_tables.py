"""The highest rates within a limit, as a table for a person and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from io import StringIO

from rich.console import Console
from rich.table import Table

from runners.cli.progress import failure_text
from runners.experiments.sweep import Highest, Swept


def as_json(swept: Swept) -> str:
    """Rates with their brackets as one JSON object."""
    data = {
        "slo": asdict(swept.slo),
        "arrivals": swept.arrivals,
        "cells": [
            {
                "stack": each.cell.stack,
                "scenario": each.cell.scenario,
                "workers": each.cell.workers,
                "rate_rps": each.rate_rps,
                "low_rps": each.low_rps,
                "high_rps": each.high_rps,
                "launches": each.launches,
            }
            for each in swept.found
        ],
        "failures": [asdict(failure) for failure in swept.failures],
    }
    return json.dumps(data, indent=2, allow_nan=False)


def as_text(swept: Swept) -> str:
    """The same for a person: one row a cell, then what failed."""
    table = Table(
        title=f"highest rate with {swept.slo.text}, {swept.arrivals} arrivals, requests/s",
        title_justify="left",
        title_style="bold",
        box=None,
        pad_edge=False,
    )
    for column in ("stack", "scenario", "median of launches", "held in all", "held in none", "launches"):
        table.add_column(column, overflow="fold")
    for each in swept.found:
        table.add_row(each.cell.stack, each.cell.scenario, *_numbers(each), f"{len(each.launches)}")
    console = Console(file=StringIO(), width=120, highlight=False, markup=False)
    console.print(table)
    for failure in swept.failures:
        console.print(failure_text(failure))
    output = console.file
    assert isinstance(output, StringIO)  # noqa: S101 - made above
    return output.getvalue().rstrip()


def _numbers(each: Highest) -> Sequence[str]:
    rates = (each.rate_rps, each.low_rps, each.high_rps)
    return ["no end found" if rate is None else f"{rate:,.0f}" if rate else "none" for rate in rates]
