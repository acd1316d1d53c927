"""Counting many cells: which at the same time, on which CPU, each recorded as soon as it is counted."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count as count_up
from pathlib import Path
from typing import NamedTuple, TypeVar

from results.model import IN_PROCESS, CostRecord, CostSamples, Failure, FailureStage, Setup
from runners.errors import CostError, HotlapError
from runners.experiments.counting import where
from runners.experiments.counting.cost_cell import HASH_SEED, CostCell, LaunchResult, T
from runners.experiments.counting.counter import Counter, Tool
from runners.experiments.counting.cpu_groups import CpuGroup, CpuGroups
from runners.experiments.counting.in_process import count_in_process
from runners.experiments.counting.launch_counts import (
    DisagreementError,
    LaunchCounts,
    MeasureLaunch,
    count,
)
from runners.experiments.counting.sampler import Sampler
from runners.experiments.counting.served import count_served
from runners.experiments.counting.stack_reader import StackReader
from runners.experiments.progress import Watcher
from runners.servers.recipe import Variant
from scenarios.exchange import Scenario

ATTEMPTS = 3
"""How often a launch whose intervals do not agree is made, before that is a failure."""
COUNTED_LAUNCH_S = 8.0
"""First guess of what a launch takes; the clock corrects it."""
SAMPLED_LAUNCH_S = 12.0
"""The same of one whose stacks are sampled."""

R = TypeVar("R")
Outcome = CostRecord | CostSamples | Failure
Together = tuple[CostCell, ...]
"""Cells that are counted at the same time: base and head of one cell, or one alone."""
Work = tuple[Together, Callable[[Together, CpuGroup], list[list[Outcome]]]]
"""Cells, and what is done with them."""


class Sampling(NamedTuple):
    """What tells where time goes."""

    sampler: Sampler
    reader: StackReader


class _Made(NamedTuple):
    """Which launch of a cell a record is of, and when."""

    repeat: int
    attempt: int
    begun_unix_s: float
    seconds: float


@dataclass(slots=True, kw_only=True)
class CountingPool:
    """Counts cells; one serves a whole run, and ``count`` may be called again and again."""

    counter: Counter
    """``runners.experiments.counting.counter.find_counter("callgrind")``."""
    servers: Mapping[str, Variant]
    scenarios: Mapping[str, Scenario]
    setup: Setup
    """Backlog, threads and the like, as for load."""
    folder: Path
    """Logs, working directories and files of the counter; ``<run>/logs``, absolute."""
    append: Callable[[Outcome], None]
    """``results.store.Writer.append``; called from the thread that called ``count`` only."""
    watcher: Watcher = field(default_factory=Watcher)
    sampling: Sampling | None = None
    """What ``where`` samples with; None: it is not asked."""
    cpus: tuple[int, ...] = ()
    """CPUs that may be used, one a cell; empty: all that this process may use."""
    _cpu_groups: CpuGroups = field(init=False)

    def __post_init__(self) -> None:
        self._cpu_groups = CpuGroups(self.cpus)

    def count(self, together: Iterable[Together], *, repeats: Iterable[int] = (0,)) -> list[CostRecord]:
        """Count every cell once per repeat, each in a launch of its own; records in order of making.

        The cells of one tuple (base and head of one cell) are counted at the same time, each on a CPU of its
        own, as far as there are CPUs; as many tuples as fit run at the same time. A launch that failed, or
        whose intervals did not agree in any of ``ATTEMPTS``, is a recorded Failure of stage ``cost`` and has
        no record; the rest goes on. Raises KeyboardInterrupt with everything counted until then recorded.

        A gate asks for further repeats by calling again with the cells in doubt and ``repeats=(2,)`` etc.
        """
        chosen = tuple(together)
        works = [
            (cells, partial(self._count_together, repeat=repeat)) for repeat in repeats for cells in chosen
        ]
        return [outcome for outcome in self._run(works) if isinstance(outcome, CostRecord)]

    def where(self, together: Iterable[Together]) -> list[CostSamples]:
        """Where the time of each cell goes, in one more launch of each; recorded as ``count``'s are.

        One launch after the other, with all CPUs; the cells of one tuple are asked as often as its first.
        """
        works = [(cells, self._sample_together) for cells in together]
        self.watcher.counting(_cells(works), SAMPLED_LAUNCH_S * _cells(works), "sampling stacks")
        outcomes = self._run_tasks(works, size=sys.maxsize)
        return [outcome for outcome in outcomes if isinstance(outcome, CostSamples)]

    def _run(self, works: Sequence[Work]) -> list[Outcome]:
        size = max((len(cells) for cells, _ in works), default=1)
        at_once = sum(map(len, self._cpu_groups.split(size)))
        self.watcher.counting(_cells(works), COUNTED_LAUNCH_S * _cells(works) / at_once)
        return self._run_tasks(works, size=size)

    def _run_tasks(self, works: Sequence[Work], *, size: int) -> list[Outcome]:
        kept: list[Outcome] = []
        done = count_up(1)

        def keep(outcomes: list[Outcome]) -> None:
            for outcome in outcomes:
                kept.append(outcome)
                self.append(outcome)
                if isinstance(outcome, Failure):
                    self.watcher.failure(outcome)
            cell = outcomes[0].cell
            self.watcher.counted(next(done), f"{cell.stack} {cell.scenario}" if cell else "")

        try:
            self._cpu_groups.run([partial(act, cells) for cells, act in works], size=size, keep=keep)
        finally:
            self.watcher.end()
        return kept

    def _count_together(self, cells: Together, cpus: CpuGroup, *, repeat: int) -> list[list[Outcome]]:
        """Count ``cells``; all of them anew, and later, where the intervals of one do not agree."""
        outcomes: list[Outcome | DisagreementError] = []
        later = 0
        for attempt in range(ATTEMPTS):
            launch = partial(self._count, repeat=repeat, attempt=attempt, later=later)
            outcomes = _at_the_same_time(cells, cpus, launch)
            apart = [outcome for outcome in outcomes if isinstance(outcome, DisagreementError)]
            if not apart:
                break
            later = apart[0].later
        return [
            [_failure(outcome, cell) if isinstance(outcome, DisagreementError) else outcome]
            for cell, outcome in zip(cells, outcomes, strict=True)
        ]

    def _count(
        self, cost_cell: CostCell, cpu: int, *, repeat: int, attempt: int, later: int
    ) -> Outcome | DisagreementError:
        """Count one cell; never raises what is a failure."""
        os.sched_setaffinity(0, {cpu})  # of this thread: what is counted shares the CPU with what asks it
        begun_unix_s, begun_s = time.time(), time.monotonic()
        try:
            launched = self._launch(
                cost_cell, cpu, self.counter, partial(count, attempt=attempt, later=later)
            )
        except DisagreementError as error:
            return error
        except HotlapError as error:
            return _failure(error, cost_cell)
        made = _Made(repeat, attempt, begun_unix_s, time.monotonic() - begun_s)
        return self._record(cost_cell, launched, made)

    def _sample_together(self, cells: Together, cpus: CpuGroup) -> list[list[Outcome]]:
        os.sched_setaffinity(0, cpus[1:] or cpus)  # of this thread, and so of the sampler that it starts
        outcomes: list[list[Outcome]] = []
        rounds: int | None = None
        for cost_cell in cells:
            try:
                record, rounds = self._sample(cost_cell, cpus[0], rounds)
                outcomes.append([record])
            except HotlapError as error:
                outcomes.append([_failure(error, cost_cell, FailureStage.SAMPLE)])
        return outcomes

    def _sample(self, cost_cell: CostCell, cpu: int, rounds: int | None) -> tuple[CostSamples, int]:
        """The record of one launch, and how many rounds were asked; raises HotlapError."""
        if self.sampling is None:
            raise CostError("nothing samples stacks", remedy="please report this")
        sampler, reader = self.sampling
        measure = partial(where.take_samples, rounds=rounds)
        sampled = self._launch(cost_cell, cpu, sampler, measure).result
        return where.samples(cost_cell, sampled, sampler.tool, reader), sampled.rounds

    def _launch(
        self, cost_cell: CostCell, cpu: int, tool: Tool, measure: MeasureLaunch[T]
    ) -> LaunchResult[T]:
        cell = cost_cell.cell
        launch = (
            count_in_process
            if cell.server == IN_PROCESS
            else partial(count_served, variant=self.servers[cell.server], setup=self.setup)
        )
        return launch(
            cost_cell,
            scenario=self.scenarios[cell.scenario],
            tool=tool,
            cpu=cpu,
            folder=self.folder / "cost" / (cost_cell.side or "one") / cell.slug / f"cpu-{cpu}",
            is_aborted=self._cpu_groups.is_aborted,
            measure=measure,
        )

    def _record(self, cost_cell: CostCell, launched: LaunchResult[LaunchCounts], made: _Made) -> CostRecord:
        counts = launched.result
        return CostRecord(
            cell=cost_cell.cell,
            side=cost_cell.side,
            repeat=made.repeat,
            attempt=made.attempt,
            started_unix_s=made.begun_unix_s,
            seconds=made.seconds,
            counter=self.counter.name,
            tool=self.counter.tool,
            intervals=counts.intervals,
            idle=counts.idle,
            uncounted_requests=counts.uncounted_requests,
            processes=counts.processes,
            target=launched.target,
            argv=launched.argv,
            hash_seed=HASH_SEED,
        )


def _cells(works: Sequence[Work]) -> int:
    return sum(len(cells) for cells, _ in works)


def _at_the_same_time(cells: Together, cpus: CpuGroup, act: Callable[[CostCell, int], R]) -> list[R]:
    """``act`` on every one of ``cells`` at the same time, each on one of ``cpus``."""
    own = [cpus[place % len(cpus)] for place in range(len(cells))]
    with ThreadPoolExecutor(min(len(cells), len(cpus)), thread_name_prefix="cost") as members:
        return list(members.map(act, cells, own))


def _failure(error: HotlapError, cost_cell: CostCell, stage: FailureStage = FailureStage.COST) -> Failure:
    """What happened, whichever stage of the launch it happened in, as a failure of counting or sampling."""
    cell = cost_cell.cell
    return replace(error.failure(cell.stack, cell), stage=stage, side=cost_cell.side)
