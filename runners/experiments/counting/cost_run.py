"""A run of kind ``cost``: its plan from a selection, and what it is counted with."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from results.model import Cell, Environment, Plan, Setup
from results.store import Writer, create
from runners import servers
from runners.environments.provision import Provisioned
from runners.environments.uv_tool import shown
from runners.errors import ProvisionError
from runners.experiments.counting.boundaries import Boundaries, collect
from runners.experiments.counting.cost_cell import Subject
from runners.experiments.counting.countable import chosen
from runners.experiments.counting.counter import Counter
from runners.experiments.counting.pool import Bench
from runners.experiments.planning import RunOptions, environments_of, not_implemented
from runners.experiments.progress import Watcher
from runners.machine import facts
from runners.selection.discovery import discover
from runners.selection.matrix import Parts


@dataclass(slots=True, kw_only=True)
class Counting:
    """One run of kind ``cost``, its line 1 written."""

    plan: Plan
    parts: Parts
    environments: Mapping[str, Provisioned]
    writer: Writer
    bench: Bench
    where: bool = False
    """Whether it is also looked where instructions go, in one more launch of each cell."""

    @property
    def folder(self) -> Path:
        """Folder of the run."""
        return self.writer.folder

    def run(self) -> None:
        """Count every cell as often as planned; records and failures are appended as they are made."""
        subjects = [self._subject(cell) for cell in self.plan.cells]
        self.bench.count([(subject,) for subject in subjects], repeats=range(self.plan.setup.blocks))
        if self.where:
            self.bench.where(subjects)

    def _subject(self, cell: Cell) -> Subject:
        framework = self.parts.frameworks[cell.framework]
        return Subject(cell=cell, framework=framework, environment=self.environments[cell.framework])


def new(
    options: RunOptions,
    results: Path,
    *,
    counter: Counter,
    in_process: bool,
    where: bool = False,
    watcher: Watcher,
) -> Counting:
    """Resolve ``options``, whose ``timing.blocks`` are launches of each cell, and begin the run's record.

    Raises PlanError where the selection makes no sense, ProvisionError where no environment was built.
    """
    facts.require_linux()
    parts = discover()
    boundaries = collect(parts.frameworks.values(), servers.boundaries())
    matrix = chosen(options.selection, parts, in_process=in_process)
    environments, failures = environments_of(matrix.cells, parts.frameworks, options, watcher)
    cells = tuple(cell for cell in matrix.cells if cell.framework in environments)
    if not cells:
        raise ProvisionError(
            "no environment could be built: " + "; ".join(failure.message for failure in failures),
            remedy=failures[0].remedy,
            log_tail=failures[0].log_tail,
        )
    plan = Plan(
        name=time.strftime("%Y%m%d-%H%M%S", time.gmtime()),
        created_unix_s=time.time(),
        setup=setup(options.timing.blocks, options.command),
        environment=Environment(
            machine=facts.machine(),
            harness=facts.harness_versions(),
            frameworks=tuple(environment.record for environment in environments.values()),
        ),
        cells=cells,
        not_applicable=matrix.not_applicable,
        kind="cost",
    )
    writer = create(results, plan)
    watcher.say(f"recording in {writer.folder}")
    for failure in (*failures, *map(not_implemented, matrix.not_implemented)):
        writer.append(failure)
        watcher.failure(failure)
    return Counting(
        plan=plan,
        parts=parts,
        environments=environments,
        writer=writer,
        bench=bench(plan, parts, counter, writer, watcher, boundaries=boundaries),
        where=where,
    )


def bench(
    plan: Plan,
    parts: Parts,
    counter: Counter,
    writer: Writer,
    watcher: Watcher,
    *,
    boundaries: Boundaries | None = None,
) -> Bench:
    """What counting the cells of ``plan`` needs, its records going to ``writer``.

    Nothing is timed, so every CPU counts, whichever of them the load of the plan is for.
    """
    return Bench(
        counter=counter,
        servers=parts.servers,
        scenarios=parts.scenarios,
        setup=plan.setup,
        folder=writer.folder.resolve() / "logs",
        append=writer.append,
        watcher=watcher,
        boundaries=boundaries or Boundaries(),
    )


def setup(repeats: int, command: tuple[str, ...] = ()) -> Setup:
    """Counting uses every CPU that it may; what asks a server shares its CPU, and nothing is timed."""
    cpus = tuple(sorted(os.sched_getaffinity(0)))
    return Setup(
        blocks=repeats,
        warmup_s=0.0,
        window_s=0.0,
        seed=0,
        server_cpus=cpus,
        generator_cpus=cpus,
        command=tuple(map(shown, command)),
    )
