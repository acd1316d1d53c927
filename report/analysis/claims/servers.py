"""Servers: what one brings over another on the same app."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from report import fmt
from report.analysis.claims.claim import Claim, Evidence, Told, of_cells
from report.analysis.contenders import is_floor
from report.analysis.summary import Summary

USUAL = "uvicorn-standard"
PURE = "uvicorn-pure"


def _against_usual(evidence: Evidence, server: str = "") -> Iterator[tuple[Summary, Summary]]:
    """Each cell with the same on the usual server; only on ``server`` where it is named."""
    for _, members in evidence.by_workload(evidence.summaries):
        usual = {member.cell.framework: member for member in members if member.cell.server == USUAL}
        for member in members:
            base = usual.get(member.cell.framework)
            if base and member is not base and server in {"", member.cell.server}:
                yield member, base


def _role(evidence: Evidence) -> Sequence[Told]:
    """Each server over the same floor."""
    told = []
    for member, base in _against_usual(evidence):
        ratio = evidence.ratio(member, base) if is_floor(member.cell) else None
        if ratio is not None:
            told.append(
                of_cells(
                    f"The bare {member.cell.interface.upper()} app answers {fmt.times(ratio)} as many "
                    f"requests on {member.cell.server} as on {USUAL} in {evidence.asked(member.cell)}.",
                    ratio,
                    "ratio",
                    member.cell,
                    base.cell,
                )
            )
    return told


def _standard(evidence: Evidence) -> Sequence[Told]:
    told = []
    for member, base in _against_usual(evidence, PURE):
        ratio = evidence.ratio(base, member)
        if ratio is not None:
            told.append(
                of_cells(
                    f"{evidence.title(base.cell.framework)} answers {fmt.times(ratio)} as many requests "
                    f"under uvloop and httptools as under asyncio and h11 in {evidence.asked(base.cell)}.",
                    ratio,
                    "ratio",
                    base.cell,
                    member.cell,
                )
            )
    return told


SERVERS = Claim(
    name="server-role",
    says="A server runs the app and speaks HTTP for it.",
    wants="the bare `asgi` app on several servers",
    command="hotlap run --framework asgi --server uvicorn-standard --server granian-asgi "
    "--scenario plaintext",
    tell=_role,
)
STANDARD = Claim(
    name="uvicorn-standard",
    says="`uvicorn[standard]` is usually preferred.",
    wants="a framework on `uvicorn-standard` and on `uvicorn-pure`, asked the same",
    command="hotlap run --framework starlette --server uvicorn-standard --server uvicorn-pure "
    "--scenario json --scenario orders",
    tell=_standard,
)
