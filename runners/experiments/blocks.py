"""Measuring: block after block, heat after heat, every trial recorded as soon as it is made."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from results.model import BlockEnd, BlockStart, Cell, Plan, Trial
from results.store import Writer, read
from runners.experiments.heat import Heat, Measurer, Repeats
from runners.experiments.live import MEMORY_RESERVE_BYTES, LiveServers
from runners.experiments.orders import Entrant
from runners.experiments.policy import Policy
from runners.experiments.progress import Watcher
from runners.launching.launcher import Launcher
from runners.machine import facts
from runners.selection.heats import draw_heats, workload_order
from runners.selection.schedule import Visit, hash_seed
from scenarios.exchange import Scenario


@dataclass(slots=True, kw_only=True)
class RunBlocks:
    """Measures the blocks of a run and records them."""

    plan: Plan
    visits: Collection[Visit]
    """Launches of every block."""
    cells: Collection[Cell]
    """What is measured of them; a launch mounts what its visit needs all the same."""
    scenarios: Mapping[str, Scenario]
    launcher: Launcher
    generator: Measurer
    writer: Writer
    watcher: Watcher = field(default_factory=Watcher)
    policy: Policy = field(default_factory=Policy)
    memory_bytes: Mapping[str, int] = field(default_factory=dict)
    """What each launch took when it was verified, by the key of its visit."""
    next_launch: int = 0
    _repeats: Repeats = field(default_factory=Repeats)

    def run(self, blocks: Iterable[int]) -> None:
        """Measure ``blocks`` and record them; raises only what ends the whole run."""
        for block in blocks:
            self._block(block)

    def _block(self, block: int) -> None:
        begun, measured = time.monotonic(), 0.0
        self.writer.append(BlockStart(block=block, started_unix_s=time.time()))
        self.watcher.block(block)
        for number, visits in enumerate(self._heats(block)):
            for trial in self._heat(visits, block, number):
                measured += trial.warmup_s + trial.window_s
        total = time.monotonic() - begun
        self.writer.append(BlockEnd(block=block, seconds_measuring=measured, seconds_total=total))
        self.watcher.reached(self.policy.reached_percent(read(self.writer.folder)))

    def _heats(self, block: int) -> tuple[tuple[Visit, ...], ...]:
        setup, available = self.plan.setup, max(facts.memory_available() - MEMORY_RESERVE_BYTES, 0)
        draw = partial(
            draw_heats,
            self.visits,
            most=setup.heat,
            seed=setup.seed,
            block=block,
            everywhere=setup.reference,
        )
        heats = draw(memory_bytes=self.memory_bytes, available_bytes=available)
        if len(heats) > len(draw()):
            self.watcher.say(
                f"smaller heats: {available >> 20} MiB are available, too little for {setup.heat} of the "
                f"stacks at once, so {max(map(len, heats))} live at once at most"
            )
        return heats

    def _heat(self, visits: Iterable[Visit], block: int, number: int) -> Iterator[Trial]:
        plan = self.plan
        with LiveServers(writer=self.writer, watcher=self.watcher, block=block) as servers:
            for visit in visits:
                servers.start(
                    visit,
                    self.launcher,
                    number=self.next_launch,
                    first=visit.cells[0],
                    hash_seed=hash_seed(plan.setup.seed, block, visit),
                )
                self.next_launch += 1
            heat = Heat(
                number=number,
                servers=servers,
                setup=plan.setup,
                scenarios=self.scenarios,
                generator=self.generator,
                writer=self.writer,
                watcher=self.watcher,
                policy=self.policy,
                repeats=self._repeats,
            )
            by_cell = {cell: live for live in servers.live for cell in live.visit.cells}
            due = [cell for cell in by_cell if cell in self.cells]
            workloads = [
                [Entrant(live=by_cell[cell], cell=cell, position=position) for cell in workload]
                for position, workload in enumerate(workload_order(due, plan.setup.seed, block))
            ]
            for entrants in heat.batches(workloads):
                yield from heat.measure(entrants)
