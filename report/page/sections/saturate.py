"""Where does it saturate: throughput against the 99th percentile, where a stack was offered several rates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from report import fmt
from report.analysis.metrics import P99, THROUGHPUT
from report.analysis.summary import Summary
from report.page.charts.saturation import RateLine, RatePanel, draw_saturation
from report.page.context import Context, stack_entries, variant_of
from report.page.metric_columns import metric_column, metric_entry
from report.page.model import (
    STACK_COLUMNS,
    Column,
    Section,
    SectionPart,
    Table,
    TableEntry,
    TableRow,
    entry,
    figure,
)


class OpenLoad(NamedTuple):
    """An open load but for its rate: what all points of a chart have in common."""

    scenario: str
    connections: int
    """At most so many at once."""
    workers: int
    arrivals: str | None
    python: str


SummariesByStack = Mapping[str, Sequence[Summary]]
"""Summaries of each stack, by rising rate."""


def section(context: Context) -> Section | None:
    """One chart a scenario; None where no stack was offered several rates."""
    swept = _swept_stacks(context)
    if not swept:
        return None
    return Section(
        anchor="saturate",
        short="Where it saturates",
        question="Where does it saturate?",
        answer=_answer(context, [summaries for stacks in swept.values() for summaries in stacks.values()]),
        note="As the offered rate nears what a stack can serve, waiting lines form, and the 99th percentile "
        "shows them first. Beyond it waits only grow, so a point there tells the length of the window.",
        parts=tuple(
            _part(context, load, stacks, index) for index, (load, stacks) in enumerate(swept.items())
        ),
    )


def _swept_stacks(context: Context) -> dict[OpenLoad, SummariesByStack]:
    """By load, the stacks whose 99th percentile is known at two rates or more."""
    offered: dict[OpenLoad, dict[str, list[Summary]]] = {}
    for summary in context.summaries:
        cell = summary.cell
        if cell.rate_rps is not None:
            load = OpenLoad(cell.scenario, cell.connections, cell.workers, cell.arrivals, cell.python)
            offered.setdefault(load, {}).setdefault(cell.stack, []).append(summary)
    swept = {
        load: {
            stack: sorted(summaries, key=lambda summary: summary.cell.rate_rps or 0)
            for stack, summaries in stacks.items()
            if sum(summary.level(P99) is not None for summary in summaries) > 1
        }
        for load, stacks in offered.items()
    }
    return {load: stacks for load, stacks in swept.items() if stacks}


def _answer(context: Context, stacks: Sequence[Sequence[Summary]]) -> str:
    first_overloads = [
        next((summary for summary in summaries if summary.overloaded), None) for summaries in stacks
    ]
    overloads = [summary for summary in first_overloads if summary is not None]
    total = fmt.counted(len(stacks), "stack")
    if not overloads:
        return f"None of the {total} was offered more than it could serve."
    lowest = min(overloads, key=lambda summary: summary.cell.rate_rps or 0).cell
    return (
        f"{len(overloads)} of {total} could not serve the highest rates; the first to give way is "
        f"{context.cell_name(lowest)}, at {lowest.rate_rps or 0:,g} requests/s."
    )


def _part(context: Context, load: OpenLoad, stacks: SummariesByStack, index: int) -> SectionPart:
    lines: dict[str, list[RateLine]] = {}
    for summaries in stacks.values():
        lines.setdefault(variant_of(summaries[0].cell), []).append(_line(context, summaries))
    svg = draw_saturation(
        [RatePanel(heading=name, lines=tuple(drawn)) for name, drawn in sorted(lines.items())],
        context.look,
        key=f"saturate{index}",
        title=f"{load.scenario}: throughput against the 99th percentile",
        description="One line a framework, one panel a server variant; the numbers are in the table below.",
    )
    python = f", Python {load.python}" if load.python else ""
    caption = (
        f"Open load, {load.arrivals} arrivals, at most {fmt.counted(load.connections, 'connection')}, "
        f"{fmt.counted(load.workers, 'worker')}{python}. Each mark is one offered "
        "rate, where it was answered; a hollow one could not be served. All panels share their axes."
    )
    return SectionPart(
        heading=f"{load.scenario}{python}",
        anchor=f"saturate-{index}",
        scenario=load.scenario,
        figures=(figure(svg, f"Chart: {load.scenario}, saturation", caption),),
        tables=(_table(context, load, stacks, index),),
    )


def _line(context: Context, summaries: Sequence[Summary]) -> RateLine:
    points = [
        (answered.value, p99.value, summary.overloaded)
        for summary in summaries
        if (p99 := summary.level(P99)) and (answered := summary.level(THROUGHPUT))
    ]
    cell = summaries[0].cell
    return RateLine(
        label=context.title(cell.framework),
        framework=cell.framework,
        server=cell.server,
        answered_rps=tuple(rps for rps, _, _ in points),
        p99_ms=tuple(us / 1000 for _, us, _ in points),
        overloaded=tuple(overloaded for _, _, overloaded in points),
    )


def _table(context: Context, load: OpenLoad, stacks: SummariesByStack, index: int) -> Table:
    return Table(
        anchor=f"saturation-{index}",
        summary="Saturation as a table",
        caption=f"{load.scenario}: 99th percentile by offered rate",
        columns=(
            *STACK_COLUMNS,
            Column(label="Offered", unit="requests/s", numeric=True),
            Column(label="Answered", unit="requests/s (95% interval)", numeric=True),
            metric_column(P99),
            Column(label="Served"),
        ),
        rows=tuple(_row(context, summary) for summaries in stacks.values() for summary in summaries),
    )


def _row(context: Context, summary: Summary) -> TableRow:
    rate = summary.cell.rate_rps or 0.0
    return TableRow(
        framework=summary.cell.framework,
        entries=(
            *stack_entries(context, summary.cell),
            TableEntry(text=f"{rate:,g}", key=rate),
            metric_entry(summary, THROUGHPUT),
            metric_entry(summary, P99),
            entry(_served(summary)),
        ),
    )


def _served(summary: Summary) -> str:
    if summary.gap:
        return "not measured"
    return "overloaded" if summary.overloaded else "yes"
