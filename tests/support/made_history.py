"""Extracts of many runs, made without records: series with steps, seams and noise where they are wanted."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from report.analysis.history.extract import Measurement, RunExtract
from report.analysis.metrics import COST, P99, THROUGHPUT
from results.model import Arrivals, Cell, Interface, Load, Plan
from tests.support.synthetic_plan import Recipe, make_plan

REFERENCE = Cell(
    framework="starlette-frozen", server="uvicorn-standard", interface=Interface.ASGI, scenario="json"
)
STACKS = (
    ("starlette", "uvicorn-standard"),
    ("fastapi", "uvicorn-standard"),
    ("flask", "gunicorn-gthread"),
)
DAY_S = 86_400.0


def cell_of(framework: str, server: str, scenario: str) -> Cell:
    """A cell of closed load."""
    interface = Interface.WSGI if framework == "flask" else Interface.ASGI
    return Cell(framework=framework, server=server, interface=interface, scenario=scenario)


def make_extracts(
    runs: int = 40,
    *,
    steps: Mapping[str, tuple[int, float]] | None = None,
    upgrades: Mapping[int, Mapping[str, str]] | None = None,
    machines: Mapping[int, str] | None = None,
    scenarios: Sequence[str] = ("json", "orders"),
    stacks: Sequence[tuple[str, str]] = STACKS,
    deviation: float = 0.014,
    seed: int = 1,
) -> list[RunExtract]:
    """A run a day.

    ``steps`` has of a framework from which run on it does so much more (log scale); ``upgrades`` of a run
    what versions are from it on, by package, and ``machines`` which CPU model it is.
    """
    random, versions, cpu_model = np.random.default_rng(seed), dict[str, str](), "AMD EPYC 7B13"
    extracts = []
    for run in range(runs):
        versions |= (upgrades or {}).get(run, {})
        cpu_model = (machines or {}).get(run, cpu_model)
        measurements = [
            measurement
            for framework, server in stacks
            for scenario in scenarios
            for measurement in _measurements(
                cell_of(framework, server, scenario),
                _shift(framework, run, steps or {}),
                random.normal(0, deviation, 2).tolist(),
            )
        ]
        extracts.append(
            RunExtract(plan=_plan(run, versions, cpu_model, stacks), measurements=tuple(measurements))
        )
    return extracts


def _shift(framework: str, run: int, steps: Mapping[str, tuple[int, float]]) -> float:
    place, size = steps.get(framework, (0, 0.0))
    return size if run >= place else 0.0


def _measurements(cell: Cell, shift: float, noise: Sequence[float]) -> list[Measurement]:
    """Throughput and, of one scenario, wait as ratios, and a count of what is on uvicorn."""
    other = replace(REFERENCE, scenario=cell.scenario)
    level = {"starlette": 1.02, "fastapi": 0.45, "flask": 0.2}.get(cell.framework, 0.7)
    made = [_ratio(cell, other, THROUGHPUT.name, level * math.exp(shift + noise[0]))]
    if cell.scenario == "json":
        offered = {"load": Load.OPEN, "rate_rps": 1000.0, "arrivals": Arrivals.POISSON}
        both = [replace(own, **offered) for own in (cell, other)]  # type: ignore[arg-type] # by name
        made.append(_ratio(both[0], both[1], P99.name, math.exp(4 * noise[1] - shift) / level))
    if cell.server.startswith("uvicorn"):
        counted = replace(cell, load=Load.LOCKSTEP, connections=1)
        value = 200_000 / level * math.exp(noise[1] / 20 - shift)
        made.append(
            Measurement(
                cell=counted,
                other=None,
                metric=COST.name,
                value=value,
                low=value * 0.998,
                high=value * 1.002,
                n=3,
            )
        )
    return made


def _ratio(cell: Cell, other: Cell, metric: str, value: float) -> Measurement:
    return Measurement(
        cell=cell,
        other=other,
        metric=metric,
        in_turns=True,
        value=value,
        low=value * 0.98,
        high=value * 1.02,
        n=8,
    )


def _plan(run: int, versions: Mapping[str, str], cpu_model: str, stacks: Sequence[tuple[str, str]]) -> Plan:
    plan = make_plan(Recipe(name=f"run-{run:03}", stacks=(*stacks, ("starlette-frozen", "uvicorn-standard"))))
    environment = plan.environment
    frameworks = tuple(
        known
        if known.framework == "starlette-frozen"
        else replace(
            known, versions={**known.versions, **versions}, key=f"{known.key}{sorted(versions.items())}"
        )
        for known in environment.frameworks
    )
    return replace(
        plan,
        created_unix_s=plan.created_unix_s + run * DAY_S,
        setup=replace(plan.setup, reference=REFERENCE.stack),
        environment=replace(
            environment, machine=replace(environment.machine, cpu_model=cpu_model), frameworks=frameworks
        ),
        cells=(),
        order=(),
        not_applicable=(),
    )
