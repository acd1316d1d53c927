"""A synthetic run: seeded, with noise, and with an example of everything that goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from results.histogram import Latency
from results.model import (
    Arrivals,
    BlockEnd,
    Cell,
    CpuSource,
    Environment,
    Failure,
    FailureStage,
    Finding,
    FrameworkEnvironment,
    Interface,
    Launch,
    Load,
    Machine,
    NotApplicable,
    Plan,
    Run,
    Setup,
    Trial,
)

INTERFACES = {
    "uvicorn-standard": Interface.ASGI,
    "granian-asgi": Interface.ASGI,
    "granian-rsgi": Interface.RSGI,
    "granian-wsgi": Interface.WSGI,
    "gunicorn-gthread": Interface.WSGI,
    "gunicorn-sync": Interface.WSGI,
}
STACKS = (
    ("asgi", "uvicorn-standard"),
    ("starlette", "uvicorn-standard"),
    ("fastapi", "uvicorn-standard"),
    ("litestar", "uvicorn-standard"),
    ("starlette", "granian-asgi"),
    ("fastapi", "granian-asgi"),
    ("litestar", "granian-asgi"),
    ("rsgi", "granian-rsgi"),
    ("flask", "gunicorn-gthread"),
    ("django", "gunicorn-gthread"),
    ("flask", "granian-wsgi"),
)
SCENARIOS = ("json", "params", "orders")
TITLES = {"asgi": "bare ASGI", "rsgi": "bare RSGI", "fastapi": "FastAPI", "wsgi": "bare WSGI"}
FRAMEWORK_US = {
    "asgi": 10.0,
    "rsgi": 8.0,
    "wsgi": 10.0,
    "starlette": 45.0,
    "litestar": 75.0,
    "fastapi": 130.0,
    "flask": 160.0,
    "django": 190.0,
}
SERVER_US = {"uvicorn-standard": 75.0, "granian-asgi": 32.0, "granian-rsgi": 20.0, "granian-wsgi": 35.0}
SCENARIO_FACTOR = {"plaintext": 0.9, "json": 1.0, "params": 1.5, "orders": 2.6, "items": 6.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What run to make; the defaults are the quick matrix with one of every trouble."""

    name: str = "2026-11-22-quick"
    seed: int = 1
    stacks: tuple[tuple[str, str], ...] = STACKS
    scenarios: tuple[str, ...] = SCENARIOS
    blocks: int = 8
    planned_blocks: int | None = None
    connections: int = 64
    rates: tuple[float, ...] = ()
    """Rates of open load, offered beside the closed load; Poisson arrivals."""
    shares: tuple[float, ...] = ()
    """Shares of the closed capacity that are offered as open load."""
    closed: bool = True
    """Whether there is closed load."""
    window_s: float = 0.7
    launch_noise: float = 0.06
    trial_noise: float = 0.08
    block_noise: float = 0.05
    control: bool = True
    troubles: bool = True
    """Failures, flagged and repeated trials, findings, a cell that is not applicable."""
    cost_us: dict[str, float] = field(default_factory=dict)
    """CPU per request in us by stack slug, where it is not the built-in one."""


def make_run(**changes: object) -> Run:
    """A run after ``Recipe(**changes)``; the same recipe gives the same run."""
    recipe = replace(Recipe(), **changes)  # type: ignore[arg-type] # passed on by name
    return _Maker(recipe).run()


def cells_of(recipe: Recipe) -> tuple[Cell, ...]:
    """All cells, the first stack's control last."""
    stacks = [(framework, server, False) for framework, server in recipe.stacks]
    if recipe.control:
        stacks.append((*recipe.stacks[min(1, len(recipe.stacks) - 1)], True))
    closed = tuple(
        Cell(
            framework=framework,
            server=server,
            interface=INTERFACES[server],
            scenario=scenario,
            connections=recipe.connections,
            control=control,
        )
        for framework, server, control in stacks
        for scenario in recipe.scenarios
    )
    return tuple(
        cell
        for closed_cell in closed
        for cell in (*([closed_cell] * recipe.closed), *open_cells(closed_cell, recipe))
    )


def open_cells(cell: Cell, recipe: Recipe) -> Iterator[Cell]:
    """The open cells beside a closed one."""
    own = [float(f"{capacity(cell, recipe) * share:.4g}") for share in recipe.shares]
    for rate in (*recipe.rates, *own):
        yield replace(cell, load=Load.OPEN, connections=1024, rate_rps=rate, arrivals=Arrivals.POISSON)


def capacity(cell: Cell, recipe: Recipe) -> float:
    """Requests per second that the stack can serve in the cell's scenario."""
    return 1e6 / work_us(cell, recipe)


def work_us(cell: Cell, recipe: Recipe) -> float:
    """CPU time that one request takes."""
    recipe_us = recipe.cost_us.get(cell.stack.removesuffix("--control"))
    own = recipe_us or FRAMEWORK_US[cell.framework] + SERVER_US.get(cell.server, 180.0)
    return own * SCENARIO_FACTOR.get(cell.scenario, 1.0)


def make_plan(recipe: Recipe) -> Plan:
    """Line 1 of the run."""
    frameworks = sorted({framework for framework, _ in recipe.stacks})
    cells = cells_of(recipe)
    absent = (
        (
            NotApplicable(
                cell=replace(cells[0], framework="flask", server="gunicorn-gthread", scenario="dependencies"),
                reason="Flask has no dependency injection",
            ),
        )
        if recipe.troubles
        else ()
    )
    return Plan(
        name=recipe.name,
        created_unix_s=1_795_334_400.0,
        setup=Setup(
            blocks=recipe.planned_blocks or recipe.blocks,
            warmup_s=0.25,
            window_s=recipe.window_s,
            seed=recipe.seed,
            server_cpus=(0,),
            generator_cpus=(1,),
            command=("run", "--quick"),
        ),
        environment=make_environment(frameworks),
        cells=cells,
        not_applicable=absent,
        capacities_rps={
            replace(cell, load=Load.CLOSED, connections=64, rate_rps=None, arrivals=None).slug: capacity(
                cell, recipe
            )
            for cell in cells
            if recipe.shares and not cell.control
        },
        order=tuple(tuple(f"{cell.stack}@default" for cell in cells) for _ in range(recipe.blocks)),
    )


def make_environment(frameworks: list[str]) -> Environment:
    """A machine like CI's and one environment per framework."""
    return Environment(
        machine=Machine(
            cpu_model="AMD EPYC 7B13",
            logical_cpus=2,
            physical_cores=1,
            smt=True,
            governor=None,
            memory_bytes=8 * 2**30,
            kernel="6.1.0-18-cloud-amd64",
            system="Debian GNU/Linux 12",
            container="kvm",
        ),
        harness={"hotlap": "0.1.0", "python": "3.11.7", "locust": "2.42.5"},
        frameworks=tuple(
            FrameworkEnvironment(
                framework=name,
                title=TITLES.get(name, name.capitalize()),
                key=f"{hash_of(name):016x}",
                python="3.11.7",
                python_build="GCC 12.2.0, PGO and LTO",
                optimised_build=True,
                versions={name: "1.2.3", "uvicorn": "0.38.0", "granian": "2.5.7"},
                declared={"serialiser": "json", "validator": "pydantic", "notes": ""},
            )
            for name in frameworks
        ),
    )


def hash_of(text: str) -> int:
    """A number from a text that does not change between processes."""
    return int.from_bytes(text.encode()[:8].ljust(8))


class _Maker:
    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.random = np.random.default_rng(recipe.seed)
        self.plan = make_plan(recipe)
        self.launches: list[Launch] = []
        self.trials: list[Trial] = []
        self.partial: list[Trial] = []
        self.failures: list[Failure] = []
        self.broken = {"django--gunicorn-gthread"} if recipe.troubles else set()

    def run(self) -> Run:
        for block in range(self.recipe.blocks):
            self.block(block)
        if self.recipe.troubles:
            self.failures += _failures(self.plan)
        return Run(
            plan=self.plan,
            launches=tuple(self.launches),
            trials=tuple(self.trials),
            partial=tuple(self.partial),
            failures=tuple(self.failures),
            findings=_findings() if self.recipe.troubles else (),
            blocks=tuple(
                BlockEnd(block=block, seconds_measuring=34.0, seconds_total=50.0)
                for block in range(self.recipe.blocks)
            ),
        )

    def block(self, block: int) -> None:
        speed = self.factor(self.recipe.block_noise)
        stacks = list(dict.fromkeys(cell.stack for cell in self.plan.cells))
        for index in self.random.permutation(len(stacks)):
            if stacks[index] not in self.broken:
                self.launch(block, stacks[index], speed)

    def launch(self, block: int, stack: str, speed: float) -> None:
        cells = [cell for cell in self.plan.cells if cell.stack == stack]
        launch = len(self.launches)
        self.launches.append(
            Launch(
                id=launch,
                block=block,
                stack=stack,
                target=f"apps.{cells[0].framework}_app:app",
                argv=("python", "-m", cells[0].server.split("-")[0], f"apps.{cells[0].framework}_app:app"),
                mounted=self.recipe.scenarios,
                first_answer_s=float(0.4 * self.factor(0.1)),
                hash_seed=str(self.random.integers(2**32)),
                loadavg_1m=1.1,
                memory_available_bytes=5 * 2**30,
            )
        )
        speed *= self.factor(self.recipe.launch_noise)
        for position, place in enumerate(self.random.permutation(len(cells))):
            self.visit(cells[place], block, launch, position, speed)

    def visit(self, cell: Cell, block: int, launch: int, position: int, speed: float) -> None:
        trial = self.trial(cell, block, launch, position, speed)
        first = self.recipe.stacks[0] == (cell.framework, cell.server) and not cell.control
        if self.recipe.troubles and first and block in (2, 5):
            noisy = replace(trial, busy_ticks=(trial.busy_ticks or 0) + 12)
            if block == 2:
                self.partial.append(noisy)
                trial = replace(self.trial(cell, block, launch, position, speed), attempt=1)
            else:
                trial = replace(noisy, errors={"timeout": 2}, error_example="no answer within 5 s")
        self.trials.append(trial)

    def factor(self, spread: float) -> float:
        return float(np.exp(self.random.normal(0, spread)))

    def trial(self, cell: Cell, block: int, launch: int, position: int, speed: float) -> Trial:
        window = self.recipe.window_s
        work, in_line = work_us(cell, self.recipe), float(cell.connections)
        rate = 1e6 / work * speed * self.factor(self.recipe.trial_noise)
        utilisation = 1 - abs(float(self.random.normal(0, 0.008)))
        if cell.rate_rps is not None:  # one queue: load / (1 - load) in it
            utilisation = min(cell.rate_rps / rate, utilisation)
            rate = min(cell.rate_rps, rate)
            in_line = min(utilisation / (1 - utilisation), cell.connections)
        if cell.scenario == "delay":  # waits, so the server is not saturated
            rate, utilisation = cell.connections / 0.05 * self.factor(0.002), 0.3
        requests = max(int(rate * window), 1)
        latencies_us = self.random.gamma(12.0, in_line / rate * 1e6 / 12.0, min(requests, 20_000))
        latency = Latency()
        latency.record_ns((latencies_us * 1000).astype(np.int64))
        server_s = window * utilisation
        generator_s = min(requests * 14e-6, 0.97 * window)
        return Trial(
            cell=cell,
            block=block,
            launch=launch,
            position=position,
            started_unix_s=self.plan.created_unix_s + 60 * block + launch + 0.01 * position,
            warmup_s=0.25,
            warmup_slope=float(self.random.normal(0, 0.05)),
            window_s=window,
            requests=requests,
            connections_opened=requests if cell.server == "gunicorn-sync" else 0,
            bytes_received=requests * 160,
            bytes_sent=requests * 60,
            latency=latency.encode(),
            in_flight_mean=in_line * (1 + float(self.random.normal(0, 0.0005))),
            **_arrivals(cell, window),
            in_flight_end=cell.connections,
            checked_full=3,
            server_cpu_ns=int(server_s * 1e9),
            server_cpu_source=CpuSource.PROCESS_CLOCK,
            processes=1,
            generator_cpu_ns=int(generator_s * 1e9),
            generator_idle_s=window - generator_s,
            generator_wait_us=float(20 * self.factor(0.2)),
            busy_ticks=int((server_s + generator_s) * 100 + 1),
            steal_ticks=0,
            memory_pss_bytes=int((40 + work / 8) * 2**20 * self.factor(0.01)),
        )


def _arrivals(cell: Cell, window_s: float) -> dict[str, Any]:
    """What only an open load records."""
    if cell.rate_rps is None:
        return {}
    due = int(cell.rate_rps * window_s)
    return {"arrivals": due, "late_sends": due // 1000, "lateness": Latency().encode(), "waited": 0}


def _failures(plan: Plan) -> list[Failure]:
    failures = [
        Failure(
            stack="django--gunicorn-gthread",
            cell=None,
            block=0,
            stage=FailureStage.LAUNCH,
            message="the server ended with exit code 3 before its first answer",
            remedy="run it by hand: hotlap serve --framework django --server gunicorn-gthread",
            log_tail="Traceback (most recent call last):\nImportError: no module named '<b>django</b>'",
        )
    ]
    cell = replace(plan.cells[0], framework="wsgi", server="gunicorn-sync", interface=Interface.WSGI)
    failures.append(
        Failure(
            stack=cell.stack,
            cell=cell,
            block=None,
            stage=FailureStage.VERIFY,
            message='GET /json: $.message: wanted str "Hello", got str "Hullo"',
            remedy="the contract is in docs/scenarios.md",
        )
    )
    return failures


def _findings() -> tuple[Finding, ...]:
    return (
        Finding(
            framework="fastapi",
            server="uvicorn-standard",
            scenario="params",
            probe='limit="2" where an int is wanted',
            answer="200: the text was converted",
        ),
        Finding(
            framework="flask",
            server="gunicorn-gthread",
            scenario="orders",
            probe="<script>alert(1)</script> as media type",
            answer="415 Unsupported Media Type",
        ),
    )
