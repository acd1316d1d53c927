"""Runs of what was measured of a faulty server, or of made trials, and the patterns that are seen in them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from typing import Any

from report.analysis.patterns.catalogue import explain
from report.analysis.summary import summarise
from results.model import Arrivals, Cell, Failure, Interface, Load, Run, Trial
from runners.errors import LoadError
from runners.generator.messages import Order
from runners.generator.pump.open_pump import OpenPump
from runners.generator.window.trial import measure
from runners.processes.accounting import pss_bytes, tree_pids
from scenarios.answers import json_answer
from scenarios.exchange import Exchange, Request
from tests.support.provoking_server import Fault, faulty
from tests.support.synthetic import make_run
from tests.support.synthetic_plan import Recipe, make_plan

GET = Exchange(request=Request(target="/n"), check=json_answer({"n": 1}))
CELL = Cell(
    framework="fastapi",
    server="uvicorn-standard",
    interface=Interface.ASGI,
    scenario="json",
    connections=8,
)
PLAN = make_plan(Recipe(stacks=(("fastapi", "uvicorn-standard"),), control=False, troubles=False))
HONEST = make_run(blocks=1, stacks=(("fastapi", "uvicorn-standard"),), control=False, troubles=False).trials[
    0
]
"""A trial that shows no pattern, to be spoilt by a test."""
BLOCKS = 4
"""What was measured once stands for so many launches."""


def open_cell(rate_rps: float, **changes: Any) -> Cell:  # noqa: ANN401 - passed on by name
    """``CELL`` under open load of constant arrivals."""
    return replace(CELL, load=Load.OPEN, rate_rps=rate_rps, arrivals=Arrivals.CONSTANT, **changes)


def load(
    fault: Fault,
    cell: Cell = CELL,
    *,
    window_s: float = 0.4,
    idle: Callable[[], object] = lambda: None,
    cgroup: str | None = None,
) -> Trial | Failure:
    """What a server with ``fault`` gives in one launch, or why it gives nothing; ``idle`` hinders."""
    with faulty(fault) as (port, pid):
        try:
            return load_at(port, cell, window_s=window_s, idle=idle, pid=pid, cgroup=cgroup)
        except LoadError as error:
            return error.failure(cell.stack, cell, block=0)


def load_at(
    port: int,
    cell: Cell,
    *,
    window_s: float = 0.4,
    idle: Callable[[], object] = lambda: None,
    pid: int | None = None,
    cgroup: str | None = None,
) -> Trial:
    """As ``load``, of a server that is up; raises LoadError."""
    pump = OpenPump(idle)
    for _ in range(cell.connections):
        pump.join()
    order = Order(
        host="127.0.0.1",
        port=port,
        scenario="n",
        seed=1,
        connections=cell.connections,
        rate_rps=cell.rate_rps,
        arrivals=cell.arrivals,
        warmup_s=0.1,
        window_s=window_s,
        deadline_s=2,
        server_pid=pid,
        cgroup=cgroup,
    )
    before = pss_bytes(tree_pids(pid)) if pid else None
    measured = measure(pump, order, [GET]).measured
    return Trial(
        cell=cell,
        block=0,
        launch=0,
        position=0,
        memory_before_bytes=before,
        memory_pss_bytes=pss_bytes(tree_pids(pid)) if pid else None,
        **{**asdict(measured), "generator_delay_ns": None},  # what else runs where a test runs
    )


def spoilt(cell: dict[str, Any] | None = None, **changes: Any) -> Trial:  # noqa: ANN401 - passed on by name
    """``HONEST`` with other facts, of a cell with others."""
    return replace(HONEST, cell=replace(HONEST.cell, **(cell or {})), **changes)


def run_of(*parts: Trial | Failure) -> Run:
    """A run of several launches, each of which gave ``parts``."""
    cells = dict.fromkeys(part.cell for part in parts if part.cell)
    return Run(
        plan=replace(PLAN, cells=tuple(cells)),
        trials=tuple(
            replace(part, block=block, launch=block)
            for block in range(BLOCKS)
            for part in parts
            if isinstance(part, Trial)
        ),
        failures=tuple(
            replace(part, block=block, launch=block)
            for block in range(BLOCKS)
            for part in parts
            if isinstance(part, Failure)
        ),
    )


def patterns_of(run: Run, cells: Iterable[Cell] = ()) -> dict[str, str]:
    """The evidence of what is seen in ``run`` (in ``cells`` of it), by the pattern's name."""
    wanted = set(cells)
    return {
        explained.pattern.name: explained.evidence
        for explained in explain(run, summarise(run))
        if not wanted or explained.cell in wanted
    }


def never_idle(trial: Trial | Failure) -> Trial:
    """As on a machine of its own: what keeps a server from its CPUs is the machine's that a test runs on."""
    assert isinstance(trial, Trial)
    return replace(trial, server_cpu_ns=int(1e9 * trial.window_s * trial.cell.workers))


def burden() -> None:
    """What keeps a client from its connections: it is called every 25 ms, and takes far longer."""
    time.sleep(0.4)
