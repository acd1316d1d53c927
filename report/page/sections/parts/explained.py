"""Of the section on trust: cells whose numbers fit a pattern with a known cause."""

from __future__ import annotations

from report.page.context import Context
from report.page.model import SectionPart, table


def part(context: Context) -> SectionPart | None:
    """A row for each cell that is explained; None where none is."""
    rows = [
        (
            context.cell_name(explained.cell),
            explained.pattern.title,
            explained.evidence,
            f"{explained.pattern.cause} {explained.pattern.remedy}",
        )
        for explained in context.conclusions.explained
    ]
    if not rows:
        return None
    return SectionPart(
        heading="What explains them",
        anchor="explained",
        tables=(
            table(
                "explained-table",
                "Cells whose numbers fit a pattern with a known cause",
                ("Cell", "Pattern", "Evidence", "What it means, and what to do"),
                rows,
            ),
        ),
    )
