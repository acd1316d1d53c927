"""The judgement on a terminal: plain text, what to do first."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO

from rich.console import Console
from rich.table import Table

from report.analysis.gate.judgement import Judgement
from report.analysis.two_sides.judged_changes import JudgedChange
from report.analysis.two_sides.pairings import title
from report.analysis.two_sides.verdicts import Verdict
from report.views.gate import phrases
from report.views.gate.headline import headline
from results.text import plain

UNFOLDED_WIDTH = 400
"""Characters: lines are not folded here, a terminal does that itself."""


def as_text(judgement: Judgement) -> str:
    """Headline, a line per cell and metric, and what could be seen at all."""
    return "\n".join(
        (
            plain(headline(judgement)),
            "",
            table(phrases.ordered(judgement.rows)),
            "",
            *(plain(line) for line in _facts(judgement)),
        )
    )


def table(rows: Sequence[JudgedChange], *, everything: bool = False) -> str:
    """Every deciding row, and of those that inform only what changed, unless everything is wanted."""
    shown = Table(box=None, pad_edge=False)
    for name in ("cell", "metric", "change (95%)", "base -> head", "rests on", "verdict"):
        shown.add_column(name, no_wrap=True)
    for row in rows:
        if everything or row.decides or row.verdict in {Verdict.REGRESSION, Verdict.IMPROVEMENT}:
            shown.add_row(*(plain(text) for text in _texts(row)))
    output = StringIO()
    Console(file=output, width=UNFOLDED_WIDTH, highlight=False, markup=False, emoji=False).print(shown)
    return "\n".join(line.rstrip() for line in output.getvalue().splitlines())


def _texts(row: JudgedChange) -> tuple[str, ...]:
    return (
        title(row.change.pairing),
        row.change.metric.heading + ("" if row.decides else " (informs)"),
        phrases.change(row),
        phrases.levels(row),
        phrases.basis(row),
        phrases.verdict(row),
    )


def _facts(judgement: Judgement) -> list[str]:
    return [
        f"base: {judgement.base.title}; head: {judgement.head.title}",
        *(f"could not measure: {problem}" for problem in judgement.problems),
        *(
            f"{title(row.change.pairing)}, {row.change.metric.noun}: {phrases.remarks(row)}"
            for row in phrases.ordered(judgement.rows)
            if row.decides and phrases.remarks(row)
        ),
        *(phrases.tier_text(tier) for tier in judgement.tiers),
        f"machine: {phrases.machine_text(judgement.machine)}",
        *(f"differs: {line}" for line in judgement.differences),
        *(
            f"expired waiver: {waiver.cell}, {waiver.metric}, until {waiver.expires}: {waiver.reason}"
            for waiver in judgement.expired
        ),
        *(f"unused waiver: {waiver.cell}, {waiver.metric}: {waiver.reason}" for waiver in judgement.unused),
        *(f"where the time goes: {flame.cell}: {flame.file}" for flame in judgement.flames),
        f"again: {phrases.command(judgement)}",
    ]
