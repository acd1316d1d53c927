"""What the template shows: sections of parts with figures, tables and logs, as plain text and numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from report.stats.levels import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One cell of a table."""

    text: str
    detail: str = ""
    """Beside it and quieter: the interval."""
    key: float | None = None
    """What it is sorted by, where that is not its text."""
    strong: bool = False
    gap: bool = False
    """The text says why there is no value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """Head of a table's column."""

    label: str
    unit: str = ""
    numeric: bool = False
    code: bool = False
    short: bool = False
    """Its texts are never broken into lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """A row; the first entry is its head."""

    entries: tuple[Entry, ...]
    framework: str = ""
    """What filters it."""
    anchor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table with a caption, folded behind ``summary`` where it only repeats a chart."""

    anchor: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[TableRow, ...]
    summary: str = ""
    sortable: bool = True

    @property
    def folded(self) -> bool:
        """Whether it stands behind a summary."""
        return bool(self.summary)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """An inline SVG that escaped everything itself."""

    svg: Markup
    label: str
    caption: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """The last lines of a server's log."""

    summary: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A name and what it is."""

    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One stretch of a section."""

    heading: str = ""
    anchor: str = ""
    text: str = ""
    points: tuple[Fact, ...] = ()
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    logs: tuple[Log, ...] = ()
    link: str = ""
    """A file beside the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A question, one sentence that answers it, and what that rests on."""

    anchor: str
    short: str
    question: str
    answer: str
    note: str = ""
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Warn:
    """A doubt that concerns the whole run."""

    word: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Swatch:
    """A framework and its colour."""

    name: str
    title: str
    slot: int
    variable: str


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A whole page."""

    name: str
    verdict: str
    hotlap: str
    """Version of what made the record."""
    detail: str = ""
    """Goes with the verdict, said more quietly."""
    legend: tuple[Swatch, ...] = ()
    facts: tuple[Fact, ...] = ()
    warnings: tuple[Warn, ...] = ()
    overview: Table | None = None
    sections: tuple[Section, ...] = field(default=())


def figure(svg: str, label: str, caption: str) -> Figure:
    """A chart; ``svg`` is written by ``report.page.charts``, which escapes what it contains."""
    return Figure(svg=Markup(svg), label=label, caption=caption)  # noqa: S704 - see above


def entry(text: object) -> Entry:
    """Plain text as a table's cell."""
    return Entry(text=str(text))


def gap(reason: str) -> Entry:
    """Why there is no value."""
    return Entry(text=reason or "not measured", gap=True)


def table(anchor: str, caption: str, labels: Sequence[str], rows: Sequence[Sequence[object]]) -> Table:
    """A table of plain texts, open and in the given order."""
    return Table(
        anchor=anchor,
        caption=caption,
        columns=tuple(Column(label=label) for label in labels),
        rows=tuple(TableRow(entries=tuple(entry(text) for text in row)) for row in rows),
        sortable=False,
    )


def measured(level: Level | None, reason: str, text: str, interval: str) -> Entry:
    """A level as a table's cell, or the reason why there is none."""
    if level is None:
        return gap(reason)
    return Entry(text=text, detail=interval, key=round(level.value, 6))
