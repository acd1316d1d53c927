"""Plans of synthetic runs: what is to be made, and of which cells and environments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from results.model import (
    Arrivals,
    Cell,
    Environment,
    FrameworkEnvironment,
    Interface,
    Load,
    Machine,
    NotApplicable,
    Plan,
    Setup,
)

INTERFACES = {
    "uvicorn-standard": Interface.ASGI,
    "granian-asgi": Interface.ASGI,
    "granian-rsgi": Interface.RSGI,
    "granian-wsgi": Interface.WSGI,
    "uvicorn-pure": Interface.ASGI,
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
SCENARIO_FACTOR = {
    "plaintext": 0.9,
    "json": 1.0,
    "params": 1.5,
    "orders": 2.6,
    "items": 6.0,
    "price-base-middleware": 2.0,
}


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
    """CPU per request in us by stack slug, or by `stack--scenario`, where it is not the built-in one."""


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
    stack = cell.stack.removesuffix("--control")
    if own_us := recipe.cost_us.get(f"{stack}--{cell.scenario}"):
        return own_us
    recipe_us = recipe.cost_us.get(stack)
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
