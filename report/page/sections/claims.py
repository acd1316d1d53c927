"""What is said of WSGI, ASGI, servers and frameworks, and what the runs of this page say of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from report import fmt
from report.analysis.claims.catalogue import CHAPTERS, MeasuredClaim, hold_claims
from report.analysis.claims.claim import Evidence
from report.page.context import Context
from report.page.model import Column, Fact, Figure, Section, SectionPart, Table, TableRow, entry
from report.page.sections.parts import claim_figures

HEAD = "What was measured"
GUIDE = (
    "A server (Uvicorn, Gunicorn, Granian) speaks HTTP and hands each request through an interface to a "
    "framework, which stands between that and your handlers: Flask on WSGI, Starlette, FastAPI and Litestar "
    "on ASGI, Django on either. WSGI is a call that returns one answer and keeps a thread or a process until "
    "then; ASGI is coroutines on an event loop, so that one process keeps many connections waiting, and "
    "WebSockets too. So WSGI is enough as long as a request is one answer that is soon ready and threads do "
    "not run out; many that wait, and connections that live long, are what ASGI is for."
)


def section(context: Context) -> Section | None:
    """A guide, a part a claim that is told of, then the others with what measures them; None without any."""
    evidence = tuple(
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
            _guide(told),
            *(_part(context, measured, number, evidence) for number, measured in enumerate(told)),
            *((_untold(untold),) if untold else ()),
        ),
    )


def _guide(told: Sequence[MeasuredClaim]) -> SectionPart:
    """How all of it fits together, and in which order to read what was measured."""
    return SectionPart(
        heading="How they fit together",
        anchor="claims-guide",
        text=GUIDE,
        points=tuple(_chapters(told)),
    )


def _chapters(told: Sequence[MeasuredClaim]) -> Iterator[Fact]:
    for number, chapter in enumerate(CHAPTERS, start=1):
        places = [place for place, measured in enumerate(told) if measured.claim in chapter.claims]
        known = {told[place].claim.name for place in places}
        yield Fact(
            name=f"{number}. {chapter.title}",
            text=f"{chapter.asks} ({len(known)} of {len(chapter.claims)} measured here).",
            link=f"#claim-{places[0]}" if places else "#claims-untold",
        )


def _part(
    context: Context, measured: MeasuredClaim, number: int, evidence: Sequence[Evidence]
) -> SectionPart:
    first, *others = [_said(told.sentence) for told in measured.told]
    of_run = f" (run {measured.run})" * (measured.run != context.run.plan.name)
    return SectionPart(
        heading=_said(measured.claim.says),
        anchor=f"claim-{number}",
        text=f"{first}{of_run}",
        figures=_figures(context, measured, number, evidence),
        tables=(_others(others, number, _said(measured.claim.says) + of_run),) if others else (),
    )


def _figures(
    context: Context, measured: MeasuredClaim, number: int, evidence: Sequence[Evidence]
) -> tuple[Figure, ...]:
    """The picture of a claim that one run tells of."""
    own = next((candidate for candidate in evidence if candidate.run.plan.name == measured.run), None)
    return claim_figures.draw(context, own, measured.claim.name, f"claim{number}") if own else ()


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
