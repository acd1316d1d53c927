"""The main job: a plan verified, measured and recorded, from its first block or from where it stopped."""

from __future__ import annotations

import signal
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from results.model import FIRST_LOOK, Cell, Failure, Plan, Run, Trial
from results.store import Writer, create, read, reopen
from runners.environments.provision import Provisioned
from runners.errors import PlanError
from runners.experiments.blocks import Measurer, RunBlocks
from runners.experiments.capacity import Capacities, Pass
from runners.experiments.inspection import Inspection, inspect
from runners.experiments.planning import RunOptions, opened, plan_of, taken_up
from runners.experiments.progress import Amount, Watcher
from runners.experiments.sweep import Slo, Sweep, Swept
from runners.generator.starting import generator_of
from runners.http.address import Endpoint
from runners.launching.launcher import Launcher
from runners.launching.local import LocalLauncher
from runners.launching.remote import RemoteLauncher
from runners.selection import rates
from runners.selection.discovery import discover
from runners.selection.matrix import Parts, Stack
from runners.selection.schedule import Visit, only, visits


@dataclass(slots=True, kw_only=True)
class RunSession:
    """One session of one run: what is known, what was recorded before, and where the rest goes."""

    parts: Parts
    plan: Plan
    writer: Writer
    watcher: Watcher
    disturbed: Callable[[Trial], bool]
    undecided: Callable[[Run], Collection[Cell]]
    """Cells that are not as precise as asked for; the composition root takes it from ``report``."""
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
        launches = visits(self.plan.cells, self.parts.scenarios)
        inspection = inspect(launches, self.launcher, seed=self.plan.setup.seed, watcher=self.watcher)
        self._record(inspection)
        early = {(failure.stack, failure.cell) for failure in self.before.failures if failure.block is None}
        inspection.passed = [
            cell
            for cell in inspection.passed
            if (cell.stack, cell) not in early and (cell.stack, None) not in early
        ]
        self._measure(inspection.left(launches))

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

    def _measure(self, left: tuple[Visit, ...]) -> None:
        done = {end.block for end in self.before.blocks}
        blocks = [block for block in range(self.plan.setup.blocks) if block not in done]
        if not left or not blocks:
            return
        try:
            with self.generators() as generator:
                track = RunBlocks(
                    plan=self.plan,
                    visits={},
                    scenarios=self.parts.scenarios,
                    launcher=self.launcher,
                    generator=generator,
                    writer=self.writer,
                    watcher=self.watcher,
                    disturbed=self.disturbed,
                    next_launch=1 + max((launch.id for launch in self.before.launches), default=-1),
                )
                for part, launches in self._parts(blocks, left):
                    self.watcher.begin(self._amount(part, launches))
                    track.visits = {visit.key: visit for visit in launches}
                    track.run(part)
        finally:
            self.watcher.end()

    def _parts(
        self, blocks: list[int], left: tuple[Visit, ...]
    ) -> Iterator[tuple[list[int], tuple[Visit, ...]]]:
        """Blocks with their launches: all at once, or block by block what is not precise enough yet."""
        percent = self.plan.setup.precision_percent
        first = [block for block in blocks if percent is None or block < FIRST_LOOK]
        if first:
            yield first, left
        for block in blocks[len(first) :]:
            launches = only(left, self.undecided(read(self.folder)))
            if not launches:
                return
            self.watcher.say(
                f"not yet within ±{percent:g}%: block {block + 1} of at most {self.plan.setup.blocks}, "
                f"{len(launches)} of {len(left)} launches"
            )
            yield [block], launches

    def _amount(self, blocks: list[int], launches: tuple[Visit, ...]) -> Amount:
        return Amount(
            blocks=len(blocks),
            before=blocks[0],
            launches=len(launches),
            trials=sum(len(visit.cells) for visit in launches),
            trial_s=self.plan.setup.warmup_s + self.plan.setup.window_s,
        )


def new(
    options: RunOptions,
    results: Path,
    *,
    watcher: Watcher,
    disturbed: Callable[[Trial], bool],
    undecided: Callable[[Run], Collection[Cell]],
) -> RunSession:
    """First session of a new run; line 1 and what failed before it are recorded."""
    parts = discover()
    plan, environments, failures = plan_of(options, parts, watcher)
    if options.rates:
        plan, missed = _opened(plan, options, parts, environments, watcher)
        failures += missed
    writer = create(results, plan)
    watcher.say(f"recording in {writer.folder}")
    for failure in failures:
        writer.append(failure)
        watcher.failure(failure)
    return _session(
        parts,
        Run(plan=plan, failures=failures),
        environments,
        writer,
        watcher=watcher,
        disturbed=disturbed,
        undecided=undecided,
        listen=options.spread.endpoint(),
    )


def _opened(
    plan: Plan,
    options: RunOptions,
    parts: Parts,
    environments: Mapping[str, Provisioned],
    watcher: Watcher,
) -> tuple[Plan, tuple[Failure, ...]]:
    """The plan of an open load, after a capacity pass where its rates depend on one, and who failed in it."""
    for warning in rates.warnings(options.rates):
        watcher.say(f"warning: {warning}")
    found = Capacities()
    if rates.need_capacity(options.rates):
        try:
            found = _capacities(plan, parts, environments, watcher)
        finally:
            watcher.end()
    windows_rps = {cell.slug: rates for cell, rates in found.windows.items()}
    plan = replace(opened(plan, options, parts, found.by_cell), capacity_windows_rps=windows_rps)
    return plan, tuple(found.failures)


def _capacities(
    plan: Plan, parts: Parts, environments: Mapping[str, Provisioned], watcher: Watcher
) -> Capacities:
    with (
        TemporaryDirectory(prefix="hotlap-") as folder,
        generator_of(plan.setup, Path(folder)) as generator,
    ):
        return Pass(
            plan=plan,
            scenarios=parts.scenarios,
            launcher=launcher_of(plan, parts, environments, Path(folder)),
            generator=generator,
            watcher=watcher,
        ).run()


def resumed(
    folder: Path,
    *,
    watcher: Watcher,
    disturbed: Callable[[Trial], bool],
    undecided: Callable[[Run], Collection[Cell]],
    listen: Endpoint | None = None,
) -> RunSession:
    """Next session of the run in ``folder``; raises PlanError where it cannot go on as it began."""
    parts = discover()
    before = read(folder)
    if before.plan.kind != "run":
        raise PlanError(
            f"{folder} is a run of kind {before.plan.kind!r}, which cannot go on",
            remedy="begin anew; what it holds can be shown all the same",
        )
    writer = reopen(folder)
    before = read(folder)
    watcher.say(
        f"going on with {folder}: {len(before.blocks)} of {before.plan.setup.blocks} blocks are complete"
    )
    return _session(
        parts,
        before,
        taken_up(before, parts, watcher),
        writer,
        watcher=watcher,
        disturbed=disturbed,
        undecided=undecided,
        listen=listen,
    )


def check(options: RunOptions, watcher: Watcher) -> Inspection:
    """Verify the stacks of a selection and record nothing."""
    parts = discover()
    plan, environments, failures = plan_of(options, parts, watcher)
    launches = visits(plan.cells, parts.scenarios)
    with TemporaryDirectory(prefix="hotlap-") as folder:
        launcher = launcher_of(plan, parts, environments, Path(folder))
        inspection = inspect(launches, launcher, seed=plan.setup.seed, watcher=watcher)
    inspection.failures[:0] = failures
    return inspection


def sweep(options: RunOptions, slo: Slo, watcher: Watcher) -> Swept:
    """Search the highest rate that keeps to ``slo`` for every cell of a selection; records no run."""
    parts = discover()
    plan, environments, failures = plan_of(options, parts, watcher)
    with (
        TemporaryDirectory(prefix="hotlap-") as folder,
        generator_of(
            plan.setup, Path(folder), listen=options.spread.endpoint(), echo=watcher.say
        ) as generator,
    ):
        try:
            found = Sweep(
                plan=plan,
                scenarios=parts.scenarios,
                launcher=launcher_of(plan, parts, environments, Path(folder)),
                generator=generator,
                watcher=watcher,
                slo=slo,
                arrivals=options.arrivals,
                cap=max(options.selection.connections, default=rates.CONNECTIONS),
            ).run()
        finally:
            watcher.end()
    found.failures[:0] = failures
    return found


def serve(options: RunOptions, port: int, watcher: Watcher) -> None:
    """Start the one stack of ``options`` on ``port`` and keep it until interrupted."""
    parts = discover()
    plan, environments, _failures = plan_of(options, parts, watcher)
    visit = visits(plan.cells, parts.scenarios)[0]
    with TemporaryDirectory(prefix="hotlap-") as folder:
        launcher = launcher_of(plan, parts, environments, Path(folder))
        with launcher.start(visit, first=visit.cells[0], hash_seed="random", port=port) as server:
            names = ", ".join(dict.fromkeys(cell.scenario for cell in visit.cells))
            watcher.say(f"{visit.stack} serves {names} on {server.host}:{server.port}; Ctrl-C ends it")
            signal.pause()


def _session(
    parts: Parts,
    before: Run,
    environments: Mapping[str, Provisioned],
    writer: Writer,
    *,
    watcher: Watcher,
    disturbed: Callable[[Trial], bool],
    undecided: Callable[[Run], Collection[Cell]],
    listen: Endpoint | None,
) -> RunSession:
    logs, setup = writer.folder.resolve() / "logs", before.plan.setup
    return RunSession(
        parts=parts,
        plan=before.plan,
        writer=writer,
        watcher=watcher,
        disturbed=disturbed,
        undecided=undecided,
        before=before,
        launcher=launcher_of(before.plan, parts, environments, logs),
        generators=lambda: generator_of(setup, logs, listen=listen, echo=watcher.say),
    )


def launcher_of(plan: Plan, parts: Parts, environments: Mapping[str, Provisioned], folder: Path) -> Launcher:
    """Launcher of every stack of ``plan``, with logs in ``folder``."""
    if plan.setup.url is not None:
        return RemoteLauncher(url=plan.setup.url, scenarios=parts.scenarios)
    return LocalLauncher(
        stacks={
            cell.stack: Stack(framework=parts.frameworks[cell.framework], variant=parts.servers[cell.server])
            for cell in plan.cells
        },
        environments=environments,
        scenarios=parts.scenarios,
        setup=plan.setup,
        folder=folder,
    )
