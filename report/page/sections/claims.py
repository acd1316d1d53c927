"""What is said of WSGI, ASGI, servers and frameworks, and what the runs of this page say of it."""

from __future__ import annotations

from collections.abc import Sequence

from report import fmt
from report.analysis.claims.catalogue import MeasuredClaim, hold_claims
from report.analysis.claims.claim import Evidence
from report.page.context import Context
from report.page.model import Column, Fact, Section, SectionPart, Table, TableRow, entry

HEAD = "What was measured"


def section(context: Context) -> Section | None:
    """A part a claim that is told of, then the others with what measures them; None where none is told."""
    evidence = (
        Evidence(run, context.conclusions.summaries if run is context.run else None) for run in context.runs
    )
    entries = hold_claims(evidence)
    told = [measured for measured in entries if measured.told]
    if not told:
        return None
    untold = [measured for measured in entries if not measured.told]
    claims = {measured.claim.name for measured in told}
    return Section(
        anchor="claims",
        short="Claims, measured",
        question="What is said of these stacks, and does it hold here?",
        answer=f"{len(claims)} of {fmt.counted(len(claims) + len(untold), 'claim')} can be held against this "
        "run. Each number has its 95% interval and is of this machine; a ratio across servers is one of "
        "whole stacks.",
        parts=(
            *(_part(context, measured, number) for number, measured in enumerate(told)),
            *((_untold(untold),) if untold else ()),
        ),
    )


def _part(context: Context, measured: MeasuredClaim, number: int) -> SectionPart:
    first, *others = [_said(told.sentence) for told in measured.told]
    of_run = f" (run {measured.run})" * (measured.run != context.run.plan.name)
    return SectionPart(
        heading=_said(measured.claim.says),
        anchor=f"claim-{number}",
        text=f"{first}{of_run}",
        tables=(_others(others, number, _said(measured.claim.says)),) if others else (),
    )


def _others(sentences: Sequence[str], number: int, caption: str) -> Table:
    return Table(
        anchor=f"claim-{number}-table",
        caption=caption,
        summary=f"{len(sentences)} more of the kind",
        columns=(Column(label="No."), Column(label=HEAD)),
        rows=tuple(
            TableRow(entries=(entry(place), entry(sentence)))
            for place, sentence in enumerate(sentences, start=2)
        ),
        sortable=False,
    )


def _untold(entries: Sequence[MeasuredClaim]) -> SectionPart:
    return SectionPart(
        heading="What this run cannot tell",
        anchor="claims-untold",
        points=tuple(
            Fact(
                name=_said(measured.claim.says).removesuffix("."),
                text=f"it wants {_said(measured.claim.wants)}. {measured.claim.command}",
            )
            for measured in entries
        ),
    )


def _said(text: str) -> str:
    """Text of a claim without the marks of Markdown."""
    return text.replace("`", "")
