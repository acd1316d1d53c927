"""A synthetic run of counts: seeded, with an example of everything that goes wrong."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from results.model import (
    IN_PROCESS,
    Cell,
    CostRecord,
    CostShares,
    Failure,
    FailureStage,
    InstructionCounter,
    Interval,
    Load,
    NotApplicable,
    Plan,
    PlanKind,
    Run,
    SharesBy,
)
from tests.support.synthetic_plan import INTERFACES, STACKS, Recipe, make_plan

SCENARIOS = ("json", "plaintext", "orders", "orders-raw")
SERVER = {
    "uvicorn-standard": 92_000,
    "granian-asgi": 55_000,
    "granian-rsgi": 31_000,
    "granian-wsgi": 60_000,
    "gunicorn-gthread": 310_000,
    "gunicorn-sync": 250_000,
    IN_PROCESS: 2_000,
}
FRAMEWORK = {
    "starlette": 108_000,
    "fastapi": 298_000,
    "litestar": 175_000,
    "flask": 590_000,
    "django": 700_000,
}
WORK = {
    "plaintext": 0,
    "json": 9_000,
    "orders": 160_000,
    "orders-raw": 45_000,
    "price-none": 9_000,
    "price-cors": 20_000,
    "price-base-middleware": 109_000,
    "price-sentry": 40_000,
    "price-gzip": 15_000,
    "middleware": 31_000,
    "middleware-none": 9_000,
}
IDLE_PER_S = 40_000
TOOL = "valgrind 3.19.0"


def make_cost_run(
    *,
    name: str = "2026-11-23-cost",
    stacks: tuple[tuple[str, str], ...] = STACKS,
    scenarios: tuple[str, ...] = SCENARIOS,
    repeats: int = 2,
    noise: float = 0.001,
    seed: int = 3,
    troubles: bool = True,
) -> Run:
    """Counts of every stack and of its app without a server; ``noise`` is that of one launch."""
    random = np.random.default_rng(seed)
    cells = _cells(stacks, scenarios)
    plan = _plan(name, stacks, cells, troubles=troubles)
    absent = {lacking.cell for lacking in plan.not_applicable}
    counted = [cell for cell in cells if cell not in absent and not (troubles and _broken(cell))]
    return Run(
        plan=replace(plan, cells=tuple(cell for cell in cells if cell not in absent)),
        costs=tuple(_record(cell, repeat, random, noise) for repeat in range(repeats) for cell in counted),
        shares=(_shares(counted[0]),) if troubles else (),
        failures=tuple(_failure(cell) for cell in cells if troubles and _broken(cell)),
    )


def exact(cell: Cell) -> float:
    """What a request of the cell costs before noise."""
    return SERVER[cell.server] + FRAMEWORK.get(cell.framework, 0) + WORK[cell.scenario]


def _cells(stacks: tuple[tuple[str, str], ...], scenarios: tuple[str, ...]) -> list[Cell]:
    places = [(framework, server, INTERFACES[server]) for framework, server in stacks]
    inside = dict.fromkeys((framework, IN_PROCESS, interface) for framework, _, interface in places)
    return [
        Cell(
            framework=framework,
            server=server,
            interface=interface,
            scenario=scenario,
            load=Load.LOCKSTEP,
            connections=1,
        )
        for scenario in scenarios
        for framework, server, interface in (*places, *inside)
    ]


def _plan(name: str, stacks: tuple[tuple[str, str], ...], cells: list[Cell], *, troubles: bool) -> Plan:
    made = make_plan(Recipe(name=name, stacks=stacks, control=False, troubles=False))
    lacking = [cell for cell in cells if cell.framework == "rsgi" and cell.server == IN_PROCESS and troubles]
    return replace(
        made,
        kind=PlanKind.COST,
        setup=replace(made.setup, command=("cost", "--quick")),
        not_applicable=tuple(
            NotApplicable(cell=cell, reason="RSGI needs granian's objects") for cell in lacking
        ),
        order=(),
    )


def _broken(cell: Cell) -> bool:
    return (cell.framework, cell.server) == ("django", "gunicorn-gthread") and cell.scenario == "orders"


def _failure(cell: Cell) -> Failure:
    return Failure(
        stack=cell.stack,
        cell=cell,
        block=None,
        stage=FailureStage.COST,
        message="intervals 2.1% apart, twice",
        remedy="count it alone: hotlap cost --framework django",
    )


def _record(cell: Cell, repeat: int, random: np.random.Generator, noise: float) -> CostRecord:
    launch = exact(cell) * (1 + float(random.normal(0, noise)))
    idle = None if cell.server == IN_PROCESS else Interval(instructions=IDLE_PER_S, seconds=1.0, requests=0)
    return CostRecord(
        cell=cell,
        repeat=repeat,
        started_unix_s=1_795_420_800.0 + repeat,
        seconds=11.0,
        counter=InstructionCounter.CALLGRIND,
        tool=TOOL,
        intervals=tuple(
            Interval(
                instructions=round(40 * launch * (1 + float(random.normal(0, noise / 2)))) + _idle(idle),
                seconds=2.0,
                requests=40,
            )
            for _ in range(3)
        ),
        idle=idle,
        uncounted_requests=320,
        target=f"apps.{cell.framework}_app:app",
        argv=("valgrind", "--tool=callgrind", "python", "-m", cell.server),
    )


def _idle(idle: Interval | None) -> int:
    return 2 * idle.instructions if idle else 0


def _shares(cell: Cell) -> CostShares:
    return CostShares(
        cell=cell,
        by=SharesBy.FUNCTION,
        shares={"server protocol": 0.41, "routing": 0.07, "handler": 0.12, "response": 0.2},
        tool=TOOL,
        python="3.12.4",
    )
