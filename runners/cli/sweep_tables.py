"""The highest rates within a limit, as a table for a person and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from runners.cli.progress import failure_text
from runners.cli.tables import as_lines, plain_table
from runners.experiments.sweep import HighestRate, SweepResult

if TYPE_CHECKING:
    from runners.cli.json_types.slo import SloJson

SWEEP_WIDTH = 120


def as_json(result: SweepResult) -> str:
    """Rates with their brackets as one JSON object."""
    data: SloJson = {
        "slo": result.slo,
        "arrivals": result.arrivals,
        "cells": [
            {
                "stack": highest.cell.stack,
                "scenario": highest.cell.scenario,
                "workers": highest.cell.workers,
                "rate_rps": highest.rate_rps,
                "low_rps": highest.low_rps,
                "high_rps": highest.high_rps,
                "launches": highest.launches,
            }
            for highest in result.rates
        ],
        "failures": result.failures,
    }
    return json.dumps(data, indent=2, allow_nan=False, default=asdict)


def as_text(result: SweepResult) -> str:
    """The same for a person: one row a cell, then what failed."""
    table = plain_table(
        f"highest rate with {result.slo.text}, {result.arrivals} arrivals, requests/s",
        *("stack", "scenario", "median of launches", "held in all", "held in none", "launches"),
    )
    for highest in result.rates:
        cell, launches = highest.cell, len(highest.launches)
        table.add_row(cell.stack, cell.scenario, *_numbers(highest), f"{launches}")
    return as_lines(table, *map(failure_text, result.failures), width=SWEEP_WIDTH, gap=False)


def _numbers(highest: HighestRate) -> Sequence[str]:
    rates = (highest.rate_rps, highest.low_rps, highest.high_rps)
    return ["no end found" if rate is None else f"{rate:,.0f}" if rate else "none" for rate in rates]
