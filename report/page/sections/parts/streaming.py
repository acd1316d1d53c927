"""Of the section on waiting: first bytes, how evenly events come, and what others wait meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from report import fmt
from report.analysis.metrics import MEDIAN, P99
from report.analysis.streams import BESIDE, FIRST_BYTE, JITTER, StreamTiming
from report.analysis.summary import Summary
from report.analysis.workload import Workload
from report.page.charts.waiting import Curve, CurvePanel, draw_waiting
from report.page.context import Context, scale_level, stack_entries, summaries_by_variant
from report.page.metric_columns import metric_column
from report.page.model import (
    STACK_COLUMNS,
    Figure,
    Table,
    TableEntry,
    TableRow,
    figure,
    level_entry,
)
from report.stats.levels import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamMetric:
    """Something that only some cells record, in words."""

    name: str
    title: str
    caption: str
    axis_label: str


STREAM_METRICS = (
    StreamMetric(
        name=FIRST_BYTE,
        title="time to the first byte",
        caption="From asking (under open load: from when that was due) to the first chunk or event: how long "
        "users wait until something happens.",
        axis_label="share of requests begun to be answered by then",
    ),
    StreamMetric(
        name=JITTER,
        title="unsteadiness of events",
        caption="How much the gap between two events differed from the one that was asked for.",
        axis_label="share of gaps that differed by less",
    ),
    StreamMetric(
        name=BESIDE,
        title="time of small answers meanwhile",
        caption="Every 20 ms somebody else asks for a few bytes, on a connection of its own: how long that "
        "takes beside this load, from when it was due.",
        axis_label="share of small requests answered by then",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamChart:
    """What a chart and its table are made of."""

    metric: StreamMetric
    heading: str
    index: int
    """Of the workload in the section."""
    variants: tuple[tuple[str, tuple[Summary, ...]], ...]
    """Name of each server variant, and the cells that record the metric on it."""
    timings: Mapping[str, StreamTiming]
    """By slug of cell."""


def figures_and_tables(
    context: Context, workload: Workload, index: int
) -> Iterator[tuple[tuple[Figure, ...], Table]]:
    """A chart (none where no cell has enough samples) and a table for each metric that the stacks record."""
    for metric in STREAM_METRICS:
        by_slug = context.streams[metric.name]
        variants = (
            (name, tuple(summary for summary in summaries if summary.cell.slug in by_slug))
            for name, summaries in summaries_by_variant(context, workload)
        )
        chart = StreamChart(
            metric=metric,
            heading=f"{context.heading(workload)}, {metric.title}",
            index=index,
            variants=tuple((name, summaries) for name, summaries in variants if summaries),
            timings=by_slug,
        )
        if chart.variants:
            figures = _figures(context, chart) if workload in context.charted else ()
            yield figures, _table(context, chart)


def _figures(context: Context, chart: StreamChart) -> tuple[Figure, ...]:
    curves = [(name, _curves(context, summaries, chart)) for name, summaries in chart.variants]
    panels = [CurvePanel(heading=name, curves=drawn) for name, drawn in curves if drawn]
    if not panels:
        return ()
    svg = draw_waiting(
        panels,
        context.look,
        key=f"{chart.metric.name.replace('_', '')}{chart.index}",
        title=chart.heading,
        description="One curve a framework, one panel a server variant; the numbers are in the table below.",
        axis_label=chart.metric.axis_label,
    )
    caption = f"{fmt.sentence(chart.metric.title)} {chart.metric.caption}"
    return (figure(svg, f"Chart: {chart.heading}", caption),)


def _curves(context: Context, summaries: Sequence[Summary], chart: StreamChart) -> tuple[Curve, ...]:
    return tuple(
        Curve(
            label=context.title(summary.cell.framework),
            framework=summary.cell.framework,
            shares=tuple(q / 100 for q in timing.curve_q),
            latency_ms=tuple(us / 1000 for us in timing.curve_us),
        )
        for summary in summaries
        if (timing := chart.timings[summary.cell.slug]).p50_us
    )


def _table(context: Context, chart: StreamChart) -> Table:
    return Table(
        anchor=f"{chart.metric.name.replace('_', '-')}-{chart.index}",
        summary=f"{chart.metric.title.capitalize()} as a table",
        caption=chart.heading,
        columns=(
            *STACK_COLUMNS,
            metric_column(MEDIAN),
            metric_column(P99),
        ),
        rows=tuple(
            _row(context, summary, chart.timings[summary.cell.slug])
            for _, summaries in chart.variants
            for summary in summaries
        ),
    )


def _row(context: Context, summary: Summary, timing: StreamTiming) -> TableRow:
    return TableRow(
        framework=summary.cell.framework,
        entries=(
            *stack_entries(context, summary.cell),
            _wait_entry(timing.p50_us, timing),
            _wait_entry(timing.p99_us, timing),
        ),
    )


def _wait_entry(level_us: Level | None, timing: StreamTiming) -> TableEntry:
    return level_entry(scale_level(level_us, 1e-3), timing.reason or P99.absent)
