"""Of the section on trust: the flags of the run and of its trials, with cause and remedy."""

from __future__ import annotations

from collections import Counter

from report import fmt
from report.analysis.flags import CATALOGUE, Flag
from report.page.context import Context
from report.page.model import Column, SectionPart, Table, TableRow, entry


def part(context: Context) -> SectionPart:
    """A table with a row a flag, in the catalogue's order, or that nothing is flagged."""
    trials = Counter({flag.name: 0 for flag in context.conclusions.flags})
    cells: Counter[str] = Counter()
    for summary in context.conclusions.summaries:
        for flag, count in summary.flags:
            trials[flag.name] += count
            cells[flag.name] += 1
    if not trials:
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
                columns=tuple(Column(label=label) for label in ("Flag", "Concerns", "Cause", "Remedy")),
                rows=tuple(
                    _row(flag, trials[name], cells[name])
                    for name, flag in CATALOGUE.items()
                    if name in trials
                ),
                sortable=False,
            ),
        ),
    )


def _row(flag: Flag, n_trials: int, n_cells: int) -> TableRow:
    concerned = f"{fmt.counted(n_trials, 'trial')} in {fmt.counted(n_cells, 'cell')}"
    texts = (flag.word, concerned if n_trials else "the whole run", flag.cause, flag.remedy)
    return TableRow(anchor=f"flag-{flag.name}", entries=tuple(entry(text) for text in texts))
