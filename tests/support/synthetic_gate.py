"""A synthetic gate run: two sides with noise, bias of place, and the changes that a test asks for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from results.histogram import Latency
from results.model import (
    BOTH_SIDES,
    Arrivals,
    Cell,
    CostRecord,
    CpuSource,
    Environment,
    FrameworkEnvironment,
    GateStage,
    InstructionCounter,
    Interface,
    Interval,
    Launch,
    Load,
    Pairing,
    Plan,
    PlanKind,
    Run,
    Setup,
    Side,
    SideName,
    Trial,
)
from tests.support.synthetic_plan import hash_of, make_environment

STACKS = (("starlette", "uvicorn-standard"), ("fastapi", "uvicorn-standard"))
INSTRUCTIONS = {"starlette": 210_000, "fastapi": 480_000}
SCREEN = {"gate": "screen", "compare": ""}
CPU_US = {"starlette": 100.0, "fastapi": 240.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoSides:
    """What run to make; the defaults are an A/A gate that has had its screen."""

    name: str = "2026-11-24-gate"
    seed: int = 1
    stacks: tuple[tuple[str, str], ...] = STACKS
    kind: PlanKind = PlanKind.GATE
    cost: bool = True
    load: bool = True
    repeats: int = 2
    pairs: int = 8
    confirmed: int = 0
    """Fresh pairs of every load cell."""
    cost_change: float = 0.0
    """Share by which head of the first stack costs more instructions."""
    cpu_change: float = 0.0
    """Share by which head of the first stack takes more CPU per request."""
    repeat_noise: float = 0.001
    pair_noise: float = 0.07
    """Deviation of a pair's log ratio."""
    place_bias: float = 0.0
    """Share by which whoever comes second in a pair is slower."""
    drift: float = 0.0
    """Share by which both get slower from the first pair to the last."""
    foreign_share: float = 0.0
    """Of pairs in which work beside us makes one side slower by 10 to 30%."""
    requests: int = 6_000
    open_rate_rps: float | None = None
    """Rate of an open load beside the closed one; None: there is none."""
    wait_us: int = 0
    """By which head of the first stack waits in every request."""
    seldom_us: int = 0
    """By which it waits in one request of twenty; seen under the open load alone."""
    memory_change: float = 0.0
    """Share by which it holds more than 40 MiB."""


def make_gate(**changes: object) -> Run:
    """A run after ``TwoSides(**changes)``; the same gives the same run."""
    recipe = replace(TwoSides(), **changes)  # type: ignore[arg-type] # passed on by name
    random = np.random.default_rng(recipe.seed)
    plan = make_plan(recipe)
    trials = [
        trial
        for stage, count in (
            (GateStage.SCREEN if recipe.kind == PlanKind.GATE else GateStage.NONE, recipe.pairs),
            (GateStage.CONFIRM, recipe.confirmed),
        )
        for pairing in plan.pairings
        if pairing.head.load != Load.LOCKSTEP
        for trial in paired_trials(recipe, random, pairing, stage, count)
    ]
    costs = tuple(
        count_of(recipe, random, pairing, side, repeat)
        for pairing in plan.pairings
        if pairing.head.load == Load.LOCKSTEP
        for repeat in range(recipe.repeats)
        for side in BOTH_SIDES
    )
    return Run(plan=plan, trials=tuple(trials), launches=tuple(launches(trials)), costs=costs)


def make_plan(recipe: TwoSides) -> Plan:
    """Line 1 of the run."""
    cells = [
        Cell(
            framework=framework,
            server=server,
            interface=Interface.ASGI,
            scenario="json",
            load=load,
            connections=1 if load == Load.LOCKSTEP else 64,
            rate_rps=recipe.open_rate_rps if load == Load.OPEN else None,
            arrivals=Arrivals.POISSON if load == Load.OPEN else None,
        )
        for load, wanted in (
            (Load.LOCKSTEP, recipe.cost),
            (Load.CLOSED, recipe.load),
            (Load.OPEN, recipe.open_rate_rps is not None),
        )
        if wanted
        for framework, server in recipe.stacks
    ]
    return Plan(
        name=recipe.name,
        created_unix_s=1_795_334_400.0,
        setup=Setup(
            blocks=recipe.pairs,
            warmup_s=0.25,
            window_s=1.0,
            seed=recipe.seed,
            server_cpus=(0,),
            generator_cpus=(1,),
            command=("gate", "--base", "fastapi==0.115.*", "--head", "fastapi"),
        ),
        environment=two_environments(sorted({framework for framework, _ in recipe.stacks})),
        cells=tuple(cells),
        kind=recipe.kind,
        sides=(Side(name=SideName.BASE, title="fastapi==0.115.*"), Side(name=SideName.HEAD, title="fastapi")),
        pairings=tuple(Pairing(base=cell, head=cell) for cell in cells),
    )


def two_environments(frameworks: list[str]) -> Environment:
    """One environment per framework and side, which differ in the version of pydantic."""
    environment = make_environment(frameworks)
    both = tuple(_of_side(framework, side) for framework in environment.frameworks for side in BOTH_SIDES)
    return replace(environment, frameworks=both)


def _of_side(environment: FrameworkEnvironment, side: SideName) -> FrameworkEnvironment:
    versions = environment.versions | {"pydantic": "2.11.0" if side == SideName.BASE else "2.12.4"}
    return replace(environment, side=side, versions=versions, key=f"{hash_of(side):016x}")


def paired_trials(
    recipe: TwoSides, random: np.random.Generator, pairing: Pairing, stage: GateStage, count: int
) -> list[Trial]:
    """The trials of ``count`` launch pairs, base first in half of them."""
    first = random.permutation([BOTH_SIDES[pair % 2] for pair in range(count)])
    offset = recipe.pairs if stage == GateStage.CONFIRM else 0
    return [
        trial_of(recipe, random, pairing, stage, offset + number, side, int(side != first[number]))
        for number in range(count)
        for side in BOTH_SIDES
    ]


def trial_of(  # noqa: PLR0917 - a test's own builder
    recipe: TwoSides,
    random: np.random.Generator,
    pairing: Pairing,
    stage: GateStage,
    number: int,
    side: SideName,
    place: int,
) -> Trial:
    cell = pairing.head if side == SideName.HEAD else pairing.base
    cpu_us = CPU_US[cell.framework] * slowness(recipe, random, pairing, number, side, place)
    is_changed = side == SideName.HEAD and cell.framework == recipe.stacks[0][0]
    wait_us = recipe.wait_us * is_changed
    answer_us = max(64 * cpu_us / 0.99, cpu_us + wait_us)
    window_s = recipe.requests * answer_us / 64 / 1e6
    waited = latency(round(64 * cpu_us))
    if cell.rate_rps is not None:
        window_s = recipe.requests / cell.rate_rps
        waited = latency(round(2 * cpu_us + wait_us), recipe.seldom_us * is_changed)
    return Trial(
        cell=cell,
        block=number,
        launch=2 * number + (side == SideName.HEAD),
        position=0,
        side=side,
        place=place,
        stage=stage,
        windows=5,
        started_unix_s=1_795_334_400.0 + 10 * number + place,
        warmup_s=0.25,
        window_s=window_s,
        requests=recipe.requests,
        latency=waited,
        in_flight_mean=64.0,
        server_cpu_ns=int(recipe.requests * cpu_us * 1000),
        server_cpu_source=CpuSource.CGROUP,
        generator_cpu_ns=int(0.3e9 * window_s),
        generator_idle_s=0.7 * window_s,
        generator_wait_us=20.0,
        memory_pss_bytes=round(40 * 2**20 * (1 + recipe.memory_change * is_changed)) + 4096 * number
        if recipe.memory_change
        else None,
    )


def slowness(  # noqa: PLR0917 - a test's own builder
    recipe: TwoSides, random: np.random.Generator, pairing: Pairing, number: int, side: SideName, place: int
) -> float:
    """Factor on a side's CPU per request: noise, the injected change, bias of place, drift, foreign work."""
    factor = float(np.exp(random.normal(0, recipe.pair_noise / np.sqrt(2))))
    if side == SideName.HEAD and pairing.head.framework == recipe.stacks[0][0]:
        factor *= 1 + recipe.cpu_change
    factor *= 1 + recipe.place_bias * place
    factor *= 1 + recipe.drift * number / max(recipe.pairs - 1, 1)
    if random.random() < recipe.foreign_share / 2:
        factor *= 1 + float(random.uniform(0.1, 0.3))
    return factor


def count_of(
    recipe: TwoSides, random: np.random.Generator, pairing: Pairing, side: SideName, repeat: int
) -> CostRecord:
    """Three intervals of 40 requests, and one of idling at 1 M instructions a second."""
    per_request = INSTRUCTIONS[pairing.head.framework] * float(np.exp(random.normal(0, recipe.repeat_noise)))
    if side == SideName.HEAD and pairing.head.framework == recipe.stacks[0][0]:
        per_request *= 1 + recipe.cost_change
    return CostRecord(
        cell=pairing.head if side == SideName.HEAD else pairing.base,
        side=side,
        repeat=repeat,
        started_unix_s=1_795_334_400.0,
        seconds=11.0,
        counter=InstructionCounter.CALLGRIND,
        tool="valgrind-3.19.0",
        intervals=tuple(
            Interval(instructions=int(per_request * 40 + 0.5e6), seconds=0.5, requests=40) for _ in range(3)
        ),
        idle=Interval(instructions=1_000_000, seconds=1.0, requests=0),
        uncounted_requests=300,
    )


def launches(trials: list[Trial]) -> list[Launch]:
    """The launches that the trials belong to."""
    return [
        Launch(
            id=trial.launch,
            block=trial.block,
            stack=trial.cell.stack,
            target=f"apps.{trial.cell.framework}_app:app",
            argv=("python", "-m", "uvicorn"),
            mounted=(trial.cell.scenario,),
            first_answer_s=0.5,
            hash_seed="random",
            loadavg_1m=0.5,
            memory_available_bytes=5 * 2**30,
            side=trial.side,
        )
        for trial in {trial.launch: trial for trial in trials}.values()
    ]


@cache
def latency(centre_us: float, seldom_us: int = 0) -> str:
    """A histogram of 20,000 latencies around ``centre_us``, encoded; the longest are ``seldom_us`` longer."""
    histogram = Latency()
    for share, count in ((0.5, 4_000), (0.8, 6_000), (1.0, 5_000), (1.3, 4_000)):
        histogram.record_ns(np.full(count, int(share * centre_us * 1000)))
    histogram.record_ns(np.full(1_000, int((2.0 * centre_us + seldom_us) * 1000)))
    return histogram.encode()
