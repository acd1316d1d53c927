"""Before a run: a selection resolved to a plan and its environments, or a plan taken up again."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from random import SystemRandom

from results.model import FIRST_LOOK, Cell, Environment, Failure, NotApplicable, Plan, Run, Setup
from runners.environments.provision import Provisioned, provision, provision_all
from runners.environments.uv_tool import shown
from runners.errors import PlanError, ProvisionError
from runners.experiments import ceilings
from runners.experiments.progress import Watcher
from runners.machine import facts, placement
from runners.selection import rates
from runners.selection.frameworks import Framework
from runners.selection.matrix import Parts, Selection, control_of, expand
from runners.selection.rates import ARRIVALS, Rate
from runners.selection.schedule import Visit, block_order, visits
from runners.selection.spread import Spread


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long and how often is measured."""

    blocks: int
    warmup_s: float
    window_s: float
    precision_percent: float | None = None
    """Blocks end when every ratio is within it; ``blocks`` are then the most."""


QUICK = Timing(blocks=8, warmup_s=0.25, window_s=0.7)
FULL = Timing(blocks=8, warmup_s=2.0, window_s=3.0)
MOST_BLOCKS = 64
"""Where a precision is asked for and no number of blocks."""


def timing(
    *,
    quick: bool,
    blocks: int | None = None,
    warmup_s: float | None = None,
    window_s: float | None = None,
    precision_percent: float | None = None,
) -> Timing:
    """Times of a run: the quick or the full ones, with what was asked for otherwise."""
    base = QUICK if quick else FULL
    return Timing(
        blocks=blocks or (base.blocks if precision_percent is None else MOST_BLOCKS),
        warmup_s=warmup_s or base.warmup_s,
        window_s=window_s or base.window_s,
        precision_percent=precision_percent,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """Everything that a new run is asked for."""

    selection: Selection
    timing: Timing
    seed: int | None = None
    python: str | None = None
    overrides: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    rates: tuple[Rate, ...] = ()
    """Of an open load; empty: closed load."""
    arrivals: str = ARRIVALS[0]
    spread: Spread = field(default_factory=Spread)


def plan_of(
    options: RunOptions, parts: Parts, watcher: Watcher
) -> tuple[Plan, Mapping[str, Provisioned], tuple[Failure, ...]]:
    """Plan of a new run, the environments of its frameworks, and what failed before it began.

    Raises PlanError where the selection makes no sense, ProvisionError where no environment was built.
    """
    facts.require_linux()
    options.spread.must_make_sense()
    if options.spread.joined and rates.need_capacity(options.rates):
        raise PlanError(
            "rates that are shares of a capacity are measured before further generators are awaited",
            remedy="with --join give rates per second: --rate 5000",
        )
    if options.selection.reuse is not None and options.rates:
        raise PlanError(
            "--reuse is of closed load: an open one opens connections as arrivals need them",
            remedy="leave out --rate, or --reuse",
        )
    matrix, url = expand(options.selection, parts), options.spread.url
    cells = matrix.cells
    _must_be_looked_at(options.timing, cells)
    environments: dict[str, Provisioned] = {}
    failures: tuple[Failure, ...] = ()
    if url is None:
        environments, failures = environments_of(matrix.cells, parts.frameworks, options, watcher)
        cells = tuple(cell for cell in cells if cell.framework in environments)
    if not cells:
        raise ProvisionError(
            "no environment could be built: " + "; ".join(failure.message for failure in failures),
            remedy=failures[0].remedy,
            log_tail=failures[0].log_tail,
        )
    cells += control_of(cells, parts)
    setup = _setup(options, cells)
    for warning in placement.crowding(setup):
        watcher.say(f"warning: {warning}")
    launches = visits(cells, parts.scenarios)
    if url is not None:
        must_be_one(launches, url)
    plan = Plan(
        name=time.strftime("%Y%m%d-%H%M%S", time.gmtime()),
        created_unix_s=time.time(),
        setup=setup,
        environment=Environment(
            machine=facts.machine(),
            harness=facts.harness_versions(),
            frameworks=tuple(environment.record for environment in environments.values()),
        ),
        cells=cells,
        not_applicable=matrix.not_applicable,
        ceilings=ceilings.known(),
        order=tuple(block_order(launches, setup.seed, block) for block in range(setup.blocks)),
    )
    return plan, environments, (*failures, *map(not_implemented, matrix.not_implemented))


def _must_be_looked_at(timing: Timing, cells: Iterable[Cell]) -> None:
    """PlanError where a precision is asked for and there is no ratio to look at, or no time to."""
    if timing.precision_percent is None:
        return
    if timing.blocks < FIRST_LOOK:
        raise PlanError(
            f"--precision looks at {FIRST_LOOK} blocks first, and --blocks allows {timing.blocks}",
            remedy=f"--blocks {MOST_BLOCKS}, or leave it out",
        )
    stacks: dict[str, set[str]] = {}
    for cell in cells:
        if cell.framework != cell.interface:
            stacks.setdefault(cell.scenario, set()).add(cell.stack)
    if all(len(names) == 1 for names in stacks.values()):
        raise PlanError(
            "--precision is of ratios, and no two stacks of the selection are compared (floors are not)",
            remedy="choose two frameworks or servers, or leave it out",
        )


def opened(plan: Plan, options: RunOptions, parts: Parts, capacities: Mapping[Cell, float]) -> Plan:
    """``plan`` with open cells in place of its closed ones; PlanError where none is left."""
    cells = rates.opened(
        plan.cells,
        options.rates,
        arrivals=options.arrivals,
        caps=options.selection.connections,
        capacities=capacities,
        floors=[name for name, framework in parts.frameworks.items() if framework.floor],
    )
    if not cells:
        raise PlanError("no cell is left to offer a rate to", remedy="see the failures above")
    launches = visits(cells, parts.scenarios)
    return replace(
        plan,
        cells=cells,
        not_applicable=_absent_openly(plan.not_applicable, cells),
        capacities_rps={cell.slug: value for cell, value in capacities.items()},
        order=tuple(block_order(launches, plan.setup.seed, block) for block in range(plan.setup.blocks)),
    )


def _absent_openly(absent: Iterable[NotApplicable], cells: Collection[Cell]) -> tuple[NotApplicable, ...]:
    """What a stack lacks, once for every load that others have in the same scenario."""
    found = [
        replace(
            each,
            cell=replace(
                each.cell,
                load=cell.load,
                connections=cell.connections,
                rate_rps=cell.rate_rps,
                arrivals=cell.arrivals,
            ),
        )
        for each in absent
        for cell in cells
        if cell.scenario == each.cell.scenario
    ]
    return tuple(dict.fromkeys(found))


def taken_up(run: Run, parts: Parts, watcher: Watcher) -> Mapping[str, Provisioned]:
    """Environments for a run that goes on; raises PlanError where one is not what line 1 says."""
    facts.require_linux()
    for cell in run.plan.cells:
        for name, known in ((cell.framework, parts.frameworks), (cell.server, parts.servers)):
            if name not in known:
                raise PlanError(f"{cell.slug}: {name} is no longer there", remedy="begin a new run")
    built: dict[str, Provisioned] = {}
    for recorded in run.plan.environment.frameworks:
        framework = parts.frameworks[recorded.framework]
        environment = provision(
            framework, python=recorded.python, overrides=recorded.overrides, echo=watcher.say
        )
        if environment.record.key != recorded.key:
            raise PlanError(
                f"the environment of {framework.name} is not the one of {run.plan.name}: "
                f"{recorded.key} then, {environment.record.key} now",
                remedy="check out the apps and locks that the run began with, or begin a new run",
            )
        built[framework.name] = environment
    return built


def environments_of(
    cells: Iterable[Cell], known: Mapping[str, Framework], options: RunOptions, watcher: Watcher
) -> tuple[dict[str, Provisioned], tuple[Failure, ...]]:
    """Environments by framework; one that could not be built is a failure of each of its stacks."""
    cells = tuple(cells)
    wanted = [known[name] for name in dict.fromkeys(cell.framework for cell in cells)]
    watcher.say(f"preparing {len(wanted)} environments")

    results = provision_all(wanted, python=options.python, overrides=options.overrides, echo=watcher.say)
    failures = tuple(
        result.failure(stack)
        for name, result in results.items()
        if isinstance(result, ProvisionError)
        for stack in dict.fromkeys(cell.stack for cell in cells if cell.framework == name)
    )
    return {name: result for name, result in results.items() if isinstance(result, Provisioned)}, failures


def _setup(options: RunOptions, cells: tuple[Cell, ...]) -> Setup:
    spread = options.spread
    workers = cells[0].workers if spread.url is None else 0
    server_cpus, generator_cpus = placement.choose_cpus(workers, spread.generators)
    return Setup(
        blocks=options.timing.blocks,
        warmup_s=options.timing.warmup_s,
        window_s=options.timing.window_s,
        seed=SystemRandom().randrange(2**31) if options.seed is None else options.seed,
        server_cpus=server_cpus,
        generator_cpus=generator_cpus,
        generators=spread.generators,
        joined=spread.joined,
        host=spread.host,
        url=spread.url,
        command=tuple(shown(word) for word in options.command),
        precision_percent=options.timing.precision_percent,
    )


def not_implemented(absent: NotApplicable) -> Failure:
    """A cell that its app should have and has not, as a failure."""
    return Failure(
        stack=absent.cell.stack,
        cell=absent.cell,
        block=None,
        stage="not-implemented",
        message=absent.reason,
        remedy=f"add the routes of {absent.cell.scenario} to the app file of {absent.cell.framework}",
    )


def must_be_one(visits: tuple[Visit, ...], url: str) -> None:
    """Raise PlanError where a run on ``url`` asks for more than one server can be."""
    stacks = {(visit.cells[0].framework, visit.cells[0].server, visit.target) for visit in visits}
    if len(stacks) > 1:
        raise PlanError(
            f"{url} is one server, and the selection needs {len(stacks)}: "
            + ", ".join(sorted({visit.key for visit in visits if not visit.cells[0].control})[:5]),
            remedy="name what runs there: one --framework, one --server, and scenarios of one target",
        )
