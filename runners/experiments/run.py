"""A run: its plan verified, measured and recorded, from the first block or from where it stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from pathlib import Path

from results.model import FIRST_LOOK, Cell, Plan, PlanKind, Run
from results.store import Writer, read, reopen
from runners.environments.provision import Provisioned
from runners.errors import PlanError
from runners.experiments.blocks import RunBlocks
from runners.experiments.heat import Measurer
from runners.experiments.inspection import Inspection, inspect
from runners.experiments.launchers import launcher_of
from runners.experiments.open_rates import open_plan, with_quick_rates
from runners.experiments.options import RunOptions
from runners.experiments.planning import begin_record
from runners.experiments.policy import Policy
from runners.experiments.progress import Watcher, amount_of
from runners.experiments.protocol import hold_servers
from runners.experiments.provisioning import rebuild_environments
from runners.experiments.run_plan import plan_of
from runners.generator.starting import generator_of
from runners.http.address import Endpoint
from runners.launching.launcher import Launcher
from runners.selection.discovery import discover
from runners.selection.matrix import Parts
from runners.selection.schedule import Visit, select_visits, visits


@dataclass(slots=True, kw_only=True)
class RunSession:
    """One session of a run: its plan, what was recorded before, and where the rest is recorded."""

    parts: Parts
    plan: Plan
    writer: Writer
    watcher: Watcher
    policy: Policy
    before: Run
    """What was recorded until now; without trials for a new run."""
    launcher: Launcher
    generators: Callable[[], AbstractContextManager[Measurer]]
    """Starts the load generator, which lives as long as blocks are measured."""

    @property
    def folder(self) -> Path:
        """Folder of the run."""
        return self.writer.folder

    def run(self) -> None:
        """Verify, then measure every block that is not complete; records as it goes."""
        with closing(self.launcher):
            self._run()

    def _run(self) -> None:
        launches = visits(self.plan.cells, self.parts.scenarios)
        inspection = inspect(launches, self.launcher, seed=self.plan.setup.seed, watcher=self.watcher)
        self._record(inspection)
        early = {(failure.stack, failure.cell) for failure in self.before.failures if failure.block is None}
        inspection.passed = [
            cell
            for cell in inspection.passed
            if (cell.stack, cell) not in early and (cell.stack, None) not in early
        ]
        self._measure(inspection.left(launches), inspection.memory_bytes)

    def _record(self, inspection: Inspection) -> None:
        """Append what verification found, unless an earlier session recorded it."""
        known = {(failure.stack, failure.cell) for failure in self.before.failures}
        for failure in inspection.failures:
            if (failure.stack, failure.cell) not in known:
                self.writer.append(failure)
                self.watcher.failure(failure)
        for finding in dict.fromkeys(inspection.findings):
            if finding not in self.before.findings:
                self.writer.append(finding)

    def _measure(self, left: tuple[Visit, ...], memory_bytes: Mapping[str, int]) -> None:
        complete = {end.block for end in self.before.blocks}
        blocks = [block for block in range(self.plan.setup.blocks) if block not in complete]
        if not left or not blocks:
            return
        try:
            with self.generators() as generator:
                measuring = RunBlocks(
                    plan=self.plan,
                    visits=(),
                    cells=(),
                    memory_bytes=memory_bytes,
                    scenarios=self.parts.scenarios,
                    launcher=self.launcher,
                    generator=generator,
                    writer=self.writer,
                    watcher=self.watcher,
                    policy=self.policy,
                    next_launch=1 + max((launch.id for launch in self.before.launches), default=-1),
                )
                for part, cells in self._parts(blocks, left):
                    measuring.visits, measuring.cells = select_visits(left, cells), cells
                    self.watcher.begin(
                        amount_of(
                            cells,
                            launches=len(measuring.visits),
                            blocks=part,
                            setup=self.plan.setup,
                            parts=self.parts,
                        )
                    )
                    measuring.run(part)
        finally:
            self.watcher.end()

    def _parts(
        self, blocks: list[int], left: tuple[Visit, ...]
    ) -> Iterator[tuple[list[int], frozenset[Cell]]]:
        """Blocks with their cells: all at once, or block by block what is not precise enough yet."""
        percent, everything = self.plan.setup.precision_percent, frozenset(c for v in left for c in v.cells)
        first = [block for block in blocks if percent is None or block < FIRST_LOOK]
        if first:
            yield first, everything
        for block in blocks[len(first) :]:
            cells = everything & frozenset(self.policy.undecided_cells(read(self.folder)))
            if not cells:
                return
            self.watcher.say(
                f"not yet within ±{percent:g}%: block {block + 1} of at most {self.plan.setup.blocks}, "
                f"{len(cells)} of {len(everything)} cells"
            )
            yield [block], cells


def new_run(options: RunOptions, results: Path, *, watcher: Watcher, policy: Policy) -> RunSession:
    """First session of a new run; line 1 and what failed before it are recorded."""
    parts = discover(options.apps)
    plan, environments, failures = plan_of(options, parts, watcher)
    if options.rates:
        plan, missed = open_plan(plan, options, parts, environments, watcher)
        failures += missed
    elif options.selection.quick:
        plan = with_quick_rates(plan, parts)
    writer = begin_record(plan, failures, results, watcher)
    if options.protocol and options.spread.url is None:
        told = hold_servers(options, watcher)
        for finding in told.findings:
            writer.append(finding)
        for failure in told.failures:
            writer.append(failure)
            watcher.failure(failure)
    before, listen = Run(plan=plan, failures=failures), options.spread.endpoint()
    return _session(before, parts, environments, writer, watcher=watcher, policy=policy, listen=listen)


def resume_run(
    folder: Path,
    *,
    watcher: Watcher,
    policy: Policy,
    apps: Path | None = None,
    listen: Endpoint | None = None,
) -> RunSession:
    """Next session of the run in ``folder``; raises PlanError where it cannot go on as it began."""
    parts = discover(apps)
    before = read(folder)
    if before.plan.kind != PlanKind.RUN:
        raise PlanError(
            f"{folder} is a run of kind '{before.plan.kind}', which cannot go on",
            remedy="begin anew; what it holds can be shown all the same",
        )
    writer = reopen(folder)
    before = read(folder)
    watcher.say(
        f"going on with {folder}: {len(before.blocks)} of {before.plan.setup.blocks} blocks are complete"
    )
    environments = rebuild_environments(before, parts, watcher)
    return _session(before, parts, environments, writer, watcher=watcher, policy=policy, listen=listen)


def _session(
    before: Run,
    parts: Parts,
    environments: Mapping[str, Provisioned],
    writer: Writer,
    *,
    watcher: Watcher,
    policy: Policy,
    listen: Endpoint | None,
) -> RunSession:
    logs, setup = writer.folder.resolve() / "logs", before.plan.setup
    return RunSession(
        parts=parts,
        plan=before.plan,
        writer=writer,
        watcher=watcher,
        policy=policy,
        before=before,
        launcher=launcher_of(before.plan, parts, environments, logs),
        generators=lambda: generator_of(setup, logs, listen=listen, echo=watcher.say),
    )
