"""Of the section on method: the runs that a page is made of."""

from __future__ import annotations

from report import fmt
from report.page.context import Context
from report.page.model import SectionPart, table
from report.views import merged_words


def part(context: Context) -> SectionPart | None:
    """A row a run; None where the page is of one."""
    if not context.merged.sources:
        return None
    rows = [
        (
            source.name,
            fmt.moment(source.created_unix_s, "%Y-%m-%d %H:%M"),
            merged_words.numbers_of_blocks(source),
            fmt.listed(sorted({cell.stack for cell in source.cells})),
            fmt.listed(dict.fromkeys(cell.scenario for cell in source.cells)),
        )
        for source in context.merged.sources
    ]
    columns = ("Run", "Planned (UTC)", "Its blocks here", "Stacks", "Scenarios")
    return SectionPart(
        heading="Runs of this page",
        anchor="merged",
        text=f"This page is {merged_words.WORD}: {merged_words.care(context.merged)}",
        tables=(table("merged-table", "What each run brought into this page", columns, rows),),
    )
