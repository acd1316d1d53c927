"""Of the section on what is consumed: memory after load, idle, of a worker and of an idle connection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from report.analysis.lifecycles import Lifecycle, scaled
from report.analysis.metrics import MEMORY
from report.page.charts.columns import BarColumn, draw_columns
from report.page.charts.rows import ChartRow, Panel
from report.page.context import Context, variant_of
from report.page.metric_columns import shown_level
from report.page.model import SectionPart, figure
from report.page.panels import short_reason
from report.stats.levels import Level
from report.views import lifecycle_words
from results.model import Cell, Load

CAPTION = (
    "Less is better. Memory is proportional set size; idle is after the first right answer, one worker one "
    "process of those that answer, and a connection is one of 1,000 that were answered once and then say "
    "nothing. The thick line is the 95% interval, where there are repeats enough. “How does it start, "
    "idle, reload and stop” has every number and why one is missing."
)
WITH_INTERVALS = 3
"""Columns: with more there is no room for intervals beside the values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Memory as one probe reads it."""

    probe: str
    value: str
    """Its name in records."""
    label: str
    """Of its axis."""


READINGS = (
    Reading(probe="cold-start", value="pss_bytes", label="idle, MiB"),
    Reading(probe="cold-start", value="worker_pss_bytes", label="one worker, MiB"),
    Reading(probe="idle-connections", value="connection_bytes", label="idle connection, KiB"),
    Reading(probe="idle-websockets", value="connection_bytes", label="idle WebSocket, KiB"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """A column of the chart."""

    label: str
    levels: Mapping[str, Level]
    """By slug of the stack, in the unit of the label."""
    reasons: Mapping[str, str]
    """Why a stack has none."""


def part(context: Context) -> SectionPart | None:
    """A row a stack, a column a reading; None where no lifecycle told of memory."""
    readings = [memory for reading in READINGS if (memory := _read(context, reading)).levels]
    if not readings:
        return None
    columns = [*_after_load(context), *readings]
    cells = _cells(context, readings)
    svg = draw_columns(
        [_column(context, memory, cells, intervals=len(columns) <= WITH_INTERVALS) for memory in columns],
        context.look,
        key="memory",
        title="Memory of a server: " + ", ".join(memory.label for memory in columns),
        description="One row a stack, one column a reading, in bars from zero.",
    )
    return SectionPart(
        heading="Memory, with and without load",
        anchor="memory",
        figures=(figure(svg, "Chart: memory", CAPTION),),
    )


def _read(context: Context, reading: Reading) -> Memory:
    seen = [entry for entry in context.lifecycles if entry.cell.scenario == reading.probe]
    return Memory(
        label=reading.label,
        levels={
            entry.cell.stack: scaled(reading.value, entry.values[reading.value])
            for entry in seen
            if reading.value in entry.values
        },
        reasons={entry.cell.stack: _reason(entry, reading.value) for entry in seen},
    )


def _reason(entry: Lifecycle, value: str) -> str:
    return short_reason(entry.absent.get(value, lifecycle_words.NOT_ASKED))


def _after_load(context: Context) -> Iterator[Memory]:
    """Of the first closed load that tells; nothing where the run timed none."""
    for workload in context.workloads(Load.CLOSED):
        levels = {
            summary.cell.stack: level
            for summary in context.summaries
            if context.workload(summary.cell) == workload and (level := shown_level(summary, MEMORY))
        }
        if levels:
            yield Memory(label=f"after {workload.scenario}, MiB", levels=levels, reasons={})
            return


def _cells(context: Context, columns: Sequence[Memory]) -> dict[str, list[Cell]]:
    """A cell of each stack that any column has, by name of the server variant."""
    stacks = {slug for memory in columns for slug in memory.levels}
    every_cell = (
        *(summary.cell for summary in context.summaries),
        *(entry.cell for entry in context.lifecycles),
    )
    by_stack = {cell.stack: cell for cell in every_cell if cell.stack in stacks}
    by_variant: dict[str, list[Cell]] = {}
    for cell in sorted(by_stack.values(), key=lambda cell: (variant_of(cell), context.title(cell.framework))):
        by_variant.setdefault(variant_of(cell), []).append(cell)
    return by_variant


def _column(
    context: Context, memory: Memory, cells: Mapping[str, Sequence[Cell]], *, intervals: bool
) -> BarColumn:
    panels = tuple(
        Panel(
            heading=variant,
            rows=tuple(_row(context, cell, memory, intervals=intervals) for cell in members),
        )
        for variant, members in cells.items()
    )
    return BarColumn(label=memory.label, panels=panels)


def _row(context: Context, cell: Cell, memory: Memory, *, intervals: bool) -> ChartRow:
    level, label = memory.levels.get(cell.stack), context.title(cell.framework)
    if cell.python:
        label = f"{label}, {cell.python}"
    if level is None:
        reason = memory.reasons.get(cell.stack, lifecycle_words.NOT_ASKED)
        return ChartRow(label=label, framework=cell.framework, server=cell.server, text=reason)
    text, interval = lifecycle_words.level_texts(level)
    return ChartRow(
        label=label,
        framework=cell.framework,
        server=cell.server,
        value=level.value,
        low=level.low,
        high=level.high,
        text=f"{text} {interval}".strip() if intervals else text,
    )
