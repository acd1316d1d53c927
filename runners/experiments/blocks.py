"""Measuring: block after block, launch after launch, every trial recorded as soon as it is made."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from math import ceil
from typing import Protocol

from results.model import BlockEnd, BlockStart, Cell, FailureStage, Launch, Plan, Setup, Trial
from results.store import Writer
from runners.errors import HotlapError, LaunchError, LoadError, VerifyError
from runners.experiments.policy import Policy
from runners.experiments.progress import Watcher
from runners.generator.messages import Measured, Order
from runners.launching.launcher import Launcher, RunningServer
from runners.machine import facts
from runners.selection.schedule import Visit, cell_order, groups_of, hash_seed, trial_seed
from runners.verify.contract import probe
from scenarios.exchange import Scenario

DISTURBED_REPEATS = 2
"""How often a trial disturbed by foreign work is repeated within its launch."""
REPEATED_SHARE = 0.2
"""Most repeats for foreign work, as a share of trials: where neighbours never rest, more blocks help."""


class Measurer(Protocol):
    """What measures a window: the load generator, or what stands for it in a test."""

    def measure(self, order: Order) -> Measured:
        """Load the server of ``order`` for one window; raises LoadError."""


@dataclass(slots=True, kw_only=True)
class RunBlocks:
    """Measures the blocks of a run and records them."""

    plan: Plan
    visits: Mapping[str, Visit]
    """Launches that verification left, by key."""
    scenarios: Mapping[str, Scenario]
    launcher: Launcher
    generator: Measurer
    writer: Writer
    watcher: Watcher = field(default_factory=Watcher)
    policy: Policy = field(default_factory=Policy)
    next_launch: int = 0
    _repeats_left: int = 0

    def run(self, blocks: Iterable[int]) -> None:
        """Measure ``blocks`` and record them; raises only what ends the whole run."""
        for block in blocks:
            self._block(block)

    def _block(self, block: int) -> None:
        begun, measured = time.monotonic(), 0.0
        self.writer.append(BlockStart(block=block, started_unix_s=time.time()))
        self.watcher.block(block)
        self._repeats_left = ceil(REPEATED_SHARE * sum(len(visit.cells) for visit in self.visits.values()))
        for key in self.plan.order[block]:
            if visit := self.visits.get(key):
                measured += sum(trial.warmup_s + trial.window_s for trial in self._visit(visit, block))
                self.watcher.launched(visit)
        total = time.monotonic() - begun
        self.writer.append(BlockEnd(block=block, seconds_measuring=measured, seconds_total=total))

    def _visit(self, visit: Visit, block: int) -> Iterator[Trial]:
        setup, number = self.plan.setup, self.next_launch
        self.next_launch += 1
        cells = cell_order(visit, setup.seed, block)
        seed, load, memory = (
            hash_seed(setup.seed, block, visit),
            facts.loadavg(),
            facts.memory_available(),
        )
        try:
            with self.launcher.start(visit, first=cells[0], hash_seed=seed) as server:
                launch = Launch(
                    id=number,
                    block=block,
                    stack=visit.stack,
                    target=self.launcher.target(visit),
                    argv=server.argv,
                    mounted=groups_of(visit.cells, self.scenarios),
                    first_answer_s=server.first_answer_s,
                    hash_seed=seed,
                    loadavg_1m=load,
                    memory_available_bytes=memory,
                )
                self.writer.append(launch)
                for position, cell in enumerate(cells):
                    yield from self._cell(server, launch, cell, position)
        except HotlapError as error:
            self._fail(error, visit.stack, None, block, number)

    def _cell(self, server: RunningServer, launch: Launch, cell: Cell, position: int) -> Iterator[Trial]:
        """All attempts at one cell; a cell that fails leaves the launch to the others while it lives."""
        try:
            for attempt in range(DISTURBED_REPEATS + 1):
                trial = self._trial(server, launch, cell, position, attempt)
                self.writer.append(trial)
                self.watcher.trial(trial)
                yield trial
                if not self.policy.is_disturbed(trial) or not self._repeats_left:
                    break
                self._repeats_left -= attempt < DISTURBED_REPEATS
            self._verify_after(server, cell)
        except (LoadError, VerifyError) as error:
            error.log_tail = error.log_tail or server.log_tail()
            self._fail(error, cell.stack, cell, launch.block, launch.id)
            if not server.alive():
                raise LaunchError(
                    f"{cell.slug}: the server died under load",
                    remedy="see its log",
                    log_tail=server.log_tail(),
                ) from error

    def _trial(self, server: RunningServer, launch: Launch, cell: Cell, position: int, attempt: int) -> Trial:
        measured = self.generator.measure(order_for(server, cell, self.plan.setup, launch.block))
        group = self.scenarios[cell.scenario].group
        return trial_of(measured, server, launch, cell, position=position, attempt=attempt, group=group)

    def _verify_after(self, server: RunningServer, cell: Cell) -> None:
        if difference := probe(server.host, server.port, self.scenarios[cell.scenario]):
            error = VerifyError(f"{cell.slug}: wrong after load: {difference}", remedy="see the server's log")
            error.stage = FailureStage.VERIFY_AFTER
            raise error

    def _fail(self, error: HotlapError, stack: str, cell: Cell | None, block: int, launch: int) -> None:
        failure = error.failure(stack, cell, block=block, launch=launch)
        self.writer.append(failure)
        self.watcher.failure(failure)


def order_for(server: RunningServer, cell: Cell, setup: Setup, block: int) -> Order:
    """What the generator is to measure of ``cell`` on ``server`` in ``block``."""
    return Order(
        host=server.host,
        port=server.port,
        scenario=cell.scenario,
        seed=trial_seed(setup.seed, block, cell),
        connections=cell.connections,
        rate_rps=cell.rate_rps,
        arrivals=cell.arrivals,
        reuse=cell.reuse,
        warmup_s=setup.warmup_s,
        window_s=setup.window_s,
        server_pid=server.pid,
        cgroup=server.cgroup,
        cpus=tuple(sorted({*setup.server_cpus, *setup.generator_cpus})),
    )


def trial_of(
    measured: Measured,
    server: RunningServer,
    launch: Launch,
    cell: Cell,
    *,
    position: int,
    attempt: int,
    group: str | None,
) -> Trial:
    """The record of what was measured of ``cell`` within ``launch``; ``group`` is its scenario's."""
    odd = bool(measured.errors or measured.stale or measured.processes_changed)
    return Trial(
        cell=cell,
        block=launch.block,
        launch=launch.id,
        position=position,
        attempt=attempt,
        side=launch.side,
        memory_pss_bytes=server.pss_bytes(),
        mounted_position=launch.mounted.index(group) if group else 0,
        log_tail=server.log_tail() if odd else "",
        **asdict(measured),
    )
