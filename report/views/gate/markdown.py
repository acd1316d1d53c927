"""The judgement as Markdown, for a step summary and a pull request's comment alike."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence

from report import fmt
from report.analysis.gate.judgement import Judgement
from report.analysis.two_sides.judged_changes import JudgedChange
from report.analysis.two_sides.pairings import title
from report.analysis.two_sides.verdicts import Verdict
from report.analysis.two_sides.waivers import Waiver
from report.views.gate import phrases
from report.views.gate.headline import headline

VERDICT_SYMBOLS = {
    Verdict.REGRESSION: "✗",
    Verdict.UNMEASURED: "!",
    Verdict.WAIVED: "~",
    Verdict.UNSEEN: "?",
    Verdict.IMPROVEMENT: "+",
    Verdict.FINE: "✓",
}
ROW_COLUMNS = ("", "cell", "metric", "verdict", "change (95%)", "base -> head", "rests on", "remarks")
_SPECIAL = re.compile(r"[\\`*_\[\]|~@#]|:(?=\S)|(?<=www)\.")
"""What Markdown reads something into within a line; HTML's own characters become entities."""
_IN_CODE = re.compile(r"[^\w\s.,/=+()-]|_|(?<=www)\.")


def markdown(judgement: Judgement) -> str:
    """First line says what to do; what changed in a table, the rest folded; everything foreign escaped."""
    told = [
        row for row in judgement.rows if row.decides and row.verdict not in {Verdict.FINE, Verdict.UNSEEN}
    ]
    rest = [row for row in judgement.rows if row not in told]
    parts = [
        f"**{escape(headline(judgement))}**",
        f"Run {code(judgement.run)}: base {code(judgement.base.title)}, head {code(judgement.head.title)}",
        *(f"- could not measure: {escape(problem)}" for problem in judgement.problems),
        *_table(phrases.ordered(tuple(told))),
        *_folded(rest),
        *_facts(judgement),
    ]
    return "\n\n".join(parts) + "\n"


def escape(text: str) -> str:
    """Text from outside that is neither Markdown, HTML nor a mention."""
    return html.escape(_SPECIAL.sub(r"\\\g<0>", " ".join(text.split())), quote=False)


def code(text: str) -> str:
    """Text from outside as code within HTML, where Markdown means nothing."""
    quiet = _IN_CODE.sub(lambda match: f"&#{ord(match.group())};", " ".join(text.split()))
    return f"<code>{quiet}</code>"


def _table(rows: Sequence[JudgedChange]) -> Iterator[str]:
    if rows:
        head = [f"| {' | '.join(ROW_COLUMNS)} |", "|---" * len(ROW_COLUMNS) + "|"]
        yield "\n".join((*head, *(_line(row) for row in rows)))


def _line(row: JudgedChange) -> str:
    cells = (
        escape(VERDICT_SYMBOLS[row.verdict]),
        code(title(row.change.pairing)),
        row.change.metric.title + ("" if row.decides else " (informs)"),
        escape(phrases.verdict(row)),
        escape(phrases.change(row)),
        escape(phrases.levels(row)),
        escape(phrases.basis(row)),
        escape(phrases.remarks(row)),
    )
    return f"| {' | '.join(cells)} |"


def _folded(rows: Sequence[JudgedChange]) -> Iterator[str]:
    if rows:
        fine = sum(row.decides and row.verdict == Verdict.FINE for row in rows)
        unseen = sum(row.decides and row.verdict == Verdict.UNSEEN for row in rows)
        informing = sum(not row.decides for row in rows)
        summary = f"{fine} fine, {unseen} no regression seen, {informing} that inform only"
        yield from (f"<details><summary>{summary}</summary>", *_table(phrases.ordered(tuple(rows))))
        yield "</details>"


def _facts(judgement: Judgement) -> Iterator[str]:
    lines = [
        *(phrases.tier_text(tier) for tier in judgement.tiers),
        f"machine: {phrases.machine_text(judgement.machine)}",
        *(f"where the time goes: {flame.cell}: {flame.file}" for flame in judgement.flames),
    ]
    yield "\n".join(f"- {escape(line)}" for line in lines)
    yield from _waivers("expired waiver, which fails the gate", judgement.expired)
    yield from _waivers("unused waiver, which can go", judgement.unused)
    if judgement.differences:
        differences = fmt.counted(len(judgement.differences), "difference")
        listed = "\n".join(f"- {escape(line)}" for line in judgement.differences)
        yield f"<details><summary>{differences} between the environments</summary>\n\n{listed}\n\n</details>"
    yield f"To measure again: {code(phrases.command(judgement))}"


def _waivers(what: str, waivers: Iterable[Waiver]) -> Iterator[str]:
    lines = [
        f"- {what}: {code(waiver.cell)}, {escape(waiver.metric)}, until {waiver.expires}: "
        f"{escape(waiver.reason)}"
        for waiver in waivers
    ]
    if lines:
        yield "\n".join(lines)
