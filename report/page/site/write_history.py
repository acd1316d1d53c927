"""Writes the history of a site: its page and its data, from extracts of runs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path

from report import fmt
from report.analysis.history.extract import RunExtract
from report.analysis.history.series import History, build_history
from report.page.build import render_page, write_text
from report.page.site.history_page import CSV, PAGE, make_history_page

COLUMNS = (
    "planned_utc", "run", "stack", "scenario", "load", "cell", "metric", "relative_to", "value", "low",
    "high", "n", "begins",
)  # fmt: skip
"""Of the data: ``begins`` says what begins with a point, ``seam`` or ``step``."""


def write_history(extracts: Iterable[RunExtract], output: Path, pages: Mapping[str, str]) -> Path:
    """Write page and data into ``output`` and give the page's path; raises OSError.

    ``pages`` has the address of the page of a run by its name.
    """
    history = build_history(extracts)
    write_text(output / CSV, as_csv(history))
    return write_text(output / PAGE, render_page(make_history_page(history, pages)))


def as_csv(history: History) -> str:
    """Every point of every series, a row each."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    for series in history.series:
        cell, other = series.key.cell, series.key.other
        begins = {seam.place: "seam" for seam in series.seams}
        begins |= {change.place: "step" for change in series.changes}
        for place, point in enumerate(series.points):
            plan, level = history.plans[point.run], point.level
            planned = fmt.moment(plan.created_unix_s, "%Y-%m-%dT%H:%M:%SZ")
            writer.writerow(
                (
                    planned, plan.name, cell.stack, cell.scenario, cell.load,
                    cell.slug, series.key.metric, other.slug if other else "",
                    f"{level.value:.6g}", _number(level.low),
                    _number(level.high), level.n, begins.get(place, ""),
                )
            )  # fmt: skip
    return buffer.getvalue()


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"
