"""What would a move save, and what is given up: every stack against every other, opened pair by pair."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from report.analysis.answers.cards import KINDS, Kind
from report.analysis.answers.counted_shares import counted_shares
from report.analysis.answers.moves import Move, Moves, Saving, Seen
from report.page.context import Context
from report.page.model import Column, Fact, Section, SectionPart, Table, TableEntry, TableRow, entry, gap
from report.stats.levels import Level
from report.views.answers import moves as words
from report.views.answers.sentence import interval, signed, write
from report.views.words import SHORT_INTERFACE
from results.model import Cell

WAITS, NO_OWN = "waiting sets the pace", "no floor was asked this"
"""Why there is no value."""
NO_KIND = "other"
"""Kind of work of a scenario that belongs to none."""
MOST_ROWS = 1_500
"""Of all moves together: of a large run each shows only the scenarios that tell most of each kind of work."""


def section(context: Context) -> Section | None:
    """A part a stack, then a folded part for each that it could be left for; None without two stacks."""
    moves = Moves(
        Seen(
            summaries=context.summaries,
            stacks=context.conclusions.stacks,
            not_applicable=context.run.plan.not_applicable,
            findings=context.run.findings,
            lifecycles=context.lifecycles,
        )
    )
    by_source = {source: moves.targets(source) for source in moves.sources}
    if not any(by_source.values()):
        return None
    most = max(MOST_ROWS // sum(map(len, by_source.values())), 1)
    cut = any(len(move.savings) > most for targets in by_source.values() for move in targets)
    shares = [share for source in by_source for share in moves.own_shares(source)]
    return Section(
        anchor="migrate",
        short="What a move saves",
        question="What would a move save, and what is given up?",
        answer=words.answer(shares, context.titles),
        note=words.SCOPE
        + f" Of many scenarios each shows the {most} that tell most." * cut
        + words.unasked(_unasked(by_source)),
        parts=tuple(
            part
            for number, (source, targets) in enumerate(by_source.items())
            if targets
            for part in _parts(
                context,
                moves,
                source,
                tuple(replace(move, savings=move.savings[:most]) for move in targets),
                f"move-{number}",
            )
        ),
    )


def _unasked(by_source: Mapping[Cell, Sequence[Move]]) -> list[Kind]:
    """Kinds of work that no move was measured in."""
    moves = (move for targets in by_source.values() for move in targets)
    known = [saving.kind for move in moves for saving in move.savings]
    return [kind for kind in KINDS if kind not in known]


def _parts(
    context: Context, moves: Moves, source: Cell, targets: tuple[Move, ...], anchor: str
) -> Iterator[SectionPart]:
    yield SectionPart(
        heading=f"From {context.stack_name(source)}",
        anchor=anchor,
        text=words.own_shares(moves.own_shares(source), counted_shares(context.costs, source)),
    )
    for index, move in enumerate(targets):
        yield _part(context, move, f"{anchor}-{index}")


def _part(context: Context, move: Move, anchor: str) -> SectionPart:
    otherwise = words.otherwise(move)
    return SectionPart(
        folded=words.summary(move, context.titles),
        anchor=anchor,
        points=(
            Fact(name="Given up", text=words.given_up(move)),
            Fact(name="Won", text=words.gained(move)),
            *((Fact(name="Answered otherwise", text=otherwise),) if otherwise else ()),
        ),
        tables=(_table(context, move, anchor),),
    )


def _table(context: Context, move: Move, anchor: str) -> Table:
    return Table(
        anchor=f"{anchor}-table",
        caption=f"From {_named(context, move.source)} to {_named(context, move.target)}",
        columns=(
            Column(label="Kind of work"),
            Column(label="Asked"),
            Column(label="Throughput", unit="of that before", numeric=True),
            Column(label="Own share", unit="before", numeric=True),
            Column(label="Saved", unit="of CPU time", numeric=True),
            Column(label="Saved", unit="us", numeric=True),
        ),
        rows=tuple(_row(context, saving) for saving in move.savings),
        sortable=False,
    )


def _named(context: Context, cell: Cell) -> str:
    return f"{context.stack_name(cell)} ({SHORT_INTERFACE.get(cell.interface, cell.interface)})"


def _row(context: Context, saving: Saving) -> TableRow:
    own, ratio = saving.own, saving.ratio
    return TableRow(
        entries=(
            entry(saving.kind.title if saving.kind else NO_KIND),
            entry(context.heading(saving.workload)),
            TableEntry(text=write(ratio).text, detail=f"({interval(ratio)})", link=f"#{ratio.cell.slug}"),
            gap(NO_OWN if saving.saved else WAITS)
            if own is None
            else TableEntry(text=write(own).text, detail=f"({interval(own)})"),
            _saved(saving.saved, "%"),
            _saved(saving.saved_us, ""),
        )
    )


def _saved(level: Level | None, unit: str) -> TableEntry:
    if level is None:
        return gap(WAITS)
    text, _, detail = signed(level, unit).partition(" ")
    return TableEntry(text=text, detail=detail, key=round(level.value, 3))
