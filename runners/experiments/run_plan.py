"""The plan of a new run: its selection resolved to cells, environments and an order of launches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from results.model import (
    FIRST_LOOK,
    Cell,
    Failure,
    FrameworkEnvironment,
    NotApplicable,
    Plan,
    PlanKind,
    Setup,
)
from runners.environments import cache
from runners.environments.provision import Provisioned
from runners.environments.yardstick import Chosen, choose
from runners.errors import PlanError
from runners.experiments import ceilings
from runners.experiments.options import MOST_BLOCKS, RunOptions, Timing
from runners.experiments.planning import build_plan, build_setup, not_implemented
from runners.experiments.progress import Watcher
from runners.experiments.provisioning import (
    environments_of,
    lacking_cells,
    provisioned_cells,
    unsupported_cells,
    versions_of,
    without,
)
from runners.machine import facts, placement
from runners.selection import rates
from runners.selection.heats import launch_order
from runners.selection.matrix import Matrix, Parts, control_of, expand, stacks
from runners.selection.reference import STACK, is_reference, reference_cells
from runners.selection.schedule import Visit, visits


def plan_of(
    options: RunOptions, parts: Parts, watcher: Watcher
) -> tuple[Plan, Mapping[str, Provisioned], tuple[Failure, ...]]:
    """Plan of a new run with closed cells, environments of its frameworks, and what failed before it began.

    Raises PlanError where the selection makes no sense, ProvisionError where no environment was built.
    """
    facts.require_linux()
    must_fit_together(options)
    interpreters, url = interpreters_of(options, parts), options.spread.url
    matrix = expand_all(options, parts, named(interpreters))
    if options.apps is not None:
        watcher.say(f"apps in {options.apps}")
    cells = matrix.cells
    must_have_ratios(options.timing, cells)
    environments: dict[str, Provisioned] = {}
    failures: tuple[Failure, ...] = ()
    lacking = unsupported_cells(cells, interpreters, parts)
    cells = without(cells, lacking)
    if url is None:
        environments, failures = environments_of(
            cells, parts, interpreters=interpreters, overrides=options.overrides, watcher=watcher
        )
        cells = provisioned_cells(cells, environments, failures)
    lacking += lacking_cells(cells, versions_of(environments), parts)
    cells = without(cells, lacking)
    for reason in dict.fromkeys(lack.reason for lack in lacking):
        watcher.say(f"not applicable: {reason}")
    plan = planned(
        options,
        parts,
        cells=cells,
        not_applicable=(*matrix.not_applicable, *lacking),
        frameworks=[environment.record for environment in environments.values()],
    )
    for warning in placement.crowding(plan.setup):
        watcher.say(f"warning: {warning}")
    if url is not None:
        must_be_one(visits(plan.cells, parts.scenarios), url)
    return plan, environments, (*failures, *map(not_implemented, matrix.not_implemented))


def interpreters_of(options: RunOptions, parts: Parts) -> dict[str, Chosen]:
    """Interpreters of a run by the name that cells have for them; none where it starts no server.

    Raises PlanError where there is no such interpreter.
    """
    if options.spread.url is not None:
        return {}
    served = stacks(options.selection, parts)
    frameworks = {stack.framework.name: stack.framework for stack in served}
    return choose(options.pythons, frameworks.values(), cache.root())


def expand_all(options: RunOptions, parts: Parts, pythons: tuple[str, ...]) -> Matrix:
    """The matrix of ``options``, with the reference stack where it is asked for.

    Raises PlanError where there is no cell, or no such stack.
    """
    selection = replace(options.selection, pythons=pythons)
    matrix = expand(selection, parts)
    if not options.reference:
        return matrix
    cells = dict.fromkeys((*matrix.cells, *reference_cells(selection, parts)))
    return replace(matrix, cells=tuple(cells))


def named(interpreters: Iterable[str]) -> tuple[str, ...]:
    """What cells call ``interpreters``; none where there is one."""
    return tuple(name for name in interpreters if name)


def planned(
    options: RunOptions,
    parts: Parts,
    *,
    cells: tuple[Cell, ...],
    not_applicable: tuple[NotApplicable, ...],
    frameworks: Iterable[FrameworkEnvironment] = (),
) -> Plan:
    """The plan that measures closed ``cells`` and a control, in the order of launches that is drawn."""
    others = [cell for cell in cells if not is_reference(cell)]
    cells += control_of(others or cells, parts)
    setup, launches = _setup(options, cells), visits(cells, parts.scenarios)
    return build_plan(
        kind=PlanKind.RUN,
        setup=setup,
        cells=cells,
        frameworks=frameworks,
        not_applicable=not_applicable,
        ceilings=ceilings.known(),
        order=tuple(
            launch_order(launches, most=setup.heat, seed=setup.seed, block=block, everywhere=setup.reference)
            for block in range(setup.blocks)
        ),
    )


def must_be_one(launches: tuple[Visit, ...], url: str) -> None:
    """Raise PlanError where a run on ``url`` asks for more than one server can be."""
    needed = {(visit.cells[0].environment, visit.cells[0].server, visit.target) for visit in launches}
    if len(needed) > 1:
        raise PlanError(
            f"{url} is one server, and the selection needs {len(needed)}: "
            + ", ".join(sorted({visit.key for visit in launches if not visit.cells[0].control})[:5]),
            remedy="name what runs there: one --framework, one --server, and scenarios of one target",
        )


def must_fit_together(options: RunOptions) -> None:
    """PlanError where options exclude each other."""
    options.spread.must_make_sense()
    if options.spread.joined and rates.need_capacity(options.rates):
        raise PlanError(
            "rates that are shares of a capacity are measured before further generators are awaited",
            remedy="with --join give rates per second: --rate 5000",
        )
    if options.selection.reuse is not None and options.rates:
        raise PlanError(
            rates.NO_REUSE,
            remedy="leave out --rate, or --reuse",
        )


def must_have_ratios(timing: Timing, cells: Iterable[Cell]) -> None:
    """PlanError where a precision is asked for and there is no ratio to look at, or no time to."""
    if timing.precision_percent is None:
        return
    if timing.blocks < FIRST_LOOK:
        raise PlanError(
            f"--precision looks at {FIRST_LOOK} blocks first, and --blocks allows {timing.blocks}",
            remedy=f"--blocks {MOST_BLOCKS}, or leave it out",
        )
    if not has_ratios(cells):
        raise PlanError(
            "--precision is of ratios, and no two stacks of the selection are compared (floors are not)",
            remedy="choose two frameworks or servers, or leave it out",
        )


def has_ratios(cells: Iterable[Cell]) -> bool:
    """Whether two stacks are compared in any scenario; floors are not, nor is the reference stack."""
    compared: dict[tuple[str, str], set[str]] = {}
    for cell in cells:
        if cell.framework != cell.interface and not is_reference(cell):
            compared.setdefault((cell.scenario, cell.python), set()).add(cell.stack)
    return any(len(names) > 1 for names in compared.values())


def _setup(options: RunOptions, cells: tuple[Cell, ...]) -> Setup:
    spread = options.spread
    workers = cells[0].workers if spread.url is None else 0
    server_cpus, generator_cpus = placement.choose_cpus(workers, spread.generators)
    return build_setup(
        timing=options.timing,
        seed=options.seed,
        server_cpus=server_cpus,
        generator_cpus=generator_cpus,
        command=options.command,
        spread=spread,
        reference=STACK if any(map(is_reference, cells)) and options.reference else "",
    )
