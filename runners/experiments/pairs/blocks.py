"""Measuring in pairs: block after block, launch pair after launch pair, each trial recorded as it is made."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Protocol

from results.model import (
    BlockEnd,
    BlockStart,
    Cell,
    FailureStage,
    GateStage,
    Launch,
    Pairing,
    Plan,
    SideName,
    Trial,
)
from results.store import Writer
from runners.errors import DuelError, HotlapError, LaunchError, LoadError, VerifyError
from runners.experiments.blocks import REPEATED_SHARE, order_for, trial_of
from runners.experiments.pairs.pairing import (
    LaunchPair,
    cell_of,
    first_side,
    launch_pair_order,
    of_side,
    other,
    pairing_order,
)
from runners.experiments.policy import Policy
from runners.experiments.progress import Watcher
from runners.generator.messages import Duel, Measured, Order
from runners.launching.launcher import Launcher, RunningServer
from runners.machine import facts
from runners.selection.schedule import groups_of, hash_seed
from runners.verify.contract import probe
from scenarios.exchange import Scenario

ROUNDS = 8
"""Windows of each side in a pair."""
SLICE_S = 0.25
"""Length of one window, with what is dropped of it."""
DROP_S = 0.05
"""Begin of a window that is not counted: the other server may still be coming to rest (METHOD section 6)."""
WINDOW_S = ROUNDS * (SLICE_S - DROP_S)
"""Time that is counted of each side in one pair."""


class PairMeasurer(Protocol):
    """What measures windows of one server, or of two in turn."""

    def measure(self, order: Order) -> Measured:
        """Load one server for one window; raises LoadError."""

    def duel(self, order: Duel) -> tuple[Measured, Measured]:
        """Load two servers in turn; raises DuelError."""


@dataclass(frozen=True, slots=True)
class TrialPosition:
    """Where in its pair a trial stands."""

    place: int
    position: int
    attempt: int = 0


@dataclass(frozen=True, slots=True)
class LiveServer:
    """A server that is up for one side, and the record of its launch."""

    server: RunningServer
    launch: Launch


@dataclass(slots=True, kw_only=True)
class PairBlocks:
    """Measures blocks of launch pairs and records them."""

    plan: Plan
    scenarios: Mapping[str, Scenario]
    launchers: Mapping[SideName, Launcher]
    """By side."""
    generator: PairMeasurer
    writer: Writer
    watcher: Watcher = field(default_factory=Watcher)
    policy: Policy = field(default_factory=Policy)
    stage: GateStage = GateStage.NONE
    """``screen`` or ``confirm`` in a gate."""
    next_launch: int = 0
    _repeats_left: int = 0

    def run(
        self, blocks: Iterable[tuple[int, tuple[LaunchPair, ...]]], *, deadline_s: float | None = None
    ) -> int:
        """Measure and record numbered blocks, none begun after ``deadline_s`` (monotonic); how many it were.

        Raises only what ends the whole run.
        """
        blocks = list(blocks)
        pairs = sum(len(launch_pair.pairings) for _, chosen in blocks for launch_pair in chosen)
        self._repeats_left = ceil(REPEATED_SHARE * pairs)
        for number, (block, chosen) in enumerate(blocks):
            if deadline_s is not None and time.monotonic() > deadline_s:
                self.watcher.say(f"the time budget is used up after {number} of {len(blocks)} blocks")
                return number
            self._block(number, block, chosen)
        return len(blocks)

    def _block(self, number: int, block: int, chosen: tuple[LaunchPair, ...]) -> None:
        begun, measured = time.monotonic(), 0.0
        self.writer.append(BlockStart(block=block, started_unix_s=time.time()))
        self.watcher.block(block)
        for launch_pair in launch_pair_order(chosen, self.plan.setup.seed, block):
            first = first_side(self.plan.setup.seed, launch_pair.key, self.stage, number)
            for trial in (self._together if launch_pair.like else self._apart)(launch_pair, block, first):
                measured += trial.warmup_s + trial.window_s
            for side in (first, other(first)):
                self.watcher.launched(launch_pair.visit(side))
        total = time.monotonic() - begun
        self.writer.append(BlockEnd(block=block, seconds_measuring=measured, seconds_total=total))

    # Like with like: both servers live, and take their windows in turn.

    def _together(self, launch_pair: LaunchPair, block: int, first: SideName) -> Iterator[Trial]:
        with ExitStack() as stack:
            up: dict[SideName, LiveServer] = {}
            for side in (first, other(first)):
                try:
                    up[side] = stack.enter_context(self._up(launch_pair, block, side))
                except HotlapError as error:
                    self._fail(error, launch_pair, side, block=block)
                    return
            for position, pairing in enumerate(pairing_order(launch_pair, self.plan.setup.seed, block)):
                yield from self._duel(up, launch_pair, pairing, first, position)
                if not all(live.server.alive() for live in up.values()):
                    self._died(up, launch_pair, pairing, block)
                    return

    def _duel(
        self,
        up: Mapping[SideName, LiveServer],
        launch_pair: LaunchPair,
        pairing: Pairing,
        first: SideName,
        position: int,
    ) -> Iterator[Trial]:
        sides = (first, other(first))
        block = up[first].launch.block
        try:
            for attempt in range(2):
                trials = self._windows(up, pairing, sides, position, attempt)
                for trial in trials:
                    self.writer.append(trial)
                    self.watcher.trial(trial)
                yield from trials
                if attempt or not self._repeats_left or not any(map(self.policy.is_disturbed, trials)):
                    break
                self._repeats_left -= 1
        except DuelError as error:
            side = sides[error.place or 0]
            error.log_tail = up[side].server.log_tail()
            self._fail(
                error, launch_pair, side, block=block, cell=cell_of(pairing, side), launch=up[side].launch
            )
        except LoadError as error:
            self._fail(
                error, launch_pair, first, block=block, cell=cell_of(pairing, first), launch=up[first].launch
            )
        else:
            for side in sides:
                self._verify_after(up[side], launch_pair, cell_of(pairing, side))

    def _windows(
        self,
        up: Mapping[SideName, LiveServer],
        pairing: Pairing,
        sides: tuple[SideName, SideName],
        position: int,
        attempt: int,
    ) -> list[Trial]:
        setup = self.plan.setup
        first, second = (
            order_for(up[side].server, cell_of(pairing, side), setup, up[side].launch.block) for side in sides
        )
        order = Duel(first=first, second=second, rounds=ROUNDS, slice_s=SLICE_S, drop_s=DROP_S)
        return [
            self._trial(
                measured,
                up[side],
                cell_of(pairing, side),
                TrialPosition(place, position, attempt),
                windows=ROUNDS,
            )
            for place, (side, measured) in enumerate(zip(sides, self.generator.duel(order), strict=True))
        ]

    # Unlike stacks: one after the other, each alone, in whole windows.

    def _apart(self, launch_pair: LaunchPair, block: int, first: SideName) -> Iterator[Trial]:
        pairings = pairing_order(launch_pair, self.plan.setup.seed, block)
        for place, side in enumerate((first, other(first))):
            try:
                with self._up(launch_pair, block, side) as up:
                    for position, pairing in enumerate(pairings):
                        yield from self._alone(
                            up, launch_pair, cell_of(pairing, side), TrialPosition(place, position)
                        )
            except HotlapError as error:
                self._fail(error, launch_pair, side, block=block)

    def _alone(
        self, up: LiveServer, launch_pair: LaunchPair, cell: Cell, trial_position: TrialPosition
    ) -> Iterator[Trial]:
        block, side = up.launch.block, up.launch.side
        try:
            order = order_for(up.server, cell, self.plan.setup, block)
            trial = self._trial(self.generator.measure(order), up, cell, trial_position)
        except LoadError as error:
            error.log_tail = error.log_tail or up.server.log_tail()
            self._fail(error, launch_pair, side, block=block, cell=cell, launch=up.launch)
            if not up.server.alive():
                raise LaunchError(f"{cell.slug}: the server died under load", remedy="see its log") from error
            return
        self.writer.append(trial)
        self.watcher.trial(trial)
        yield trial
        self._verify_after(up, launch_pair, cell)

    # Both.

    @contextmanager
    def _up(self, launch_pair: LaunchPair, block: int, side: SideName) -> Iterator[LiveServer]:
        """The server of one side, recorded once it answers; raises LaunchError."""
        visit, launcher, number = launch_pair.visit(side), self.launchers[side], self.next_launch
        self.next_launch += 1
        seed = hash_seed(
            self.plan.setup.seed, block, launch_pair.head
        )  # one for both: it is no part of the difference
        load, memory = facts.loadavg(), facts.memory_available()
        with launcher.start(visit, first=cell_of(launch_pair.pairings[0], side), hash_seed=seed) as server:
            launch = Launch(
                id=number,
                block=block,
                stack=visit.stack,
                target=launcher.target(visit),
                argv=server.argv,
                mounted=groups_of(visit.cells, self.scenarios),
                first_answer_s=server.first_answer_s,
                hash_seed=seed,
                loadavg_1m=load,
                memory_available_bytes=memory,
                side=side,
            )
            self.writer.append(launch)
            yield LiveServer(server, launch)

    def _trial(
        self,
        measured: Measured,
        up: LiveServer,
        cell: Cell,
        trial_position: TrialPosition,
        *,
        windows: int = 1,
    ) -> Trial:
        trial = trial_of(
            measured,
            up.server,
            up.launch,
            cell,
            position=trial_position.position,
            attempt=trial_position.attempt,
            group=self.scenarios[cell.scenario].group,
        )
        return replace(trial, place=trial_position.place, stage=self.stage, windows=windows)

    def _verify_after(self, up: LiveServer, launch_pair: LaunchPair, cell: Cell) -> None:
        if difference := probe(up.server.host, up.server.port, self.scenarios[cell.scenario]):
            error = VerifyError(f"{cell.slug}: wrong after load: {difference}", remedy="see the server's log")
            error.stage, error.log_tail = FailureStage.VERIFY_AFTER, up.server.log_tail()
            self._fail(error, launch_pair, up.launch.side, block=up.launch.block, cell=cell, launch=up.launch)

    def _died(
        self, up: Mapping[SideName, LiveServer], launch_pair: LaunchPair, pairing: Pairing, block: int
    ) -> None:
        for side, live in up.items():
            if not live.server.alive():
                cell = cell_of(pairing, side)
                error = LaunchError(
                    f"{cell.slug}: the server died under load",
                    remedy="see its log",
                    log_tail=live.server.log_tail(),
                )
                self._fail(error, launch_pair, side, block=block, launch=live.launch)

    def _fail(
        self,
        error: HotlapError,
        launch_pair: LaunchPair,
        side: SideName,
        *,
        block: int,
        cell: Cell | None = None,
        launch: Launch | None = None,
    ) -> None:
        stack, number = launch_pair.visit(side).stack, None if launch is None else launch.id
        failure = of_side(error.failure(stack, cell, block=block, launch=number), side)
        self.writer.append(failure)
        self.watcher.failure(failure)
