"""The judgement on a terminal: plain text, what to do first."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO

from rich.console import Console
from rich.table import Table

from report.gate import phrases
from report.gate.judgement import Judgement, Row
from report.sides import title

WIDTH = 200


def as_text(judgement: Judgement) -> str:
    """Headline, a line per cell and metric, and what could be seen at all."""
    output = StringIO()
    console = Console(file=output, width=WIDTH, highlight=False, markup=False, emoji=False)
    console.print(_plain(phrases.headline(judgement)))
    console.print()
    console.print(_table(phrases.ordered(judgement.rows)))
    console.print()
    for line in _facts(judgement):
        console.print(_plain(line))
    return "\n".join(line.rstrip() for line in output.getvalue().splitlines())


def _table(rows: Sequence[Row]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("cell", "metric", "verdict", "change (95%)", "base -> head", "rests on", "remarks"):
        table.add_column(name, overflow="fold")
    for row in rows:
        metric = row.change.metric.title + ("" if row.decides else " (informs)")
        texts = (
            title(row.change.pairing),
            metric,
            phrases.verdict(row),
            phrases.change(row),
            phrases.levels(row),
            phrases.basis(row),
            phrases.remarks(row),
        )
        table.add_row(*(_plain(text) for text in texts))
    return table


def _facts(judgement: Judgement) -> list[str]:
    return [
        f"base: {judgement.base.title}; head: {judgement.head.title}",
        *(f"could not measure: {problem}" for problem in judgement.problems),
        *(phrases.tier(each) for each in judgement.tiers),
        f"machine: {phrases.machine(judgement.machine)}",
        *(f"differs: {line}" for line in judgement.differences),
        *(
            f"expired waiver: {each.cell}, {each.metric}, until {each.expires}: {each.reason}"
            for each in judgement.expired
        ),
        *(f"unused waiver: {each.cell}, {each.metric}: {each.reason}" for each in judgement.unused),
        f"again: {phrases.command(judgement)}",
    ]


def _plain(text: str) -> str:
    """Without characters that a terminal would obey."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)
