"""Measuring in pairs: block after block, launch pair after launch pair, each trial recorded as it is made.

Both servers of a pair live at once and are one heat; like or unlike, they take turns.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from results.model import BlockEnd, BlockStart, GateStage, Plan, SideName, Trial
from results.store import Writer
from runners.experiments.heat import Heat, Measurer, Repeats
from runners.experiments.live import LiveServers
from runners.experiments.orders import Entrant
from runners.experiments.pairs.pairing import (
    LaunchPair,
    cell_of,
    first_side,
    launch_pair_order,
    other,
    pairing_order,
)
from runners.experiments.policy import Policy
from runners.experiments.progress import Watcher
from runners.launching.launcher import Launcher
from runners.selection.schedule import hash_seed
from scenarios.exchange import Scenario


@dataclass(slots=True, kw_only=True)
class PairBlocks:
    """Measures blocks of launch pairs and records them."""

    plan: Plan
    scenarios: Mapping[str, Scenario]
    launchers: Mapping[SideName, Launcher]
    """By side."""
    generator: Measurer
    writer: Writer
    watcher: Watcher = field(default_factory=Watcher)
    policy: Policy = field(default_factory=Policy)
    stage: GateStage = GateStage.NONE
    """``screen`` or ``confirm`` in a gate."""
    next_launch: int = 0
    _repeats: Repeats = field(default_factory=Repeats)

    def run(
        self, blocks: Iterable[tuple[int, tuple[LaunchPair, ...]]], *, deadline_s: float | None = None
    ) -> int:
        """Measure and record numbered blocks, none begun after ``deadline_s`` (monotonic); how many it were.

        Raises only what ends the whole run.
        """
        blocks = list(blocks)
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
        for heat, launch_pair in enumerate(launch_pair_order(chosen, self.plan.setup.seed, block)):
            first = first_side(self.plan.setup.seed, launch_pair.key, self.stage, number)
            for trial in self._heat(launch_pair, block, heat, (first, other(first))):
                measured += trial.warmup_s + trial.window_s
        total = time.monotonic() - begun
        self.writer.append(BlockEnd(block=block, seconds_measuring=measured, seconds_total=total))

    def _heat(
        self, launch_pair: LaunchPair, block: int, number: int, sides: tuple[SideName, SideName]
    ) -> Iterator[Trial]:
        """All trials of a pair, whose servers are launched in the order of ``sides``; none if one is not."""
        with LiveServers(writer=self.writer, watcher=self.watcher, block=block) as servers:
            for side in sides:
                if not self._start(servers, launch_pair, side):
                    return
            heat = Heat(
                number=number,
                servers=servers,
                setup=self.plan.setup,
                scenarios=self.scenarios,
                generator=self.generator,
                writer=self.writer,
                watcher=self.watcher,
                policy=self.policy,
                stage=self.stage,
                repeats=self._repeats,
            )
            up = tuple(servers.live)
            workloads = [
                [
                    Entrant(live=live, cell=cell_of(pairing, side), position=position, place=place)
                    for place, (live, side) in enumerate(zip(up, sides, strict=True))
                ]
                for position, pairing in enumerate(pairing_order(launch_pair, self.plan.setup.seed, block))
            ]
            for entrants in heat.batches(workloads):
                yield from heat.measure(entrants)
                if len(servers.live) < len(up):
                    return

    def _start(self, servers: LiveServers, launch_pair: LaunchPair, side: SideName) -> bool:
        number, self.next_launch = self.next_launch, self.next_launch + 1
        return servers.start(
            launch_pair.visit(side),
            self.launchers[side],
            number=number,
            first=cell_of(launch_pair.pairings[0], side),
            # one for both sides: it is no part of the difference
            hash_seed=hash_seed(self.plan.setup.seed, servers.block, launch_pair.head),
            side=side,
        )
