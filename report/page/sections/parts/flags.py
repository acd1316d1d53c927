"""Of the section on trust: the flags of the run and of its trials, with cause and remedy."""

from __future__ import annotations

from report import fmt
from report.analysis.doubts import Doubt
from report.analysis.flags import CATALOGUE, Flag
from report.page.context import Context
from report.page.model import Column, SectionPart, Table, TableRow, entry

COLUMNS = ("Flag", "Concerns", "Cause", "What it means", "Remedy")


def part(context: Context) -> SectionPart:
    """A table with a row a flag, in the catalogue's order, or that nothing is flagged."""
    doubts = {doubt.flag.name: doubt for doubt in context.conclusions.doubts}
    flagged = {flag.name for flag in context.conclusions.flags} | doubts.keys()
    if not flagged:
        return SectionPart(
            heading="Flags", anchor="flags", text="No trial and no part of this run is flagged."
        )
    return SectionPart(
        heading="Flags",
        anchor="flags",
        tables=(
            Table(
                anchor="flags-table",
                caption="What makes a number less certain than its interval says, and what to do about it",
                columns=tuple(Column(label=label) for label in COLUMNS),
                rows=tuple(
                    _row(flag, doubts.get(name)) for name, flag in CATALOGUE.items() if name in flagged
                ),
                sortable=False,
            ),
        ),
    )


def _row(flag: Flag, doubt: Doubt | None) -> TableRow:
    concerned = "the whole run"
    if doubt is not None:
        alike = "; all alike, so nobody is marked" if doubt.shared else ""
        concerned = f"{fmt.counted(doubt.trials, 'trial')} in {fmt.counted(len(doubt.cells), 'cell')}{alike}"
    texts = (flag.word, concerned, flag.cause, flag.meaning, flag.remedy)
    return TableRow(anchor=f"flag-{flag.name}", entries=tuple(entry(text) for text in texts))
