"""The gate: cells counted, then sentinels screened under load, and confirmed where in doubt."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from results.model import BOTH_SIDES, GateStage, Load, NotApplicable, Pairing, SideName
from results.store import read
from runners.experiments.counting.cost_cell import CostCell
from runners.experiments.counting.cost_run import counting_pool, sampling_of
from runners.experiments.counting.counter import Counter
from runners.experiments.counting.pool import CountingPool
from runners.experiments.counting.sampler import Sampler
from runners.experiments.pairs.comparison import Comparison, begin_comparison
from runners.experiments.pairs.gate_cells import Globs, choose, head_only
from runners.experiments.pairs.options import PairOptions
from runners.experiments.pairs.pairing import LaunchPair, MatchedCells, cell_of
from runners.experiments.pairs.planning import missing, prepare_pairings
from runners.experiments.pairs.prepared import Prepared
from runners.experiments.pairs.provisioning import is_ready, on_interpreters
from runners.experiments.pairs.sides import resolve_sides
from runners.experiments.policy import Policy
from runners.experiments.progress import Watcher
from runners.machine import facts

FIRST_REPEATS = (0, 1)
"""Counts that every side of a cell gets at once."""
MOST_REPEATS = 20
"""Rounds of counting at most, whatever is asked for."""
LAUNCH_PAIR_S = 2.6
"""First guess of what a launch pair takes for each load of each cell; the clock corrects it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateOptions:
    """Everything that a gate is asked for."""

    pairs: PairOptions
    globs: Globs
    counter: Counter | None
    """What counts; None: without the cost tier."""
    sampler: Sampler | None = None
    """What samples stacks where a cost got worse; None: nothing does."""
    budget_s: float


@dataclass(slots=True, kw_only=True)
class Gate:
    """One gate: a comparison with a budget, and what counts for it."""

    comparison: Comparison
    pool: CountingPool | None
    """What counts cells; None: without the cost tier."""
    where: bool = False
    """Whether it is told where the time goes of cells whose cost got worse."""
    deadline_s: float
    """Time of the monotonic clock after which nothing is begun; what was begun is ended."""

    @property
    def folder(self) -> Path:
        """Folder of the run."""
        return self.comparison.folder

    @property
    def prepared(self) -> Prepared:
        """Both sides."""
        return self.comparison.prepared

    def run(self) -> None:
        """Count, sample, screen and confirm; records as it goes."""
        self.count()
        self.sample()
        with closing(self.comparison):
            left = self.comparison.verify(self.prepared.launch_pairs())
            if left:
                self.load(left)

    def count(self) -> None:
        """The cost tier: both sides of a cell at the same time, again until the counts are sharp enough."""
        pairings = [
            pairing
            for pairing in self.prepared.plan.pairings
            if pairing.head.load == Load.LOCKSTEP and is_ready(pairing, self.prepared.environments)
        ]
        if self.pool is None or not pairings:
            return
        self.pool.count([self._cost_cells(pairing) for pairing in pairings], repeats=FIRST_REPEATS)
        for repeat in range(len(FIRST_REPEATS), MOST_REPEATS):
            wanted = self.comparison.policy.cost_repeats(read(self.folder))
            if not wanted or self._left_s() < self._screen_s():
                return
            self._say(f"counting {len(wanted)} cells again: their counts are not sharp enough yet")
            self.pool.count([self._cost_cells(pairing) for pairing in wanted], repeats=(repeat,))

    def sample(self) -> None:
        """Stacks of both sides of cells whose cost got worse, for a flame graph of what grew."""
        wanted = self.comparison.policy.worse_costs(read(self.folder)) if self.where else ()
        if self.pool is not None and wanted and self._left_s() > 0:
            self._say("sampling stacks of both sides where a cost got worse")
            self.pool.where([self._cost_cells(pairing) for pairing in wanted])

    def load(self, left: tuple[LaunchPair, ...]) -> None:
        """The load tier: all sentinels screened, then those in doubt on fresh pairs."""
        blocks = self.prepared.plan.setup.blocks
        self._warn_of_time(left)
        begun_s = time.monotonic()
        done = self.comparison.measure(
            [(block, left) for block in range(blocks)], GateStage.SCREEN, deadline_s=self.deadline_s
        )
        cells = sum(len(launch_pair.pairings) for launch_pair in left)
        pair_s = (time.monotonic() - begun_s) / max(done * cells, 1)
        wanted = self.comparison.policy.confirmations(
            read(self.folder), int(max(self._left_s(), 0.0) / pair_s)
        )
        if wanted:
            self._say(f"confirming {len(wanted)} cells on fresh launch pairs: {max(wanted.values())} at most")
            self.comparison.measure(
                confirmation_blocks(left, wanted, first_block=blocks),
                GateStage.CONFIRM,
                deadline_s=self.deadline_s,
            )

    def _cost_cells(self, pairing: Pairing) -> tuple[CostCell, ...]:
        return tuple(
            CostCell(
                cell=(cell := cell_of(pairing, side)),
                framework=self.prepared.sides[side].parts.frameworks[cell.framework],
                environment=self.prepared.environments[side][cell.environment],
                side=side,
            )
            for side in BOTH_SIDES
        )

    def _left_s(self) -> float:
        return self.deadline_s - time.monotonic()

    def _screen_s(self) -> float:
        return LAUNCH_PAIR_S * self.prepared.plan.setup.blocks * len(self.prepared.loads())

    def _warn_of_time(self, left: Iterable[LaunchPair]) -> None:
        pairings = sum(len(launch_pair.pairings) for launch_pair in left)
        needed_s = LAUNCH_PAIR_S * self.prepared.plan.setup.blocks * pairings
        if needed_s > self._left_s():
            self._say(
                f"warning: the screen needs about {needed_s / 60:.0f} minutes and {self._left_s() / 60:.0f} "
                "are left of the budget: a longer --budget, or fewer sentinels"
            )

    def _say(self, text: str) -> None:
        self.comparison.watcher.say(text)


def confirmation_blocks(
    launch_pairs: Iterable[LaunchPair], wanted: Mapping[Pairing, int], *, first_block: int
) -> list[tuple[int, tuple[LaunchPair, ...]]]:
    """Numbered blocks in which each of ``wanted`` is measured as often as it says."""
    launch_pairs = tuple(launch_pairs)
    blocks = []
    for number in range(max(wanted.values(), default=0)):
        due = [pairing for pairing, count in wanted.items() if count > number]
        kept = (launch_pair.keeping(due) for launch_pair in launch_pairs)
        blocks.append((first_block + number, tuple(pair for pair in kept if pair is not None)))
    return blocks


def new_gate(options: GateOptions, results: Path, *, watcher: Watcher, policy: Policy) -> Gate:
    """A new gate, both sides provisioned; line 1 and what failed before it are recorded.

    Raises PlanError where a selection matches nothing or makes no sense.
    """
    facts.require_linux()
    deadline_s = time.monotonic() + options.budget_s
    sides, pairs = resolve_sides(options.pairs.sides), on_interpreters(options.pairs)
    parts = sides[SideName.HEAD].parts
    sampling = sampling_of(options.sampler, parts)
    chosen = choose(options.globs, sides, pairs.sides.apart, pairs.selection)
    tiers = (chosen.cost, chosen.load)
    for cell in head_only(tiers):
        watcher.say(f"{cell.slug} is new: the base has nothing to hold it against")
    prepared = prepare_pairings(
        pairs,
        sides,
        tuple(pairing for tier in tiers for pairing in tier.pairings),
        watcher,
        failures=tuple(failure for tier in tiers for failure in missing(tier)),
        absent=_new_cells(tiers),
        must=False,
    )
    comparison = begin_comparison(prepared, results, watcher=watcher, policy=policy)
    counting = None
    if options.counter is not None:
        counting = counting_pool(
            prepared.plan, parts, options.counter, comparison.writer, watcher, sampling=sampling
        )
    return Gate(
        comparison=comparison,
        pool=counting,
        where=options.sampler is not None,
        deadline_s=deadline_s,
    )


def _new_cells(tiers: Iterable[MatchedCells]) -> tuple[NotApplicable, ...]:
    return tuple(
        NotApplicable(cell=cell, reason="new: the base has nothing to hold it against")
        for cell in head_only(tiers)
    )
