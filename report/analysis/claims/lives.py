"""Lifecycles: what an interface carries, idle connections, hooks and the end of a server, documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from report import fmt
from report.analysis.claims.claim import Claim, Evidence, Told
from report.analysis.lifecycles import Lifecycle, quantity, scaled
from report.stats.levels import Level

CARRIED = {"websocket": "WebSocket", "start hook": "lifespan"}
"""Of the answers on capabilities, by their names: what interfaces differ in."""
IDLE = ("idle-connections", "idle-websockets")
SHUTDOWN = "graceful-shutdown"


def _seen(evidence: Evidence, *probes: str) -> Iterator[Lifecycle]:
    return (entry for entry in evidence.lifecycles if entry.cell.scenario in probes)


def _amount(entry: Lifecycle, name: str) -> str:
    """``12.3 ms (11.9–12.8)``; how it was recorded where nothing was."""
    level = entry.values.get(name)
    if level is None:
        return f"not measured ({entry.absent.get(name, 'it was not looked at')})"
    shown, unit = scaled(name, level), quantity(name).unit
    if shown.low is None:
        return f"{fmt.number(shown.value)} {unit} ({fmt.counted(shown.n, 'repeat')}: too few for an interval)"
    return fmt.amount(shown, unit)


def _told(entry: Lifecycle, sentence: str, name: str = "") -> Told:
    level = entry.values.get(name)
    value: Level | None = None if level is None else scaled(name, level)
    return Told(
        sentence=sentence,
        value=value,
        unit=quantity(name).unit if value else "",
        cells=(entry.cell.slug,),
    )


def _carried(evidence: Evidence) -> Sequence[Told]:
    told = []
    for entry in _seen(evidence, "capabilities"):
        answers = [
            f"{title} {entry.answers[name]}" for name, title in CARRIED.items() if name in entry.answers
        ]
        if answers:
            interface = entry.cell.interface.upper()
            told.append(_told(entry, f"{evidence.stack(entry.cell)} ({interface}): {'; '.join(answers)}."))
    return told


def _idle(evidence: Evidence) -> Sequence[Told]:
    return [
        _told(
            entry,
            f"{evidence.stack(entry.cell)} keeps {_count(entry, 'kept')} idle "
            f"{'WebSockets' if entry.cell.scenario == 'idle-websockets' else 'connections'}, each with "
            f"{_amount(entry, 'connection_bytes')} of memory; the 99th percentile of others is "
            f"{_amount(entry, 'p99_before_us')} before and {_amount(entry, 'p99_with_us')} beside them.",
            "connection_bytes",
        )
        for entry in _seen(evidence, *IDLE)
    ]


def _count(entry: Lifecycle, name: str) -> str:
    level = entry.values.get(name)
    return "an unknown number of" if level is None else f"{level.value:,.0f}"


def _hooks(evidence: Evidence) -> Sequence[Told]:
    hooks = [
        _told(
            entry,
            f"{evidence.stack(entry.cell)}: start hook {entry.answers.get('start hook', 'unknown')}, "
            f"stop hook {entry.answers.get('stop hook', 'unknown')}, its state in handlers: "
            f"{entry.answers.get('state in handlers', 'unknown')}.",
        )
        for entry in _seen(evidence, "lifespan")
    ]
    ends = [
        _told(
            entry,
            f"{evidence.stack(entry.cell)} at SIGTERM under load: {_count(entry, 'in_flight_lost')} of "
            f"{_count(entry, 'in_flight')} requests in flight are lost, and it ends after "
            f"{_amount(entry, 'exit_s')}.",
            "exit_s",
        )
        for entry in _seen(evidence, SHUTDOWN)
    ]
    return [*hooks, *ends]


def _documents(evidence: Evidence) -> Sequence[Told]:
    return [
        _told(
            entry,
            f"{evidence.stack(entry.cell)}: {entry.answers.get('document', 'its document')}, valid: "
            f"{entry.answers.get('valid', 'unknown')}; {_amount(entry, 'schema_cold_s')} at first, then "
            f"{_amount(entry, 'schema_warm_s')}; pages: {entry.answers.get('pages', 'unknown')}.",
            "schema_cold_s",
        )
        for entry in _seen(evidence, "openapi")
    ]


CAPABILITIES = Claim(
    name="capabilities",
    says="ASGI carries HTTP, WebSocket and lifespan, WSGI carries HTTP.",
    wants="the probe `capabilities` of an ASGI and of a WSGI stack",
    command="hotlap lifecycle --framework starlette --framework flask --server uvicorn-standard "
    "--server gunicorn-gthread --probe capabilities",
    tell=_carried,
)
LONG_LIVED = Claim(
    name="idle-connections",
    says="Connections that live long fit ASGI.",
    wants="the probes `idle-connections` and `idle-websockets` of an ASGI and of a WSGI stack",
    command="hotlap lifecycle --framework starlette --framework flask --server uvicorn-standard "
    "--server gunicorn-gthread --probe 'idle-*'",
    tell=_idle,
)
LIFESPAN = Claim(
    name="lifespan",
    says="Lifespan opens pools, warms caches and shuts down gracefully.",
    wants="the probes `lifespan` and `graceful-shutdown`",
    command="hotlap lifecycle --framework fastapi --server uvicorn-standard --probe lifespan "
    "--probe graceful-shutdown",
    tell=_hooks,
)
DOCUMENTS = Claim(
    name="openapi",
    says="`/docs`, `/redoc` and the OpenAPI schema come with the framework.",
    wants="the probe `openapi` of `fastapi` or `litestar`",
    command="hotlap lifecycle --framework fastapi --framework litestar --server uvicorn-standard "
    "--probe openapi",
    tell=_documents,
)
