"""A comparison as a session: both sides verified, then measured in pairs, all recorded as it goes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from results.model import BASE, HEAD, Cell, Pairing, Trial
from results.store import Writer, create
from runners.experiments.inspection import inspect
from runners.experiments.pairs.blocks import (
    DROP_S,
    ROUNDS,
    SLICE_S,
    PairBlocks,
    PairMeasurer,
    cell_of,
    of_side,
)
from runners.experiments.pairs.pairing import LaunchPair
from runners.experiments.pairs.planning import PairOptions, Prepared, prepare
from runners.experiments.progress import Amount, Watcher
from runners.generator.client import Generator
from runners.launching.launcher import Launcher
from runners.launching.local import LocalLauncher
from runners.selection.matrix import Stack
from runners.selection.schedule import Visit

PAIR_S = ROUNDS * (SLICE_S + DROP_S)
"""What one side's windows take, coming to rest included."""


@dataclass(slots=True, kw_only=True)
class Comparison:
    """One comparison: what is known, and where its records go."""

    prepared: Prepared
    writer: Writer
    watcher: Watcher
    disturbed: Callable[[Trial], bool]
    launchers: Mapping[str, Launcher]
    """By side."""
    generators: Callable[[], AbstractContextManager[PairMeasurer]]
    next_launch: int = 0

    @property
    def folder(self) -> Path:
        """Folder of the run."""
        return self.writer.folder

    def run(self) -> None:
        """Verify both sides, then measure all pairs; records as it goes."""
        blocks = self.prepared.plan.setup.blocks
        left = self.verified(self.prepared.launch_pairs())
        self.measure([(block, left) for block in range(blocks)])

    def verified(self, chosen: Iterable[LaunchPair]) -> tuple[LaunchPair, ...]:
        """Those of ``chosen`` that both sides answer rightly; the others are recorded as failures."""
        chosen = tuple(chosen)
        passed = {
            side: self._passed(side, [launch_pair.visit(side) for launch_pair in chosen])
            for side in (BASE, HEAD)
        }

        def is_right(pairing: Pairing) -> bool:
            return all(cell_of(pairing, side) in passed[side] for side in (BASE, HEAD))

        kept = (launch_pair.keeping(filter(is_right, launch_pair.pairings)) for launch_pair in chosen)
        return tuple(launch_pair for launch_pair in kept if launch_pair is not None)

    def _passed(self, side: str, visits: list[Visit]) -> set[Cell]:
        unique = {(visit.key, visit.cells): visit for visit in visits}
        self.watcher.say(f"{side}: {self.prepared.sides[side].side.title}")
        found = inspect(
            unique.values(), self.launchers[side], seed=self.prepared.plan.setup.seed, watcher=self.watcher
        )
        for failure in found.failures:
            named = of_side(failure, side)
            self.writer.append(named)
            self.watcher.failure(named)
        return set(found.passed)

    def measure(
        self,
        blocks: list[tuple[int, tuple[LaunchPair, ...]]],
        stage: str = "",
        *,
        deadline_s: float | None = None,
    ) -> int:
        """Measure numbered blocks of launch pairs in one stage, and say how many were measured.

        None is begun after ``deadline_s`` (monotonic).
        """
        blocks = [(block, chosen) for block, chosen in blocks if chosen]
        if not blocks:
            return 0
        widest = max((chosen for _, chosen in blocks), key=len)
        self.watcher.begin(
            Amount(
                blocks=len(blocks),
                launches=2 * len(widest),
                trials=2 * sum(len(launch_pair.pairings) for launch_pair in widest),
                trial_s=self.prepared.plan.setup.warmup_s + PAIR_S,
            )
        )
        try:
            with self.generators() as generator:
                track = self._track(generator, stage)
                try:
                    return track.run(blocks, deadline_s=deadline_s)
                finally:
                    self.next_launch = track.next_launch
        finally:
            self.watcher.end()

    def _track(self, generator: PairMeasurer, stage: str) -> PairBlocks:
        return PairBlocks(
            plan=self.prepared.plan,
            scenarios=self.prepared.sides[HEAD].parts.scenarios,
            launchers=self.launchers,
            generator=generator,
            writer=self.writer,
            watcher=self.watcher,
            disturbed=self.disturbed,
            stage=stage,
            next_launch=self.next_launch,
        )


def new(
    options: PairOptions, results: Path, *, watcher: Watcher, disturbed: Callable[[Trial], bool]
) -> Comparison:
    """A new comparison, provisioned; line 1 and what failed before it are recorded."""
    return begun(prepare(options, watcher), results, watcher=watcher, disturbed=disturbed)


def begun(
    prepared: Prepared, results: Path, *, watcher: Watcher, disturbed: Callable[[Trial], bool]
) -> Comparison:
    """What was prepared, with its record begun."""
    writer = create(results, prepared.plan)
    watcher.say(f"recording in {writer.folder}")
    for failure in prepared.failures:
        writer.append(failure)
        watcher.failure(failure)
    logs = writer.folder.resolve() / "logs"
    return Comparison(
        prepared=prepared,
        writer=writer,
        watcher=watcher,
        disturbed=disturbed,
        launchers=launchers_of(prepared, logs),
        generators=lambda: Generator(cpus=prepared.plan.setup.generator_cpus, log=logs / "generator.log"),
    )


def launchers_of(prepared: Prepared, logs: Path) -> dict[str, Launcher]:
    """What starts the servers of each side, with logs of their own."""
    found: dict[str, Launcher] = {}
    for side, side_parts in prepared.sides.items():
        parts = side_parts.parts
        cells = [cell_of(pairing, side) for pairing in prepared.loads()]
        found[side] = LocalLauncher(
            stacks={
                cell.stack: Stack(
                    framework=parts.frameworks[cell.framework], variant=parts.servers[cell.server]
                )
                for cell in cells
            },
            environments=prepared.environments[side],
            scenarios=parts.scenarios,
            setup=prepared.plan.setup,
            folder=logs / side,
        )
    return found
