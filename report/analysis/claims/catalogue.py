"""The catalogue of claims, held against recorded runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from report.analysis.claims.claim import Claim, Evidence, Told
from report.analysis.claims.frameworks import ENOUGH, LAYERS, LITESTAR, MIGRATION
from report.analysis.claims.lives import CAPABILITIES, DOCUMENTS, LIFESPAN, LONG_LIVED
from report.analysis.claims.rows import ROWS
from report.analysis.claims.servers import SERVERS, STANDARD
from report.analysis.claims.threads import THREADS
from report.analysis.claims.workers import WORKERS
from results.model import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """Claims that are read together."""

    title: str
    asks: str
    """What they tell, in words."""
    claims: tuple[Claim, ...]


CHAPTERS: tuple[Chapter, ...] = (
    Chapter(
        title="The interfaces",
        asks="what WSGI and ASGI carry, and what waiting, idle connections and a restart cost either",
        claims=(THREADS, CAPABILITIES, LONG_LIVED, LIFESPAN),
    ),
    Chapter(
        title="The servers",
        asks="what a server does for an app, and what workers, an event loop and a parser bring",
        claims=(SERVERS, WORKERS, STANDARD),
    ),
    Chapter(
        title="The frameworks",
        asks="what each layer adds to a request, what comes with it, and how two on one server compare",
        claims=(LAYERS, DOCUMENTS, LITESTAR),
    ),
    Chapter(
        title="The choice",
        asks="when WSGI is enough, what is left of a difference beside a database, and what a move can save",
        claims=(ENOUGH, ROWS, MIGRATION),
    ),
)
"""In the order in which they are read: each rests on those before."""
CLAIMS: Mapping[str, Claim] = {claim.name: claim for chapter in CHAPTERS for claim in chapter.claims}
"""The catalogue, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredClaim:
    """A claim with what the runs say of it."""

    claim: Claim
    run: str = ""
    """Name of the run that says it, or of those that say it together; empty where none has the cells."""
    told: tuple[Told, ...] = ()


def measure_claims(runs: Iterable[Run]) -> tuple[MeasuredClaim, ...]:
    """Every claim of the catalogue with all that ``runs`` say of it."""
    return hold_claims(Evidence(run) for run in runs)


def hold_claims(evidence: Iterable[Evidence]) -> tuple[MeasuredClaim, ...]:
    """Every claim of the catalogue with all that runs say of it."""
    evidence = tuple(evidence)
    measured = []
    for claim in CLAIMS.values():
        telling = ((own.run.plan.name, tuple(claim.tell(own))) for own in evidence)
        answers = [MeasuredClaim(claim=claim, run=run, told=told) for run, told in telling if told]
        answers += _together(claim, evidence)
        measured += answers or [MeasuredClaim(claim=claim)]
    return tuple(measured)


def _together(claim: Claim, evidence: Sequence[Evidence]) -> list[MeasuredClaim]:
    """What several runs say of ``claim`` together."""
    by_runs: dict[str, list[Told]] = {}
    for runs, told in claim.across(evidence):
        by_runs.setdefault(", ".join(dict.fromkeys(runs)), []).append(told)
    return [MeasuredClaim(claim=claim, run=runs, told=tuple(told)) for runs, told in by_runs.items()]
