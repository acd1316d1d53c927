"""The plan of an open load: rates worked out, by a capacity pass where they depend on one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from results.model import Cell, Failure, Load, NotApplicable, Plan
from runners.environments.provision import Provisioned
from runners.errors import PlanError
from runners.experiments.capacity import Capacities, CapacityPass
from runners.experiments.launchers import launcher_of
from runners.experiments.options import RunOptions
from runners.experiments.progress import Watcher
from runners.generator.starting import generator_of
from runners.selection import rates
from runners.selection.heats import launch_order
from runners.selection.matrix import CLOSED_CONNECTIONS, Parts
from runners.selection.schedule import visits


def open_plan(
    plan: Plan,
    options: RunOptions,
    parts: Parts,
    environments: Mapping[str, Provisioned],
    watcher: Watcher,
) -> tuple[Plan, tuple[Failure, ...]]:
    """``plan`` with open cells in place of its closed ones, and failures of the capacity pass, if any."""
    for warning in rates.warnings(options.rates):
        watcher.say(f"warning: {warning}")
    capacities = Capacities()
    if rates.need_capacity(options.rates):
        try:
            capacities = _measure_capacities(plan, parts, environments, watcher)
        finally:
            watcher.end()
    plan = with_rates(plan, options, parts, capacities.by_cell)
    windows_rps = {cell.slug: windows for cell, windows in capacities.windows.items()}
    return replace(plan, capacity_windows_rps=windows_rps), tuple(capacities.failures)


def _measure_capacities(
    plan: Plan, parts: Parts, environments: Mapping[str, Provisioned], watcher: Watcher
) -> Capacities:
    with (
        TemporaryDirectory(prefix="hotlap-") as folder,
        generator_of(plan.setup, Path(folder)) as generator,
        closing(launcher_of(plan, parts, environments, Path(folder))) as launcher,
    ):
        return CapacityPass(
            plan=plan,
            scenarios=parts.scenarios,
            launcher=launcher,
            generator=generator,
            watcher=watcher,
        ).run()


def with_quick_rates(plan: Plan, parts: Parts) -> Plan:
    """``plan`` with an open load beside the closed one, at one rate, where a scenario has one for it."""
    offered = dict.fromkeys(
        replace(
            cell,
            load=Load.OPEN,
            rate_rps=rate,
            arrivals=rates.DEFAULT_ARRIVALS,
            connections=CLOSED_CONNECTIONS,
            reuse=None,
        )
        for cell in plan.cells
        if (rate := parts.scenarios[cell.scenario].quick_rate_rps) is not None
    )
    absent = (*plan.not_applicable, *_not_applicable(plan.not_applicable, offered))
    return replace(plan, cells=(*plan.cells, *offered), not_applicable=tuple(dict.fromkeys(absent)))


def with_rates(plan: Plan, options: RunOptions, parts: Parts, capacities: Mapping[Cell, float]) -> Plan:
    """``plan`` with the cells of the rates asked for; raises PlanError where none is left."""
    cells = rates.open_cells(
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
        not_applicable=_not_applicable(plan.not_applicable, cells),
        capacities_rps={cell.slug: value for cell, value in capacities.items()},
        order=tuple(
            launch_order(
                launches,
                most=plan.setup.heat,
                seed=plan.setup.seed,
                block=block,
                everywhere=plan.setup.reference,
            )
            for block in range(plan.setup.blocks)
        ),
    )


def _not_applicable(absent: Iterable[NotApplicable], cells: Collection[Cell]) -> tuple[NotApplicable, ...]:
    """What a stack lacks, once for every load that others have in the same scenario."""
    repeated = [
        replace(
            lack,
            cell=replace(
                lack.cell,
                load=cell.load,
                connections=cell.connections,
                rate_rps=cell.rate_rps,
                arrivals=cell.arrivals,
            ),
        )
        for lack in absent
        for cell in cells
        if cell.scenario == lack.cell.scenario
    ]
    return tuple(dict.fromkeys(repeated))
