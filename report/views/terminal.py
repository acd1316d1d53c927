"""A run on a terminal: one row a cell with its intervals, what failed, and where the record is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from io import StringIO
from itertools import groupby
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from report import fmt
from report.analysis.contenders import MARK, group_contenders
from report.analysis.metrics import terminal_columns
from report.analysis.precision import Precision, assess_precision
from report.analysis.summary import Summary, summarise
from report.stats.levels import Level
from results.model import Load, Run

RUN_TABLE_WIDTH = 160
"""Characters."""


def as_text(run: Run, folder: Path, page: Path | None) -> str:
    """Table of levels, a sentence per comparison, failures, and the folders to look at."""
    summaries = summarise(run)
    console = Console(file=StringIO(), width=RUN_TABLE_WIDTH, highlight=False, markup=False)
    for table in _tables(summaries):
        console.print(table)
        console.print()
    for group in group_contenders(summaries):
        if len(group.contenders) > 1:
            console.print(
                f"{group.scenario} on {group.server}, {group.workload.connections} connections: "
                f"{group.sentence}"
            )
    for summary in summaries:
        if summary.flags:
            flags = ", ".join(f"{flag.word} ({count} of {summary.n_trials})" for flag, count in summary.flags)
            console.print(f"{MARK} {summary.cell.slug}: {flags}")
    for failure in run.failures:
        name = failure.cell.slug if failure.cell else failure.stack
        console.print(f"FAILED {name} ({failure.stage}): {failure.message}")
    for problem in run.problems:
        console.print(f"RECORD {problem}")
    if reached := assess_precision(run, summaries):
        console.print(reached.sentence)
    console.print(f"{len(run.trials)} trials of {len(run.blocks)} complete blocks in {folder}")
    if page:
        console.print(f"report: {page}")
    output = console.file
    assert isinstance(output, StringIO)  # noqa: S101 - made above
    return output.getvalue().rstrip()


def as_json(run: Run, folder: Path, page: Path | None) -> str:
    """A run as one JSON object: levels with intervals by metric, units in their names."""
    summaries = summarise(run)
    reached = assess_precision(run, summaries)
    data = {
        "run": str(folder),
        "report": str(page) if page else None,
        "blocks": len(run.blocks),
        "trials": len(run.trials),
        "precision": _precision_data(reached) if reached else None,
        "cells": [_cell_data(summary) for summary in summaries],
        "failures": [asdict(failure) for failure in run.failures],
        "problems": list(run.problems),
    }
    return json.dumps(data, indent=2, allow_nan=False)


def _precision_data(precision: Precision) -> dict[str, Any]:
    return {
        "asked_percent": precision.asked_percent,
        "reached": precision.reached,
        "not_within_percent": {cell.slug: half for cell, half in precision.wide},
    }


def _cell_data(summary: Summary) -> dict[str, Any]:
    metrics = {
        name: {"level": asdict(metric.level)} if metric.level else {"reason": metric.reason}
        for name, metric in summary.metric_summaries.items()
    }
    flags = {flag.name: count for flag, count in summary.flags}
    return {"slug": summary.cell.slug, "trials": summary.n_trials, **metrics, "flags": flags}


def _tables(summaries: tuple[Summary, ...]) -> Iterator[Table]:
    """One table a scenario and load, a row a stack and rate."""
    for (scenario, load, connections, reuse, workers), part in groupby(
        sorted(summaries, key=_table_key), key=_table_key
    ):
        is_open, size = load != Load.CLOSED, fmt.counted(connections, "connection")
        kind = (
            f"{load} load, at most {size}" if is_open else f"{load} load, {size}{fmt.reused(reuse or None)}"
        )
        title = f"{scenario}: {kind}, {fmt.counted(workers, 'worker')}"
        table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
        table.add_column("stack", no_wrap=True)
        if is_open:
            table.add_column("Offered, requests/s", justify="right", no_wrap=True)
        columns = terminal_columns(load)
        for metric in columns:
            table.add_column(f"{metric.heading}, {metric.shown.unit}", justify="right", no_wrap=True)
        for summary in part:
            rate = [_offered(summary)] if is_open else []
            levels = [_level(summary.level(metric), metric.shown.factor) for metric in columns]
            cells = ["not measured"] if summary.gap else levels
            table.add_row(summary.cell.stack, *rate, *cells)
        yield table


def _table_key(summary: Summary) -> tuple[str, Load, int, int, int]:
    """What a table has in common, in an order; connections that are kept come first."""
    cell = summary.cell
    return cell.scenario, cell.load, cell.connections, cell.reuse or 0, cell.workers


def _offered(summary: Summary) -> str:
    rate = f"{summary.cell.rate_rps or 0:,g} {summary.cell.arrivals}"
    return f"{rate}, overloaded" if summary.overloaded else rate


def _level(level: Level | None, scale: float) -> str:
    """``4,200 [4,000-4,400]``; a dash says that the JSON and the report give the reason."""
    if level is None:
        return "-"
    value = _number(level.value * scale)
    if level.low is None or level.high is None:
        return value
    return f"{value} [{_number(level.low * scale)}-{_number(level.high * scale)}]"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"  # noqa: PLR2004 - three digits are enough
