"""Threads or an event loop: what waiting requests do to throughput as connections grow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from report import fmt
from report.analysis.claims.claim import Claim, Evidence, Told, of_cells
from report.analysis.metrics import THROUGHPUT
from report.analysis.summary import Summary
from results.model import Interface

WAITING_SCENARIO = "delay"
DELAY_MEAN_S = 0.02
"""How long its handlers wait in the mean: each of 10 to 30 ms as often as any other."""


def by_connections(evidence: Evidence) -> Iterator[tuple[Summary, ...]]:
    """Of each stack that waited in ``delay`` at several numbers of connections, by their rise."""
    stacks: dict[tuple[str, str, int, str], list[Summary]] = {}
    for summary in evidence.summaries:
        cell = summary.cell
        if cell.scenario == WAITING_SCENARIO and cell.reuse is None:
            stacks.setdefault((cell.framework, cell.server, cell.workers, cell.python), []).append(summary)
    for members in stacks.values():
        members.sort(key=lambda summary: summary.cell.connections)
        if members[0].cell.connections < members[-1].cell.connections:
            yield tuple(members)


def thread_limit_rps(evidence: Evidence) -> float:
    """The most that one worker answers whose threads all wait: threads / mean delay."""
    return evidence.run.plan.setup.threads / DELAY_MEAN_S


def _tell(evidence: Evidence) -> Sequence[Told]:
    told = []
    for few, *_, many in by_connections(evidence):
        ratio = evidence.ratio_within_launches(many, few)
        level = few.level(THROUGHPUT)
        if ratio is not None and level is not None:
            told.append(
                of_cells(
                    f"{evidence.stack(few.cell)} ({_model(few, evidence)}) answers "
                    f"{fmt.amount(level, 'requests/s')} that wait at {few.cell.connections} connections, and "
                    f"{fmt.times(ratio)} as many at {many.cell.connections:,}.",
                    ratio,
                    "ratio",
                    many.cell,
                    few.cell,
                )
            )
    return told


def _model(summary: Summary, evidence: Evidence) -> str:
    if summary.cell.interface != Interface.WSGI:
        return f"{summary.cell.interface.upper()}, an event loop"
    threads = evidence.run.plan.setup.threads
    return f"WSGI, {threads} threads where the server has threads"


THREADS = Claim(
    name="threads-or-loop",
    says="WSGI is request and response on threads or processes, ASGI is an event loop.",
    wants="the scenario `delay` at several numbers of connections, on a WSGI and on an ASGI stack",
    command="hotlap run --framework flask --framework starlette --server gunicorn-gthread "
    "--server uvicorn-standard --scenario delay --connections 100 --connections 500 --connections 1000",
    tell=_tell,
)
