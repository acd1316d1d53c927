"""The matrix at a glance: every stack against every workload, a value or the reason why there is none."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from report import fmt
from report.analysis.answers.leads import first_tier
from report.analysis.contenders import MARK
from report.analysis.doubts import cells_apart
from report.analysis.metrics import P99, THROUGHPUT
from report.analysis.summary import Summary
from report.analysis.workload import Workload
from report.page.context import Context, variant_name
from report.page.metric_columns import shown_level
from report.page.model import STACK_COLUMNS, Column, Table, TableEntry, TableRow, entry, gap
from report.page.panels import short_reason
from report.stats.levels import BLOCKS_FOR_INTERVAL
from results.model import Cell, Interface, Load

Stack = tuple[str, str, Interface]
"""(framework, server, interface)"""
WIDEST = 900
"""Pixels that a screen of 1280 leaves the first table, beside the contents."""
CHARACTER_PX, SMALL_CHARACTER_PX, PADDING_PX, SORT_SIGN = 8.4, 7.2, 13, " ↕"
"""Of a compact table: digits of its texts and of its intervals, the room behind a column, and what a script
puts behind a head."""


def overview_tables(context: Context) -> tuple[Table, ...]:
    """The matrix as tables, each with as many columns as a screen of 1280 pixels shows whole."""
    table = overview(context)
    stack_columns, columns = range(len(STACK_COLUMNS)), range(len(STACK_COLUMNS), len(table.columns))
    room = WIDEST - sum(_width(table, column) for column in stack_columns)
    chosen: list[list[int]] = [[]]
    for column in columns:
        widths = sum(_width(table, other) for other in (*chosen[-1], column))
        if chosen[-1] and widths > room:
            chosen.append([])
        chosen[-1].append(column)
    return tuple(_part(table, (*stack_columns, *places), number) for number, places in enumerate(chosen))


def _width(table: Table, column: int) -> float:
    """Pixels that a column of a compact table takes at least, by its longest text that stays on one line."""
    entries = [row.entries[column] for row in table.rows]
    wraps = not table.columns[column].numeric
    on_one_line = [_longest_word(item.text) if wraps or item.gap else item.text for item in entries]
    head = f"{_longest_word(table.columns[column].label)}{SORT_SIGN}"
    return PADDING_PX + max(
        CHARACTER_PX * max(map(len, (head, *on_one_line))),
        SMALL_CHARACTER_PX * max((len(item.detail) for item in entries), default=0),
    )


def _longest_word(text: str) -> str:
    return max(text.split(), key=len, default="")


def _part(table: Table, columns: Sequence[int], number: int) -> Table:
    """Some of the columns, as a table of its own where it is not the first."""
    return replace(
        table,
        anchor=f"{table.anchor}-{number + 1}" if number else table.anchor,
        caption="Further columns of the table above" if number else table.caption,
        columns=tuple(table.columns[column] for column in columns),
        rows=tuple(
            replace(row, entries=tuple(row.entries[column] for column in columns)) for row in table.rows
        ),
    )


def overview(context: Context) -> Table:
    """Throughput of every cell, under open load the 99th percentile.

    The first tier is marked by a word and a sign, and never across servers.
    """
    first_tier = _first_tier(context)
    entries = _entries(context, first_tier)
    workloads = list(dict.fromkeys(workload for _, workload in entries))
    stacks = sorted(
        {stack for stack, _ in entries}, key=lambda stack: (stack[1], stack[2], context.title(stack[0]))
    )
    return Table(
        anchor="overview",
        compact=True,
        caption=_caption(workloads, ranked=bool(first_tier)) + _few_blocks(context),
        columns=(
            *STACK_COLUMNS,
            *(Column(label=context.heading(workload), numeric=True) for workload in workloads),
        ),
        rows=tuple(
            TableRow(
                framework=stack[0],
                entries=(
                    entry(context.title(stack[0])),
                    entry(variant_name(*stack[1:])),
                    *(
                        entries.get((stack, workload)) or _absent(entries, stack, workload)
                        for workload in workloads
                    ),
                ),
            )
            for stack in stacks
        ),
    )


def _stack(cell: Cell) -> Stack:
    return cell.framework, cell.server, cell.interface


def _entries(context: Context, first_tier: Collection[Cell]) -> dict[tuple[Stack, Workload], TableEntry]:
    """What is shown of each cell that was planned or is not applicable."""
    marked = cells_apart(context.summaries)
    entries = {
        (_stack(summary.cell), context.workload(summary.cell)): _entry(summary, first_tier, marked)
        for summary in context.summaries
    }
    for absent in context.run.plan.not_applicable:
        key = _stack(absent.cell), context.workload(absent.cell)
        entries.setdefault(key, gap("not applicable"))
    return entries


def _absent(
    entries: Mapping[tuple[Stack, Workload], TableEntry], stack: Stack, workload: Workload
) -> TableEntry:
    """Why a stack has nothing under a workload: it stands beside it, or was not planned."""
    other = workload._replace(in_turns=not workload.in_turns)
    return gap("measured in another way" if (stack, other) in entries else "not planned")


def _first_tier(context: Context) -> set[Cell]:
    """Cells that cannot be told from the best, where there is another to compare with."""
    return {
        contender.cell
        for group in context.groups
        for contender in first_tier(group)
        if len(group.contenders) > 1
    }


def _caption(workloads: Sequence[Workload], *, ranked: bool) -> str:
    loads = {workload.load for workload in workloads}
    caption = ""
    if Load.CLOSED in loads:
        caption += "Throughput in requests/s with 95% intervals. "
    if Load.OPEN in loads:
        caption += f"{'Under open load: ' if caption else ''}99% are answered within so many ms. "
    if ranked:
        return f"{caption}● first tier: cannot be told from the best framework on the same server"
    return f"{caption}Nothing is ranked"


def _few_blocks(context: Context) -> str:
    """Why no value has an interval, once for all; empty where they have."""
    most = max((summary.n_blocks for summary in context.summaries), default=0)
    return f". {fmt.no_interval(most).capitalize()}" if 0 < most < BLOCKS_FOR_INTERVAL else ""


def _entry(summary: Summary, first_tier: Collection[Cell], marked: Collection[Cell]) -> TableEntry:
    metric = THROUGHPUT if summary.cell.load == Load.CLOSED else P99
    level = shown_level(summary, metric)
    if level is None:
        return gap(short_reason(summary.reason(metric)))
    best = summary.cell in first_tier
    return TableEntry(
        text=("● " if best else "") + fmt.number(level.value) + (MARK if summary.cell in marked else ""),
        detail="" if level.low is None else fmt.interval(level),
        key=round(level.value, 6),
        strong=best,
    )
