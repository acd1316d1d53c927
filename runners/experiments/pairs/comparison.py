"""A comparison measured now: both sides verified, then measured in pairs, all recorded as it goes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from pathlib import Path

from results.model import BOTH_SIDES, Cell, GateStage, Pairing, SideName
from results.store import Writer
from runners.errors import of_side
from runners.experiments.backing import services_for
from runners.experiments.durations import trial_seconds
from runners.experiments.heat import Measurer
from runners.experiments.inspection import inspect
from runners.experiments.launchers import local_launcher
from runners.experiments.pairs.blocks import PairBlocks
from runners.experiments.pairs.options import PairOptions
from runners.experiments.pairs.pairing import LaunchPair, cell_of
from runners.experiments.pairs.planning import prepare
from runners.experiments.pairs.prepared import Prepared
from runners.experiments.planning import begin_record
from runners.experiments.policy import Policy
from runners.experiments.progress import Amount, Watcher
from runners.generator.client import Generator
from runners.launching.launcher import Launcher
from runners.selection.schedule import Visit


@dataclass(slots=True, kw_only=True)
class Comparison:
    """One comparison: what is known, and where its records go."""

    prepared: Prepared
    writer: Writer
    watcher: Watcher
    policy: Policy
    launchers: Mapping[SideName, Launcher]
    """By side."""
    generators: Callable[[], AbstractContextManager[Measurer]]
    next_launch: int = 0

    @property
    def folder(self) -> Path:
        """Folder of the run."""
        return self.writer.folder

    def run(self) -> None:
        """Verify both sides, then measure all pairs; records as it goes."""
        blocks = self.prepared.plan.setup.blocks
        with closing(self):
            left = self.verify(self.prepared.launch_pairs())
            self.measure([(block, left) for block in range(blocks)])

    def close(self) -> None:
        """Stop what servers talked to; may be called twice."""
        for launcher in self.launchers.values():
            launcher.close()

    def verify(self, chosen: Iterable[LaunchPair]) -> tuple[LaunchPair, ...]:
        """Those of ``chosen`` that both sides answer rightly; the others are recorded as failures."""
        chosen = tuple(chosen)
        passed = {
            side: self._passed(side, [launch_pair.visit(side) for launch_pair in chosen])
            for side in BOTH_SIDES
        }

        def is_right(pairing: Pairing) -> bool:
            return all(cell_of(pairing, side) in passed[side] for side in BOTH_SIDES)

        kept = (launch_pair.keeping(filter(is_right, launch_pair.pairings)) for launch_pair in chosen)
        return tuple(launch_pair for launch_pair in kept if launch_pair is not None)

    def _passed(self, side: SideName, visits: list[Visit]) -> set[Cell]:
        unique = {(visit.key, visit.cells): visit for visit in visits}
        self.watcher.say(f"{side}: {self.prepared.sides[side].side.title}")
        inspection = inspect(
            unique.values(), self.launchers[side], seed=self.prepared.plan.setup.seed, watcher=self.watcher
        )
        for failure in inspection.failures:
            named = of_side(failure, side)
            self.writer.append(named)
            self.watcher.failure(named)
        return set(inspection.passed)

    def measure(
        self,
        blocks: list[tuple[int, tuple[LaunchPair, ...]]],
        stage: GateStage = GateStage.NONE,
        *,
        deadline_s: float | None = None,
    ) -> int:
        """Measure numbered blocks of launch pairs in one stage, and say how many were measured.

        None is begun after ``deadline_s`` (monotonic).
        """
        blocks = [(block, chosen) for block, chosen in blocks if chosen]
        if not blocks:
            return 0
        self.watcher.begin(self._amount(blocks))
        try:
            with self.generators() as generator:
                measuring = PairBlocks(
                    plan=self.prepared.plan,
                    scenarios=self.prepared.sides[SideName.HEAD].parts.scenarios,
                    launchers=self.launchers,
                    generator=generator,
                    writer=self.writer,
                    watcher=self.watcher,
                    policy=self.policy,
                    stage=stage,
                    next_launch=self.next_launch,
                )
                try:
                    return measuring.run(blocks, deadline_s=deadline_s)
                finally:
                    self.next_launch = measuring.next_launch
        finally:
            self.watcher.end()

    def _amount(self, blocks: Sequence[tuple[int, tuple[LaunchPair, ...]]]) -> Amount:
        widest = max((chosen for _, chosen in blocks), key=len)
        setup, parts = self.prepared.plan.setup, self.prepared.sides[SideName.HEAD].parts
        pairings = [pairing for launch_pair in widest for pairing in launch_pair.pairings]
        return Amount(
            blocks=len(blocks),
            before=blocks[0][0],
            launches=2 * len(widest),
            trials=2 * len(pairings),
            trials_s=2 * sum(trial_seconds(pairing.head, setup, parts) for pairing in pairings),
        )


def new_comparison(options: PairOptions, results: Path, *, watcher: Watcher, policy: Policy) -> Comparison:
    """A new comparison, provisioned; line 1 and what failed before it are recorded."""
    return begin_comparison(prepare(options, watcher), results, watcher=watcher, policy=policy)


def begin_comparison(prepared: Prepared, results: Path, *, watcher: Watcher, policy: Policy) -> Comparison:
    """What was prepared, with its record begun."""
    plan, cells = prepared.plan, [cell for p in prepared.loads() for cell in (p.base, p.head)]
    services = services_for(cells, plan.setup, prepared.sides[SideName.HEAD].parts.scenarios)
    writer = begin_record(plan, prepared.failures, results, watcher)
    logs = writer.folder.resolve() / "logs"
    return Comparison(
        prepared=prepared,
        writer=writer,
        watcher=watcher,
        policy=policy,
        launchers={
            side: local_launcher(
                [cell_of(pairing, side) for pairing in prepared.loads()],
                side_parts.parts,
                prepared.environments[side],
                plan.setup,
                logs / side,
                services=services,
            )
            for side, side_parts in prepared.sides.items()
        },
        generators=lambda: Generator(cpus=plan.setup.generator_cpus, log=logs / "generator.log"),
    )
