"""A run of kind ``lifecycle``: its plan from a selection of stacks and probes, and its records."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from results.model import Cell, Failure, FailureStage, LifecycleRecord, NotApplicable, Plan, PlanKind
from results.store import Writer
from runners.environments import cache
from runners.environments.provision import Provisioned
from runners.environments.yardstick import choose
from runners.errors import HotlapError
from runners.experiments.lifecycle.catalogue import PROBES, probe_cells
from runners.experiments.lifecycle.probe import Subject
from runners.experiments.options import RunOptions
from runners.experiments.planning import begin_record, build_plan, build_setup, not_implemented
from runners.experiments.progress import Watcher
from runners.experiments.provisioning import (
    environments_of,
    frameworks_of,
    must_be_single,
    provisioned_cells,
    without,
)
from runners.machine import facts, placement
from runners.selection.discovery import discover
from runners.selection.matrix import Parts

SOAK_S = 120.0
"""How long the probe ``soak`` asks, unless told otherwise."""


@dataclass(slots=True, kw_only=True)
class LifecycleRun:
    """One run of kind ``lifecycle``, its line 1 written."""

    plan: Plan
    parts: Parts
    environments: Mapping[str, Provisioned]
    writer: Writer
    watcher: Watcher
    repeats: int | None
    """Of each probe; None: what it declares."""
    soak_s: float

    @property
    def folder(self) -> Path:
        """Folder of the run."""
        return self.writer.folder

    def run(self) -> None:
        """Make every record, its stacks in an order that is drawn anew for each repeat.

        A probe that could not tell is a Failure of stage ``lifecycle`` and is not repeated; the rest goes on.
        Raises KeyboardInterrupt with everything recorded that was seen until then.
        """
        order = self._order()
        seconds = sum(self._guess(cell) for cell, _ in order)
        self.watcher.counting(len(order), seconds, "looking at lifecycles")
        allowed = os.sched_getaffinity(0)
        os.sched_setaffinity(0, self.plan.setup.generator_cpus or allowed)  # what asks runs in this process
        failed: set[Cell] = set()
        try:
            for done, (cell, repeat) in enumerate(order, 1):
                if cell not in failed:
                    outcome = self._observe(cell, repeat)
                    self.writer.append(outcome)
                    if isinstance(outcome, Failure):
                        failed.add(cell)
                        self.watcher.failure(outcome)
                self.watcher.counted(done, f"{cell.stack} {cell.scenario}")
        finally:
            os.sched_setaffinity(0, allowed)
            self.watcher.end()

    def _order(self) -> list[tuple[Cell, int]]:
        """Every cell with the number of each of its repeats: one repeat of all stacks before the next."""
        order: list[tuple[Cell, int]] = []
        for probe in PROBES.values():
            cells = [cell for cell in self.plan.cells if cell.scenario == probe.name]
            for repeat in range(self.repeats or probe.repeats):
                Random(f"{self.plan.setup.seed}/{probe.name}/{repeat}").shuffle(cells)
                order += [(cell, repeat) for cell in cells]
        return order

    def _guess(self, cell: Cell) -> float:
        """Seconds that one record of ``cell`` takes, before the clock knows."""
        return PROBES[cell.scenario].seconds + (self.soak_s if cell.scenario == "soak" else 0.0)

    def _observe(self, cell: Cell, repeat: int) -> LifecycleRecord | Failure:
        subject = self._subject(cell, repeat)
        begun_unix_s, begun_s = time.time(), time.monotonic()
        try:
            observation = PROBES[cell.scenario].observe(subject)
        except HotlapError as error:
            failure = error.failure(cell.stack, cell, launch=repeat)
            return replace(failure, stage=FailureStage.LIFECYCLE)
        return LifecycleRecord(
            cell=cell,
            repeat=repeat,
            started_unix_s=begun_unix_s,
            seconds=time.monotonic() - begun_s,
            values=observation.values,
            answers=observation.answers,
            absent=observation.absent,
            series=observation.series,
            documents=observation.documents,
            target=subject.target,
            argv=subject.argv,
            hash_seed=subject.hash_seed,
            log_tail=observation.log_tail,
        )

    def _subject(self, cell: Cell, repeat: int) -> Subject:
        seed = self.plan.setup.seed
        return Subject(
            cell=cell,
            framework=self.parts.frameworks[cell.framework],
            variant=self.parts.servers[cell.server],
            environment=self.environments[cell.environment],
            scenarios=self.parts.scenarios,
            setup=self.plan.setup,
            folder=self.folder.resolve() / "logs" / cell.slug,
            hash_seed=str(Random(f"{seed}/hash/{repeat}/{cell.slug}").randrange(1, 2**32)),
            soak_s=self.soak_s,
        )


def _lacking(
    cells: Iterable[Cell], environments: Mapping[str, Provisioned], parts: Parts
) -> tuple[NotApplicable, ...]:
    """Cells whose environment holds a server that is too old for the variant."""
    unmet = {
        cell: parts.servers[cell.server].unmet(environments[cell.environment].record.versions)
        for cell in cells
    }
    return tuple(NotApplicable(cell=cell, reason=reason) for cell, reason in unmet.items() if reason)


def new_lifecycle_run(
    options: RunOptions,
    results: Path,
    *,
    probes: tuple[str, ...] = (),
    repeats: int | None = None,
    soak_s: float = SOAK_S,
    watcher: Watcher,
) -> LifecycleRun:
    """Resolve ``options`` and the globs of ``probes``, and begin the run's record.

    Raises PlanError where the selection makes no sense, ProvisionError where no environment was built.
    """
    facts.require_linux()
    parts = discover(options.apps)
    matrix = probe_cells(options.selection, probes, parts)
    interpreters = choose(options.pythons, frameworks_of(matrix.cells, parts), cache.root())
    must_be_single(interpreters, "lifecycles are looked at")
    environments, failures = environments_of(
        matrix.cells, parts, interpreters=interpreters, overrides=options.overrides, watcher=watcher
    )
    cells = provisioned_cells(matrix.cells, environments, failures)
    lacking = _lacking(cells, environments, parts)
    server_cpus, client_cpus = placement.choose_cpus(1)
    plan = build_plan(
        kind=PlanKind.LIFECYCLE,
        setup=build_setup(
            timing=options.timing,
            seed=options.seed,
            server_cpus=server_cpus,
            generator_cpus=client_cpus,
            command=options.command,
        ),
        cells=without(cells, lacking),
        frameworks=(environment.record for environment in environments.values()),
        not_applicable=(*matrix.not_applicable, *lacking),
    )
    writer = begin_record(plan, (*failures, *map(not_implemented, matrix.not_implemented)), results, watcher)
    return LifecycleRun(
        plan=plan,
        parts=parts,
        environments=environments,
        writer=writer,
        watcher=watcher,
        repeats=repeats,
        soak_s=soak_s,
    )
