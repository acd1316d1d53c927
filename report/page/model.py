"""What the template shows: sections, their parts, figures, tables and logs, as plain text and numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from report import fmt
from report.stats.levels import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class TableEntry:
    """One cell of a table."""

    text: str
    detail: str = ""
    """The interval, shown beside the text in grey."""
    key: float | None = None
    """Number to sort by, where the text is not what is sorted by."""
    strong: bool = False
    gap: bool = False
    """The text says why there is no value."""
    link: str = ""
    """Address of what the text names; empty: it is no link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """Head and kind of a table's column."""

    label: str
    unit: str = ""
    numeric: bool = False
    code: bool = False
    short: bool = False
    """Its texts are not wrapped."""


STACK_COLUMNS = (Column(label="Framework"), Column(label="Server", short=True))
"""The first columns of a table with a row a stack; ``context.stack_entries`` fills them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """A row of a table; the first entry is its head."""

    entries: tuple[TableEntry, ...]
    framework: str = ""
    """The framework that the reader hides or shows it with."""
    anchor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table with a caption."""

    anchor: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[TableRow, ...]
    summary: str = ""
    """Line behind which the table is folded, where it only repeats a chart."""
    sortable: bool = True
    compact: bool = False
    """Its intervals stand below their numbers, and heads and gaps take several lines: it is narrow."""

    @property
    def folded(self) -> bool:
        """Whether the table is folded behind its summary."""
        return bool(self.summary)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A chart as inline SVG, in which everything is escaped."""

    svg: Markup
    label: str
    caption: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogExcerpt:
    """The last lines of a server's log."""

    summary: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A name with its value, or a point with its explanation."""

    name: str
    text: str
    link: str = ""
    """Address of what a point names; empty: it is no link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionPart:
    """Part of a section, in the order in which its fields stand."""

    heading: str = ""
    anchor: str = ""
    text: str = ""
    points: tuple[Fact, ...] = ()
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    logs: tuple[LogExcerpt, ...] = ()
    link: str = ""
    """Name of a file beside the page."""
    folded: str = ""
    """Line behind which the part is folded, instead of its heading."""
    scenario: str = ""
    """The scenario that it is about; empty: about several, or none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A question, one sentence that answers it (none where its parts do), and the parts that it rests on."""

    anchor: str
    short: str
    """Its name in the table of contents."""
    question: str
    answer: str = ""
    note: str = ""
    parts: tuple[SectionPart, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunWarning:
    """A flag that concerns the whole run."""

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
class Span:
    """Part of a sentence: plain words, or a number that links to its row."""

    text: str
    anchor: str = ""
    note: str = ""
    """Its interval, shown to a pointer that rests on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCard:
    """The answer for one kind of work."""

    anchor: str
    title: str
    answer: tuple[Span, ...]
    others: tuple[tuple[Span, ...], ...] = ()
    """A sentence for each further scenario."""
    basis: str = ""
    """What the answer rests on."""
    command: str = ""
    """What measures such work, where the run did not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Top:
    """What stands above all sections."""

    headline: tuple[Span, ...]
    besides: tuple[tuple[Span, ...], ...] = ()
    """Sentences that belong with it."""
    cards: tuple[AnswerCard, ...] = ()
    numbers: Table | None = None
    """A row for each number of all these, which links to the rows of its cells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Another page of the site."""

    label: str
    href: str
    """From the page that names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A stack that a reader may choose."""

    value: str
    """In the address of the page."""
    name: str
    href: str
    """Its own page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """What a script shows of two stacks that the reader chooses; all its numbers are those of a fit."""

    choices: tuple[Choice, ...]
    """In the order of ``data``."""
    chosen: tuple[int, int]
    """Places of those that are shown first."""
    data: Markup
    """JSON, as ``report.page.site.pick_data`` makes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page: of a run, or of a part of one."""

    name: str
    verdict: str
    """The headline as text."""
    top: Top | None = None
    """Of the page of a run; None: ``verdict`` stands there alone."""
    kind: str = "Run"
    """What the name is of."""
    hotlap: str
    """Version of hotlap that made the record."""
    detail: str = ""
    """A sentence shown below the headline and what belongs with it."""
    legend: tuple[Swatch, ...] = ()
    facts: tuple[Fact, ...] = ()
    warnings: tuple[RunWarning, ...] = ()
    overview: tuple[Table, ...] = ()
    """The matrix at a glance; several tables where it is wider than a screen."""
    sections: tuple[Section, ...] = ()
    places: tuple[Place, ...] = ()
    """Other pages of the site; none where the page stands alone."""
    pick: Pick | None = None
    made_from: str = "the record"
    """What the page is made from, and nothing else."""


def figure(svg: str, label: str, caption: str) -> Figure:
    """A chart; ``svg`` is written by ``report.page.charts``, which escapes what it contains."""
    return Figure(svg=Markup(svg), label=label, caption=caption)  # noqa: S704 - see above


def entry(text: object) -> TableEntry:
    """A table's cell of plain text."""
    return TableEntry(text=str(text))


def gap(reason: str) -> TableEntry:
    """A table's cell that says why there is no value."""
    return TableEntry(text=reason or "not measured", gap=True)


def table(anchor: str, caption: str, labels: Sequence[str], rows: Sequence[Sequence[object]]) -> Table:
    """A table of plain texts, neither folded nor sortable."""
    return Table(
        anchor=anchor,
        caption=caption,
        columns=tuple(Column(label=label) for label in labels),
        rows=tuple(TableRow(entries=tuple(entry(text) for text in row)) for row in rows),
        sortable=False,
    )


def level_entry(
    level: Level | None,
    reason: str,
    number: Callable[[float], str] = fmt.number,
    interval: Callable[[Level], str] = fmt.interval,
) -> TableEntry:
    """A level with its interval as a table's cell, or the reason why there is none."""
    if level is None:
        return gap(reason)
    return TableEntry(text=number(level.value), detail=interval(level), key=round(level.value, 6))
