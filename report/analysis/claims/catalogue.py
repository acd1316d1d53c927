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

CLAIMS: Mapping[str, Claim] = {
    claim.name: claim
    for claim in (
        THREADS,
        CAPABILITIES,
        LONG_LIVED,
        LIFESPAN,
        SERVERS,
        WORKERS,
        STANDARD,
        LAYERS,
        DOCUMENTS,
        LITESTAR,
        ENOUGH,
        ROWS,
        MIGRATION,
    )
}
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
