"""Frameworks: what one adds to what it stands on, what another saves, and where WSGI is enough."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from report import fmt
from report.analysis.claims.claim import Claim, Evidence, Told, of_cells, server_of
from report.analysis.contenders import is_floor
from report.analysis.layers import Step
from report.analysis.metrics import THROUGHPUT
from report.analysis.ratios import share_left
from report.analysis.summary import Summary
from report.stats.levels import Level
from results.model import Interface

UPPER, LOWER, OTHER = "fastapi", "starlette", "litestar"
SIMPLE = "flask"
"""The WSGI framework that is held against an ASGI one."""


def _on_one_server(evidence: Evidence, name: str, other: str) -> Iterator[tuple[Summary, Summary]]:
    """Cells of two frameworks on the same server, asked the same."""
    for _, members in evidence.by_workload(evidence.cells_of(name, other)):
        others = {
            (member.cell.server, member.cell.interface): member
            for member in members
            if member.cell.framework == other
        }
        for member in members:
            base = others.get((member.cell.server, member.cell.interface))
            if base and member.cell.framework == name:
                yield member, base


def _ratios(evidence: Evidence, name: str, other: str) -> list[Told]:
    return [
        _as_many(evidence, member, base, ratio)
        for member, base in _on_one_server(evidence, name, other)
        if (ratio := evidence.ratio(member, base))
    ]


def _as_many(evidence: Evidence, member: Summary, base: Summary, ratio: Level, means: str = "") -> Told:
    ours, theirs = member.cell, base.cell
    same = ours.server == theirs.server
    whom = evidence.title(theirs.framework) if same else evidence.stack(theirs)
    return of_cells(
        f"{evidence.stack(ours)} answers {fmt.times(ratio)} as many requests as {whom} in "
        f"{evidence.asked(ours)}{means}.",
        ratio,
        "ratio",
        ours,
        theirs,
    )


def _layers(evidence: Evidence) -> Sequence[Told]:
    counted = evidence.costs.layers if evidence.costs else ()
    steps = (step for group in counted for step in group.steps)
    return [*_ratios(evidence, UPPER, LOWER), *_added(evidence, steps)]


def _added(evidence: Evidence, steps: Iterable[Step]) -> Iterator[Told]:
    for step in steps:
        cell = step.count.cell
        if step.over is not None and step.level is not None and cell.framework in {UPPER, LOWER}:
            yield of_cells(
                f"{evidence.title(cell.framework)} adds {fmt.amount(step.level, 'instructions')} to a "
                f"request of {evidence.title(step.below) or 'the bare app'} on {server_of(cell)} in "
                f"`{cell.scenario}`.",
                step.level,
                "instructions",
                cell,
                step.over.cell,
            )


def _other(evidence: Evidence) -> Sequence[Told]:
    return _ratios(evidence, OTHER, UPPER)


def _enough(evidence: Evidence) -> Sequence[Told]:
    """The simple framework over WSGI to the other over ASGI, either on the server on which it serves most."""
    told = []
    for _, members in evidence.by_workload(evidence.cells_of(SIMPLE, UPPER)):
        best = _best(members, SIMPLE, Interface.WSGI)
        base = _best(members, UPPER, Interface.ASGI)
        ratio = evidence.ratio(best, base) if best and base else None
        if best and base and ratio is not None:
            told.append(_as_many(evidence, best, base, ratio, f": {_word(ratio)}"))
    return told


def _best(members: Iterable[Summary], framework: str, interface: Interface) -> Summary | None:
    """Of a framework the stack that serves most over an interface, on whichever server."""
    stacks = [
        (level.value, member)
        for member in members
        if (member.cell.framework, member.cell.interface) == (framework, interface)
        and (level := member.level(THROUGHPUT))
    ]
    return max(stacks, key=lambda stack: stack[0])[1] if stacks else None


def _word(ratio: Level) -> str:
    if ratio.low is None or ratio.high is None:
        return "too few blocks to tell"
    if ratio.low > 1:
        return "WSGI is more than enough"
    return "WSGI is enough" if ratio.high >= 1 else "WSGI answers fewer"


def _share(evidence: Evidence) -> Sequence[Told]:
    """What share of a saturated request is the framework's and the app's: 1 - framework / floor."""
    told = []
    for summary in evidence.summaries:
        floor = evidence.floor_of(summary)
        ratio = evidence.ratio(summary, floor) if floor and not is_floor(summary.cell) else None
        if floor and ratio is not None:
            share = share_left(ratio)
            where = f"a request of {evidence.stack(summary.cell)} in {evidence.asked(summary.cell)}"
            if share.holds(0):
                text = f"How much of {where} is the framework's and the app's cannot be told from nothing"
                text += f" ({fmt.amount(share, '%')})."
            else:
                text = f"Of {where}, {fmt.amount(share, '%')} is the framework's and the app's: a move to "
                text += "another framework saves less than that here."
            told.append(
                of_cells(
                    text,
                    share,
                    "%",
                    summary.cell,
                    floor.cell,
                )
            )
    return told


LAYERS = Claim(
    name="fastapi-layers",
    says="FastAPI is Starlette with injection, validation, OpenAPI and security.",
    wants="`fastapi` and `starlette` on one server, loaded, or counted with the floor `asgi`",
    command="hotlap cost --framework asgi --framework starlette --framework fastapi "
    "--server uvicorn-standard",
    tell=_layers,
)
LITESTAR = Claim(
    name="litestar",
    says="Consider Litestar when a benchmark of your own shows a better fit.",
    wants="`litestar` and `fastapi` on one server, asked the same",
    command="hotlap run --framework litestar --framework fastapi --server uvicorn-standard",
    tell=_other,
)
ENOUGH = Claim(
    name="wsgi-enough",
    says="WSGI can still be enough.",
    wants="`flask` on a WSGI server and `fastapi` on an ASGI server, asked the same",
    command="hotlap run --framework flask --framework fastapi --server gunicorn-gthread "
    "--server granian-wsgi --server uvicorn-standard",
    tell=_enough,
)
MIGRATION = Claim(
    name="migration",
    says="Do not migrate by hype: look for the bottleneck, try it, count the cost.",
    wants="a framework and the bare app of its interface on one server, asked the same",
    command="hotlap run --framework asgi --framework fastapi --server uvicorn-standard",
    tell=_share,
)
