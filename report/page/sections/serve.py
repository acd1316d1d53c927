"""How much does it serve: bars from zero, their intervals, and every trial."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from report import fmt
from report.analysis.claims.claim import Evidence
from report.analysis.flags import with_counts
from report.analysis.metrics import THROUGHPUT, page_columns
from report.analysis.summary import Summary
from report.analysis.workload import Workload
from report.page.charts.bars import draw_bars
from report.page.context import Context, stack_entries, summaries_in_order
from report.page.metric_columns import metric_column, metric_entry, symbol
from report.page.model import (
    STACK_COLUMNS,
    Column,
    Figure,
    Section,
    SectionPart,
    Table,
    TableEntry,
    TableRow,
    entry,
    figure,
)
from report.page.panels import bars_in_words, make_panels
from report.page.sections.parts import workers
from report.stats.levels import Level
from report.views import words
from results.model import Load


def section(context: Context) -> Section:
    """Throughput, one chart per workload."""
    workloads = context.workloads(Load.CLOSED)
    return Section(
        anchor="serve",
        short="How much it serves",
        question="How much does it serve?",
        answer=_answer(context) if workloads else words.ONLY_OPEN,
        note="Right answers per second under closed load: every connection sends its next request when the "
        "last one is answered. Wrong answers are errors and never counted." + context.uncharted_note,
        parts=(
            *(_part(context, workload, index) for index, workload in enumerate(workloads)),
            *filter(None, [workers.part([_evidence(context)], context.look)]),
        ),
    )


def _evidence(context: Context) -> Evidence:
    """The run, as claims look at it."""
    return Evidence(context.run, context.conclusions.summaries)


def _answer(context: Context) -> str:
    closed = (summary for summary in context.summaries if summary.cell.load == Load.CLOSED)
    levels = [(level, summary) for summary in closed if (level := summary.level(THROUGHPUT))]
    if not levels:
        return "Nothing was measured, so there is nothing to show."
    least, most = (pick(levels, key=lambda pair: pair[0].value) for pick in (min, max))
    return (
        f"From {_throughput(context, *least)} to {_throughput(context, *most)}, over "
        f"{fmt.counted(len(levels), 'measured cell')}."
    )


def _throughput(context: Context, level: Level, summary: Summary) -> str:
    return f"{fmt.amount(level, symbol(THROUGHPUT))} ({context.cell_name(summary.cell)})"


def _part(context: Context, workload: Workload, index: int) -> SectionPart:
    return SectionPart(
        heading=context.heading(workload),
        anchor=f"serve-{index}",
        scenario=workload.scenario,
        figures=(_figure(context, workload, index),) if workload in context.charted else (),
        tables=(_table(context, workload, index),),
    )


def _figure(context: Context, workload: Workload, index: int) -> Figure:
    heading = context.heading(workload)
    svg = draw_bars(
        make_panels(context, workload, THROUGHPUT, lambda level: fmt.short_amount(level, "/s")),
        context.look,
        key=f"serve{index}",
        title=f"{heading}: requests served per second",
        description="Bars from zero with 95% intervals and one dot per trial; the numbers are in the table "
        "below.",
        axis_label="right answers per second",
    )
    caption = (
        f"{context.load(workload).capitalize()}. {bars_in_words(workload)} Dots stand in order of time from "
        "top to bottom. Hatching tells servers apart."
    )
    return figure(svg, f"Chart: {heading}, throughput", caption)


def _table(context: Context, workload: Workload, index: int) -> Table:
    return Table(
        anchor=f"throughput-{index}",
        summary="Throughput as a table",
        caption=f"{context.heading(workload)}: throughput of each cell",
        columns=(
            *STACK_COLUMNS,
            *(metric_column(metric) for metric in page_columns("serve")),
            Column(label="Server busy", unit="%", numeric=True),
            *(
                column
                for name in _services(context, workload)
                for column in (
                    Column(label=f"{name.capitalize()} busy", unit="%", numeric=True),
                    Column(label=f"{name.capitalize()} CPU", unit="us", numeric=True),
                )
            ),
            Column(label="Trials", numeric=True),
            Column(label="Requests", numeric=True),
            Column(label="Flags"),
        ),
        rows=tuple(_row(context, summary, workload) for summary in summaries_in_order(context, workload)),
    )


def _services(context: Context, workload: Workload) -> tuple[str, ...]:
    """Names of what the servers of a workload talked to."""
    own = (summary.services for summary in summaries_in_order(context, workload))
    return tuple(dict.fromkeys(use.name for uses in own for use in uses))


def _service_entries(summary: Summary, names: Sequence[str]) -> Iterator[TableEntry]:
    """How busy each service was, and its CPU per request."""
    uses = {use.name: use for use in summary.services}
    for name in names:
        if use := uses.get(name):
            yield TableEntry(text=f"{100 * use.busy:.0f}", key=round(use.busy, 4))
            yield TableEntry(text=f"{use.cpu_us_per_request:.1f}", key=round(use.cpu_us_per_request, 3))
        else:
            yield from (entry("–"), entry("–"))


def _row(context: Context, summary: Summary, workload: Workload) -> TableRow:
    busy = summary.utilisation
    return TableRow(
        anchor=summary.cell.slug,
        framework=summary.cell.framework,
        entries=(
            *stack_entries(context, summary.cell),
            *(metric_entry(summary, metric) for metric in page_columns("serve")),
            TableEntry(text=f"{100 * busy:.0f}", key=round(busy, 4)) if busy is not None else entry("–"),
            *_service_entries(summary, _services(context, workload)),
            TableEntry(text=str(summary.n_trials), key=summary.n_trials),
            TableEntry(text=f"{summary.requests:,}", key=summary.requests),
            entry(with_counts(summary.flags)),
        ),
    )
