"""Of the page of a stack: the instructions of a request in each scenario, and what its framework adds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from report.analysis.costs import Costs
from report.analysis.layers import Step
from report.page.context import Context
from report.page.flame.files import hrefs_by_cell
from report.page.model import (
    Column,
    Section,
    SectionPart,
    Table,
    TableEntry,
    TableRow,
    entry,
    gap,
    level_entry,
)
from report.page.sections.parts.breakdown import added_entry
from report.page.site.layout import Stack
from report.views import cost_words
from results.model import Cell

Hrefs = Mapping[tuple[str, Cell], str]
"""Where flame graphs lie, by run and cell."""
FLAME_COLUMN = Column(label="Where its time goes")


def section(context: Context, stack: Stack) -> Section | None:
    """A row a scenario that was counted; None where none was."""
    hrefs = hrefs_by_cell(context.costs)
    rows = tuple(row for costs in context.costs for row in _rows(context, costs, stack, hrefs))
    if not rows:
        return None
    unit = "instructions (95% interval)"
    return Section(
        anchor="layers",
        short="What it costs",
        question="What does a request cost, and what of it is the framework's?",
        note=cost_words.scope(context.costs),
        parts=(
            SectionPart(
                tables=(
                    Table(
                        anchor="layers-table",
                        caption="User-space instructions of a request, and what of them the framework adds",
                        columns=(
                            Column(label="Scenario", short=True),
                            Column(label="In all", unit=unit, numeric=True),
                            Column(label="Added", unit=unit, numeric=True),
                            Column(label="Stands on"),
                            Column(label="Run"),
                            *((FLAME_COLUMN,) if hrefs else ()),
                        ),
                        rows=rows,
                    ),
                )
            ),
        ),
    )


def _rows(context: Context, costs: Costs, stack: Stack, hrefs: Hrefs) -> Iterator[TableRow]:
    for group in costs.layers:
        for step in group.steps:
            if step.count.cell.stack == stack.slug:
                yield _row(context, costs, step, hrefs)


def _row(context: Context, costs: Costs, step: Step, hrefs: Hrefs) -> TableRow:
    count = step.count
    return TableRow(
        entries=(
            entry(count.cell.scenario),
            level_entry(count.level, count.reason, cost_words.number, cost_words.interval),
            added_entry(step),
            entry(cost_words.below(step, context.titles)),
            TableEntry(text=costs.name),
            *((_flame_entry(hrefs.get((costs.name, count.cell))),) if hrefs else ()),
        )
    )


def _flame_entry(href: str | None) -> TableEntry:
    """The way to a flame graph, where one was sampled."""
    return TableEntry(text="flame graph", link=href) if href else gap("not sampled")
