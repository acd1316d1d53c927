"""A run of kind ``cost``: its plan from a selection, and what it is counted with."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from results.model import Cell, Plan, PlanKind, Setup
from results.store import Writer
from runners.environments.provision import Provisioned
from runners.experiments.counting.cost_cell import CostCell
from runners.experiments.counting.countable import countable_cells
from runners.experiments.counting.counter import Counter
from runners.experiments.counting.pool import CountingPool, Sampling
from runners.experiments.counting.sampler import Sampler
from runners.experiments.counting.stack_reader import stack_reader
from runners.experiments.options import RunOptions, Timing
from runners.experiments.planning import begin_record, build_plan, build_setup, not_implemented
from runners.experiments.progress import Watcher
from runners.experiments.provisioning import (
    environments_of,
    lacking_cells,
    provisioned_cells,
    unsupported_cells,
    versions_of,
    without,
)
from runners.experiments.run_plan import interpreters_of, named
from runners.machine import facts
from runners.selection.discovery import discover
from runners.selection.matrix import Parts


@dataclass(slots=True, kw_only=True)
class CostRun:
    """One run of kind ``cost``, its line 1 written."""

    plan: Plan
    parts: Parts
    environments: Mapping[str, Provisioned]
    writer: Writer
    pool: CountingPool

    @property
    def folder(self) -> Path:
        """Folder of the run."""
        return self.writer.folder

    def run(self) -> None:
        """Count every cell as often as planned; records and failures are appended as they are made."""
        cells = [self._cost_cell(cell) for cell in self.plan.cells]
        self.pool.count([(cell,) for cell in cells], repeats=range(self.plan.setup.blocks))
        if self.pool.sampling:
            self.pool.where([(cell,) for cell in cells])

    def _cost_cell(self, cell: Cell) -> CostCell:
        framework = self.parts.frameworks[cell.framework]
        return CostCell(cell=cell, framework=framework, environment=self.environments[cell.environment])


def new_cost_run(
    options: RunOptions,
    results: Path,
    *,
    counter: Counter,
    in_process: bool,
    sampler: Sampler | None = None,
    watcher: Watcher,
) -> CostRun:
    """Resolve ``options``, whose ``timing.blocks`` are launches of each cell, and begin the run's record.

    With a ``sampler`` each cell has one more launch, which tells where its time goes.

    Raises PlanError where the selection makes no sense, ProvisionError where no environment was built.
    """
    facts.require_linux()
    parts = discover(options.apps)
    sampling = sampling_of(sampler, parts)
    interpreters = interpreters_of(options, parts)
    selection = replace(options.selection, pythons=named(interpreters))
    matrix = countable_cells(selection, parts, in_process=in_process)
    lacking = unsupported_cells(matrix.cells, interpreters, parts)
    cells = without(matrix.cells, lacking)
    environments, failures = environments_of(
        cells, parts, interpreters=interpreters, overrides=options.overrides, watcher=watcher
    )
    cells = provisioned_cells(cells, environments, failures)
    lacking += lacking_cells(cells, versions_of(environments), parts)
    plan = build_plan(
        kind=PlanKind.COST,
        setup=cost_setup(options.timing.blocks, options.command),
        cells=without(cells, lacking),
        frameworks=(environment.record for environment in environments.values()),
        not_applicable=(*matrix.not_applicable, *lacking),
    )
    writer = begin_record(plan, (*failures, *map(not_implemented, matrix.not_implemented)), results, watcher)
    return CostRun(
        plan=plan,
        parts=parts,
        environments=environments,
        writer=writer,
        pool=counting_pool(plan, parts, counter, writer, watcher, sampling=sampling),
    )


def counting_pool(
    plan: Plan,
    parts: Parts,
    counter: Counter,
    writer: Writer,
    watcher: Watcher,
    *,
    sampling: Sampling | None = None,
) -> CountingPool:
    """What counts the cells of ``plan``, its records going to ``writer``.

    Nothing is timed, so every CPU counts, whichever of them the load of the plan is for.
    """
    return CountingPool(
        counter=counter,
        servers=parts.servers,
        scenarios=parts.scenarios,
        setup=plan.setup,
        folder=writer.folder.resolve() / "logs",
        append=writer.append,
        watcher=watcher,
        sampling=sampling,
    )


def sampling_of(sampler: Sampler | None, parts: Parts) -> Sampling | None:
    """What tells where time goes in cells of ``parts``; PlanError where boundaries contradict each other."""
    return Sampling(sampler, stack_reader(parts.frameworks.values())) if sampler else None


def cost_setup(repeats: int, command: Sequence[str] = ()) -> Setup:
    """Counting uses every CPU that it may; what asks a server shares its CPU, and nothing is timed."""
    cpus = tuple(sorted(os.sched_getaffinity(0)))
    return build_setup(
        timing=Timing(blocks=repeats, warmup_s=0.0, window_s=0.0),
        seed=0,
        server_cpus=cpus,
        generator_cpus=cpus,
        command=command,
    )
