"""Of the section on waiting: percentiles of all stacks of a workload as a table."""

from __future__ import annotations

from report.analysis.flags import with_counts
from report.analysis.metrics import THROUGHPUT, page_columns
from report.analysis.summary import Summary
from report.analysis.workload import Workload
from report.page.context import Context, stack_entries, summaries_in_order
from report.page.metric_columns import metric_column, metric_entry
from report.page.model import (
    STACK_COLUMNS,
    Column,
    Table,
    TableEntry,
    TableRow,
    entry,
    gap,
)
from results.model import Load


def table(context: Context, workload: Workload, index: int, caption: str) -> Table:
    """A row a stack; under open load the rates, too."""
    rates = (
        Column(label="Offered", unit="requests/s", numeric=True),
        Column(label="Answered", unit="requests/s (95% interval)", numeric=True),
    )
    waits = (
        *(metric_column(metric) for metric in page_columns("wait")),
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
        *(metric_entry(summary, metric) for metric in page_columns("wait")),
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
    answered = metric_entry(summary, THROUGHPUT)
    if not summary.overloaded:
        return answered
    overload = "overloaded: waits grow with the length of the window"
    return TableEntry(text=answered.text, detail=f"{answered.detail}; {overload}", key=answered.key)
