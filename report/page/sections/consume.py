"""What does it consume: CPU time per request and memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from report import fmt
from report.analysis.metric_types import Metric
from report.analysis.metrics import CPU, MEMORY, page_columns
from report.analysis.summary import Summary
from report.analysis.workload import Workload
from report.page.charts.columns import BarColumn, draw_columns
from report.page.context import Context, stack_entries, summaries_in_order
from report.page.metric_columns import metric_column, metric_entry, shown_level, symbol
from report.page.model import (
    STACK_COLUMNS,
    Figure,
    Section,
    SectionPart,
    Table,
    TableEntry,
    TableRow,
    figure,
    gap,
)
from report.page.panels import bars_in_words, make_panels, short_reason
from report.page.sections.parts import memory
from results.model import Load

COLUMNS = ((CPU, "CPU time per request, µs"), (MEMORY, "memory (PSS), MiB"))
"""Of the charts, each with the label of its axis."""


def section(context: Context) -> Section:
    """CPU and memory, one chart per workload."""
    return Section(
        anchor="consume",
        short="What it consumes",
        question="What does it consume?",
        answer=" ".join(
            _answer(context, metric) for metric in page_columns("consume") if any(metric.shown.extremes)
        ),
        note="CPU per request depends on load, so it is compared only at equal load: under closed load where "
        "the server was at least 95% busy, under open load at one rate for all. "
        f"Memory is the proportional set size of all the server's processes, {_memory_read(context)}."
        f"{context.uncharted_note}",
        parts=(
            *(_part(context, workload, index) for index, workload in enumerate(_charted_workloads(context))),
            *filter(None, [memory.part(context)]),
        ),
    )


def _memory_read(context: Context) -> str:
    """When memory was read."""
    if not context.in_turns:
        return "read after the window"
    return (
        "read after the window or the last turn; servers that take turns live at once and share pages, so "
        "that each has a little less than alone"
    )


def _charted_workloads(context: Context) -> list[Workload]:
    """Closed loads; of a scenario that has none, the open ones."""
    closed = context.workloads(Load.CLOSED)
    charted = {_served(workload) for workload in closed}
    return [
        workload for workload in context.workloads() if workload in closed or _served(workload) not in charted
    ]


def _workloads_beside(context: Context, workload: Workload) -> list[Workload]:
    """Open loads at one rate for all, shown as further columns in the table of a closed load."""
    if workload.load != Load.CLOSED:
        return []
    return [
        other
        for other in context.workloads(Load.OPEN)
        if other.share is None and _served(other) == _served(workload)
    ]


def _served(workload: Workload) -> tuple[str, int, str]:
    """What is the same of a stack whatever the load."""
    return workload.scenario, workload.workers, workload.python


def _answer(context: Context, metric: Metric) -> str:
    subject, of_what = metric.shown.extremes
    levels = [(level, summary) for summary in context.summaries if (level := shown_level(summary, metric))]
    if not levels:
        return f"{subject} an unknown amount: no cell has a comparable value."
    least, most = (
        f"{fmt.amount(level, symbol(metric))} ({context.cell_name(summary.cell)})"
        for level, summary in (pick(levels, key=lambda pair: pair[0].value) for pick in (min, max))
    )
    return f"{subject} from {least} to {most} {of_what}."


def _part(context: Context, workload: Workload, index: int) -> SectionPart:
    return SectionPart(
        heading=context.heading(workload),
        anchor=f"consume-{index}",
        scenario=workload.scenario,
        figures=(_figure(context, workload, index),) if workload in context.charted else (),
        tables=(_table(context, workload, index),),
    )


def _figure(context: Context, workload: Workload, index: int) -> Figure:
    heading = context.heading(workload)
    svg = draw_columns(
        [_column(context, workload, metric, label) for metric, label in COLUMNS],
        context.look,
        key=f"consume{index}",
        title=f"{heading}: CPU time per request and memory",
        description="Two columns of bars from zero with 95% intervals; the numbers are in the table below.",
    )
    caption = f"Less is better in both. {bars_in_words(workload)}"
    return figure(svg, f"Chart: {heading}, CPU and memory", caption)


def _column(context: Context, workload: Workload, metric: Metric, label: str) -> BarColumn:
    written = partial(fmt.short_amount, unit=symbol(metric))
    return BarColumn(
        label=label, panels=tuple(make_panels(context, workload, metric, written, gap=short_reason))
    )


def _table(context: Context, workload: Workload, index: int) -> Table:
    beside = _workloads_beside(context, workload)
    return Table(
        anchor=f"consumption-{index}",
        summary="CPU and memory as a table",
        caption=f"{context.heading(workload)}: what each cell consumes",
        columns=(
            *STACK_COLUMNS,
            *(metric_column(metric) for metric in page_columns("consume")),
            *(
                replace(metric_column(CPU), unit=f"{symbol(CPU)} at {other.rate_rps:,g} requests/s")
                for other in beside
            ),
        ),
        rows=tuple(_row(context, summary, beside) for summary in summaries_in_order(context, workload)),
    )


def _row(context: Context, summary: Summary, beside: Sequence[Workload]) -> TableRow:
    return TableRow(
        framework=summary.cell.framework,
        entries=(
            *stack_entries(context, summary.cell),
            *(metric_entry(summary, metric) for metric in page_columns("consume")),
            *(_cpu_entry(context, summary.cell.stack, workload) for workload in beside),
        ),
    )


def _cpu_entry(context: Context, stack: str, workload: Workload) -> TableEntry:
    """CPU per request of a stack under another workload."""
    for summary in context.by_workload.get(workload, ()):
        if summary.cell.stack == stack:
            return metric_entry(summary, CPU)
    return gap("not planned")
