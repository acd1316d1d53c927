"""Of ``hotlap report --format json``: what a page shows."""

from __future__ import annotations

from typing import TypedDict

from report.views.json_types.run import RunJson


class SourceJson(TypedDict):
    """A recorded run that a page is made of."""

    run: str
    """Its name."""
    planned_unix_s: float
    first_block: int
    """Number, from 0, that its first block has on the page."""
    blocks: int
    cells: list[str]
    """Slugs of those that were measured."""


class EntryJson(TypedDict):
    """A cell of a table."""

    text: str
    detail: str
    """The interval."""
    value: float | None
    """Number that is sorted by, where the text is not; None elsewhere."""
    gap: bool
    """Whether the text says why there is no value."""


class ColumnJson(TypedDict):
    """Head of a column."""

    label: str
    unit: str


class TableJson(TypedDict):
    """A table of a page."""

    caption: str
    columns: list[ColumnJson]
    rows: list[list[EntryJson]]


class FactJson(TypedDict):
    """A name with its value, or a point with its explanation."""

    name: str
    text: str


class PartJson(TypedDict):
    """Part of a section."""

    heading: str
    text: str
    points: list[FactJson]
    charts: list[str]
    """What each chart shows, in words; its numbers stand in the tables."""
    tables: list[TableJson]
    logs: list[FactJson]
    """Ends of the logs of servers."""


class SectionJson(TypedDict):
    """A question of a page, and what answers it."""

    name: str
    """As in the address of the page."""
    question: str
    answer: str
    note: str
    parts: list[PartJson]


class PageJson(TypedDict):
    """Everything that a page says."""

    name: str
    """Of its run; of several, all their names."""
    runs: list[SourceJson]
    """What it is made of, where these are several; else empty."""
    verdict: str
    """The headline."""
    facts: list[FactJson]
    warnings: list[FactJson]
    """Flags that concern the whole run."""
    overview: list[TableJson]
    """Every stack against every workload; empty where no load was timed."""
    sections: list[SectionJson]
    numbers: RunJson | None
    """As `hotlap run --json` has them, under the name of the page; None where no load was timed."""


class PagesJson(TypedDict):
    """``hotlap report --format json``."""

    pages: list[PageJson]
    apart: list[str]
    """Why there are not fewer pages, a sentence for each but the first."""
