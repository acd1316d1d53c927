"""A made run of kind ``lifecycle``: two stacks, most probes, a failure, and what one stack lacks."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random

from results.model import (
    Cell,
    Failure,
    FailureStage,
    Interface,
    LifecycleRecord,
    Load,
    NotApplicable,
    PlanKind,
    Run,
)
from results.store import read
from tests.support.records import RECORDS

REPEATS, READINGS = 10, 60
FRAMEWORKS = ("starlette", "fastapi")
DOCUMENT = {
    "openapi": "3.1.0",
    "paths": {"/json": {"get": {"responses": {"200": {"description": "right"}}}}},
}


def cell(framework: str, probe: str, server: str = "uvicorn-standard") -> Cell:
    """A probe of a stack."""
    interface = Interface.ASGI if server.startswith("uvicorn") else Interface.WSGI
    return Cell(
        framework=framework,
        server=server,
        interface=interface,
        scenario=probe,
        load=Load.PROBE,
        connections=1,
    )


def record(looked_at: Cell, **more: object) -> LifecycleRecord:
    """A record; ``more`` are fields."""
    values: dict[str, object] = {
        "started_unix_s": 1.0,
        "seconds": 1.0,
        "argv": ("python", "-m", "it"),
        **more,
    }
    return LifecycleRecord(cell=looked_at, **values)  # type: ignore[arg-type] # fields by their names


def run() -> Run:
    """The run as read back."""
    source, random = read(RECORDS / "cost"), Random(1)
    cells = [
        cell(name, probe)
        for probe in ("cold-start", "capabilities", "openapi", "soak")
        for name in FRAMEWORKS
    ]
    plan = replace(
        source.plan,
        kind=PlanKind.LIFECYCLE,
        cells=tuple(cells),
        not_applicable=(
            NotApplicable(cell=cell("flask", "lifespan", "gunicorn-gthread"), reason="no hooks <in> WSGI"),
        ),
    )
    starts = [
        record(
            cell(name, "cold-start"),
            repeat=repeat,
            values={"first_answer_s": slowness * (0.4 + 0.1 * random.random()), "processes": 1.0},
            absent={"pss_bytes": "the kernel does not show it"},
        )
        for slowness, name in enumerate(FRAMEWORKS, 1)
        for repeat in range(REPEATS)
    ]
    others = [
        record(cell("starlette", "capabilities"), answers={"keep-alive": "yes", "http/2": "no: <closed>"}),
        record(cell("fastapi", "capabilities"), answers={"keep-alive": "yes"}),
        record(cell("starlette", "openapi"), documents={"openapi": json.dumps({**DOCUMENT, "paths": {}})}),
        record(cell("fastapi", "openapi"), documents={"openapi": json.dumps(DOCUMENT)}),
        record(
            cell("starlette", "soak"),
            values={"requests": 1000.0},
            series={
                "at_s": tuple(map(float, range(READINGS))),
                "pss_bytes": tuple(3e7 + 2048.0 * at for at in range(READINGS)),
                "descriptors": (20.0,) * READINGS,
            },
        ),
    ]
    failure = Failure(
        stack="fastapi--uvicorn-standard",
        cell=cell("fastapi", "soak"),
        block=None,
        stage=FailureStage.LIFECYCLE,
        message="soak: the server ended",
    )
    return Run(plan=plan, lifecycles=(*starts, *others), failures=(failure,))


def idle_and_ends() -> Run:
    """Memory of two stacks, of which one keeps few connections, and how both end."""
    asgi, wsgi = ("starlette", "uvicorn-standard"), ("flask", "gunicorn-gthread")
    records = (
        record(
            cell(asgi[0], "cold-start", asgi[1]), values={"pss_bytes": 40 * 2.0**20, "worker_pss_bytes": 3e7}
        ),
        record(cell(wsgi[0], "cold-start", wsgi[1]), values={"pss_bytes": 50 * 2.0**20}),
        record(
            cell(asgi[0], "idle-connections", asgi[1]), values={"kept": 1000.0, "connection_bytes": 8192.0}
        ),
        record(
            cell(wsgi[0], "idle-connections", wsgi[1]),
            values={"kept": 40.0},
            absent={"connection_bytes": "only 40 of 1000 connections were kept"},
        ),
        record(
            cell(asgi[0], "graceful-shutdown", asgi[1]),
            values={"in_flight": 16.0, "in_flight_lost": 0.0, "exit_s": 0.25},
        ),
        record(
            cell(wsgi[0], "graceful-shutdown", wsgi[1]),
            values={"in_flight": 16.0, "in_flight_lost": 3.0, "exit_s": 30.0},
        ),
    )
    cells = tuple(looked_at.cell for looked_at in records)
    return Run(plan=replace(run().plan, name="lives", cells=cells, not_applicable=()), lifecycles=records)
