"""Of the section on waiting: percentiles of all stacks of a workload as a table."""

from __future__ import annotations

from report.analysis.flags import with_counts
from report.analysis.summary import Summary
from report.analysis.workload import Workload
from report.page.context import Context, scale_level, stack_entries, summaries_in_order
from report.page.model import (
    STACK_COLUMNS,
    Column,
    Table,
    TableEntry,
    TableRow,
    entry,
    gap,
    level_entry,
)
from report.stats.levels import Level
from results.model import Load

PERCENTILE_LABELS = {"p50_us": "Median", "p99_us": "99th percentile"}
"""Metrics of waiting, and what their columns are called."""


def level_ms(summary: Summary, metric: str) -> Level | None:
    """Level of a metric that is in us."""
    return scale_level(summary.level(metric), 1e-3)


def table(context: Context, workload: Workload, index: int, caption: str) -> Table:
    """A row a stack; under open load the rates, too."""
    rates = (
        Column(label="Offered", unit="requests/s", numeric=True),
        Column(label="Answered", unit="requests/s (95% interval)", numeric=True),
    )
    waits = (
        *(
            Column(label=label, unit="ms (95% interval)", numeric=True)
            for label in PERCENTILE_LABELS.values()
        ),
        Column(label="Samples reach"),
    )
    closed = workload.load == Load.CLOSED
    return Table(
        anchor=f"latency-{index}",
        summary="Waiting times as a table",
        caption=caption,
        columns=(*STACK_COLUMNS, *waits)
        if closed
        else (*STACK_COLUMNS, *rates, *waits, Column(label="Flags")),
        rows=tuple(_row(context, summary) for summary in summaries_in_order(context, workload)),
    )


def _row(context: Context, summary: Summary) -> TableRow:
    cell, stack = summary.cell, stack_entries(context, summary.cell)
    waits = (
        *(level_entry(level_ms(summary, metric), summary.reason(metric)) for metric in PERCENTILE_LABELS),
        entry(f"{summary.curve_q[-1]:.6g}%") if summary.curve_q else gap("no samples"),
    )
    if cell.rate_rps is None:
        return TableRow(framework=cell.framework, entries=(*stack, *waits))
    offered = TableEntry(text=f"{cell.rate_rps:,g}", key=cell.rate_rps)
    return TableRow(
        anchor=cell.slug,
        framework=cell.framework,
        entries=(*stack, offered, _answered(summary), *waits, entry(with_counts(summary.flags))),
    )


def _answered(summary: Summary) -> TableEntry:
    """The rate that was answered; where it stayed below the offered one, that too."""
    answered = level_entry(summary.level("throughput_rps"), summary.reason("throughput_rps"))
    if not summary.overloaded:
        return answered
    overload = "overloaded: waits grow with the length of the window"
    return TableEntry(text=answered.text, detail=f"{answered.detail}; {overload}", key=answered.key)
