"""The main job: a plan verified, measured and recorded, from its first block or from where it stopped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from results.store import Writer

from results.model import Cell, Plan, Run, Trial
from runners.environments import Provisioned
from runners.load.client import Generator
from runners.matrix import Parts, Stack
from runners.measure import Track
from runners.plan import Visit, visits
from runners.progress import Amount, Watcher
from runners.starter import Starter
from runners.verification import inspect


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Where a run was recorded and how it went."""

    folder: Path
    failures: int


@dataclass(slots=True, kw_only=True)
class Job:
    """One sitting of one run."""

    parts: Parts
    plan: Plan
    environments: Mapping[str, Provisioned]
    writer: Writer
    watcher: Watcher
    disturbed: Callable[[Trial], bool]
    before: Run
    """What was recorded until now; empty for a new run."""

    def run(self) -> Outcome:
        """Verify, then measure every block that is not complete; records as it goes."""
        launches = visits(self.plan.cells, self.parts.scenarios)
        starter = self._starter()
        recorded = len(self.before.failures)
        self.watcher.say(f"verifying {len(launches)} stacks")
        inspection = inspect(
            launches, starter, seed=self.plan.setup.seed, each=lambda _visit, _failures: None
        )
        known = {(failure.stack, failure.cell) for failure in self.before.failures if failure.block is None}
        new = [f for f in inspection.failures if (f.stack, f.cell) not in known]
        for failure in new:
            self.writer.append(failure)
            self.watcher.failure(failure)
        for finding in set(inspection.findings) - set(self.before.findings):
            self.writer.append(finding)
        gone = {
            failure.stack
            for failure in self.before.failures
            if failure.block is None and failure.cell is None
        }
        left = tuple(visit for visit in inspection.left(launches) if visit.stack not in gone)
        failed = self._measure(left, starter)
        return Outcome(folder=self.writer.folder, failures=recorded + len(new) + failed)

    def _measure(self, left: tuple[Visit, ...], starter: Starter) -> int:
        setup = self.plan.setup
        done = {end.block for end in self.before.blocks}
        blocks = [block for block in range(setup.blocks) if block not in done]
        trials = sum(len(visit.cells) for visit in left)
        amount = Amount(
            blocks=len(blocks), launches=len(left), trials=trials, trial_s=setup.warmup_s + setup.window_s
        )
        if not left or not blocks:
            return 0
        self.watcher.begin(amount)
        try:
            with Generator(cpus=setup.generator_cpus, log=self.writer.folder / "generator.log") as generator:
                track = Track(
                    plan=self.plan,
                    visits={visit.key: visit for visit in left},
                    scenarios=self.parts.scenarios,
                    starter=starter,
                    generator=generator,
                    writer=self.writer,
                    watcher=self.watcher,
                    disturbed=self.disturbed,
                    next_launch=1 + max((launch.id for launch in self.before.launches), default=-1),
                )
                track.run(blocks)
                return track.failed
        finally:
            self.watcher.end()

    def _starter(self) -> Starter:
        return Starter(
            stacks={cell.stack: self._stack(cell) for cell in self.plan.cells},
            environments=self.environments,
            scenarios=self.parts.scenarios,
            setup=self.plan.setup,
            folder=self.writer.folder / "logs",
        )

    def _stack(self, cell: Cell) -> Stack:
        return Stack(framework=self.parts.frameworks[cell.framework], variant=self.parts.servers[cell.server])
