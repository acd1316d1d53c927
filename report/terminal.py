"""A run on a terminal: one row a cell with its intervals, what failed, and where the record is."""

from __future__ import annotations

import json
from dataclasses import asdict
from io import StringIO
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from report.comparison import comparisons
from report.statistics import Level
from report.summary import METRICS, Summary, summarise
from results.model import Run

WIDTH = 120


def as_text(run: Run, folder: Path, page: Path | None) -> str:
    """Table of levels, a sentence per comparison, failures, and the folders to look at."""
    summaries = summarise(run)
    console = Console(file=StringIO(), width=WIDTH, highlight=False, markup=False)
    console.print(_table(summaries))
    for group in comparisons(summaries):
        if len(group.entries) > 1:
            console.print(
                f"{group.scenario} on {group.server}, {group.connections} connections: {group.sentence}"
            )
    for failure in run.failures:
        name = failure.cell.slug if failure.cell else failure.stack
        console.print(f"FAILED {name} ({failure.stage}): {failure.message}")
    for problem in run.problems:
        console.print(f"RECORD {problem}")
    console.print(f"{len(run.trials)} trials of {len(run.blocks)} complete blocks in {folder}")
    if page:
        console.print(f"report: {page}")
    output = console.file
    assert isinstance(output, StringIO)  # noqa: S101 - made above
    return output.getvalue().rstrip()


def as_json(run: Run, folder: Path, page: Path | None) -> str:
    """The same as one JSON object: levels with intervals by metric, units in their names."""
    cells = [_cell(summary) for summary in summarise(run)]
    data = {
        "run": str(folder),
        "report": str(page) if page else None,
        "blocks": len(run.blocks),
        "trials": len(run.trials),
        "cells": cells,
        "failures": [asdict(failure) for failure in run.failures],
        "problems": list(run.problems),
    }
    return json.dumps(data, indent=2, allow_nan=False)


def _cell(summary: Summary) -> dict[str, Any]:
    measures = {
        name: {"level": asdict(measure.level)} if measure.level else {"reason": measure.reason}
        for name, measure in summary.measures.items()
    }
    flags = {flag.name: count for flag, count in summary.flags}
    return {"slug": summary.cell.slug, "trials": summary.n_trials, **measures, "flags": flags}


def _table(summaries: tuple[Summary, ...]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("cell", overflow="fold")
    shown = ("throughput_rps", "cpu_us_per_request", "p99_us", "memory_mib")
    for name in shown:
        table.add_column(f"{METRICS[name].title}, {METRICS[name].unit}", justify="right")
    for summary in summaries:
        if summary.gap:
            table.add_row(summary.cell.slug, summary.gap)
        else:
            table.add_row(summary.cell.slug, *(_level(summary.level(name)) for name in shown))
    return table


def _level(level: Level | None) -> str:
    """``4,200 [4,000-4,400]``; a dash says that the JSON and the report give the reason."""
    if level is None:
        return "-"
    if level.low is None or level.high is None:
        return f"{level.value:,.4g}"
    return f"{_number(level.value)} [{_number(level.low)}-{_number(level.high)}]"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"  # noqa: PLR2004 - three digits are enough
