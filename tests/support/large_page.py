"""A page with a table of 5,000 cells, made without a run."""

from __future__ import annotations

from report.page.model import Column, Page, Section, SectionPart, Swatch, Table, TableEntry, TableRow

STACKS, SCENARIOS = 100, 50
CELLS = STACKS * SCENARIOS


def large_page() -> Page:
    """A row a stack, a column a scenario; both rise from the first to the last."""
    names = [f"framework-{number}" for number in range(STACKS)]
    table = Table(
        anchor="cells",
        caption=f"{CELLS:,} cells",
        columns=(
            Column(label="Framework"),
            *(Column(label=f"scenario {number}", numeric=True) for number in range(SCENARIOS)),
        ),
        rows=tuple(_row(name, place) for place, name in enumerate(names)),
    )
    section = Section(anchor="all", short="All", question="How many?", parts=(SectionPart(tables=(table,)),))
    return Page(
        name="large",
        verdict="Made of many cells.",
        hotlap="0.1.0",
        legend=tuple(Swatch(name=name, title=name, slot=-1, variable="--floor") for name in names),
        sections=(section,),
    )


def _row(name: str, place: int) -> TableRow:
    values = [1_000 * place + number for number in range(SCENARIOS)]
    return TableRow(
        framework=name,
        entries=(
            TableEntry(text=name),
            *(TableEntry(text=f"{value:,}", key=value, detail="(1–2)") for value in values),
        ),
    )
