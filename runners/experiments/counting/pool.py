"""Counting many cells: which at the same time, on which CPU, each recorded as soon as it is counted."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count as count_up
from pathlib import Path
from typing import NamedTuple, TypeVar

from results.model import IN_PROCESS, CostRecord, CostShares, Failure, Setup
from runners.errors import HotlapError
from runners.experiments.counting import where
from runners.experiments.counting.boundaries import Boundaries
from runners.experiments.counting.callgrind import Callgrind
from runners.experiments.counting.callgrind_dumps import OPTIONS
from runners.experiments.counting.cost_cell import HASH_SEED, Launched, Subject, T
from runners.experiments.counting.counter import Counter
from runners.experiments.counting.cpu_groups import Lane, Lanes
from runners.experiments.counting.in_process import count_in_process
from runners.experiments.counting.launch_counts import Counted, DisagreementError, Measure, count
from runners.experiments.counting.served import count_served
from runners.experiments.progress import Watcher
from runners.servers.recipe import Variant
from scenarios.exchange import Scenario

ATTEMPTS = 2
"""How often a launch whose intervals do not agree is made, before that is a failure."""
LAUNCH_S = 8.0
"""First guess of what a launch takes; the clock corrects it."""

R = TypeVar("R")
Outcome = CostRecord | CostShares | Failure
Outcomes = list[Outcome]
Group = tuple[Subject, ...]
"""Subjects that are counted at the same time: base and head of one cell, or one alone."""


class _Made(NamedTuple):
    """Which launch of a subject a record is of, and when."""

    repeat: int
    attempt: int
    begun_unix_s: float
    seconds: float


@dataclass(slots=True, kw_only=True)
class Bench:
    """What counting needs at hand; one serves a whole run, and ``count`` may be called again and again."""

    counter: Counter
    """``runners.experiments.counting.counters.find("callgrind")``."""
    servers: Mapping[str, Variant]
    scenarios: Mapping[str, Scenario]
    setup: Setup
    """Backlog, threads and the like, as for load."""
    folder: Path
    """Logs, working directories and files of the counter; ``<run>/logs``, absolute."""
    append: Callable[[Outcome], None]
    """``results.store.Writer.append``; called from the thread that called ``count`` only."""
    watcher: Watcher = field(default_factory=Watcher)
    boundaries: Boundaries = field(default_factory=Boundaries)
    """Functions whose shares ``where`` tells."""
    cpus: tuple[int, ...] = ()
    """CPUs that may be used, one a subject; empty: all that this process may use."""
    _lanes: Lanes = field(init=False)

    def __post_init__(self) -> None:
        self._lanes = Lanes(self.cpus)

    def count(self, together: Iterable[Group], *, repeats: Iterable[int] = (0,)) -> list[CostRecord]:
        """Count every subject once per repeat, each in a launch of its own; records in order of making.

        The subjects of one tuple (base and head of one cell) are counted at the same time, each on a CPU of
        its own, as far as there are CPUs; as many tuples as fit run beside each other. A launch that failed,
        or whose intervals did not agree twice, is a recorded Failure of stage ``cost`` and has no record;
        the rest goes on. Raises KeyboardInterrupt with everything counted until then recorded.

        A gate asks for further repeats by calling again with the cells in doubt and ``repeats=(2,)`` etc.
        """
        chosen = tuple(together)
        groups = [(group, partial(self._alike, repeat=repeat)) for repeat in repeats for group in chosen]
        return [each for each in self._do(groups) if isinstance(each, CostRecord)]

    def where(self, subjects: Iterable[Subject]) -> list[CostShares]:
        """Where the instructions of each subject go, in one more launch of each; recorded as ``count``'s."""
        groups = [((subject,), self._all_shared) for subject in subjects]
        return [each for each in self._do(groups) if isinstance(each, CostShares)]

    def _do(self, groups: Sequence[tuple[Group, Callable[[Group, Lane], list[Outcomes]]]]) -> list[Outcome]:
        wide = max((len(group) for group, _ in groups), default=1)
        total = sum(len(group) for group, _ in groups)
        self.watcher.counting(total, LAUNCH_S * total / sum(map(len, self._lanes.split(wide))))
        kept: list[Outcome] = []
        done = count_up(1)

        def keep(outcomes: Outcomes) -> None:
            for outcome in outcomes:
                kept.append(outcome)
                self.append(outcome)
                if isinstance(outcome, Failure):
                    self.watcher.failure(outcome)
            self.watcher.counted(next(done), _about(outcomes[0]))

        works = [partial(act, group) for group, act in groups]
        try:
            self._lanes.do(works, wide=wide, keep=keep)
        finally:
            self.watcher.end()
        return kept

    def _alike(self, group: Group, lane: Lane, *, repeat: int) -> list[Outcomes]:
        """Count ``group``; all of it anew where one's intervals do not agree, as that asks for more."""
        made: list[Outcome | DisagreementError] = []
        for attempt in range(ATTEMPTS):
            made = _each(group, lane, partial(self._counted, repeat=repeat, attempt=attempt))
            if not any(isinstance(each, DisagreementError) for each in made):
                break
        return [
            [_failure(each, subject) if isinstance(each, DisagreementError) else each]
            for subject, each in zip(group, made, strict=True)
        ]

    def _counted(
        self, subject: Subject, cpu: int, *, repeat: int, attempt: int
    ) -> Outcome | DisagreementError:
        """Count one subject; never raises what is a failure."""
        begun_unix_s, begun_s = time.time(), time.monotonic()
        try:
            launched = self._launch(subject, cpu, self.counter, partial(count, attempt=attempt))
        except DisagreementError as error:
            return error
        except HotlapError as error:
            return _failure(error, subject)
        made = _Made(repeat, attempt, begun_unix_s, time.monotonic() - begun_s)
        return self._record(subject, launched, made)

    def _all_shared(self, group: Group, lane: Lane) -> list[Outcomes]:
        return _each(group, lane, self._shared)

    def _shared(self, subject: Subject, cpu: int) -> Outcomes:
        counter = Callgrind(version=self.counter.tool, options=OPTIONS)
        variables = where.VARIABLES if where.names_functions(subject.environment.record.python) else None
        try:
            launched = self._launch(subject, cpu, counter, where.take_profile, variables)
            return list(where.shares(subject, launched.made, counter.tool, self.boundaries))
        except HotlapError as error:
            return [_failure(error, subject)]

    def _launch(
        self,
        subject: Subject,
        cpu: int,
        counter: Counter,
        measure: Measure[T],
        variables: Mapping[str, str] | None = None,
    ) -> Launched[T]:
        os.sched_setaffinity(0, {cpu})  # of this thread: its subject shares the CPU with what asks it
        launch = (
            count_in_process
            if subject.cell.server == IN_PROCESS
            else partial(count_served, variant=self.servers[subject.cell.server], setup=self.setup)
        )
        return launch(
            subject,
            scenario=self.scenarios[subject.cell.scenario],
            counter=counter,
            cpu=cpu,
            folder=self.folder / "cost" / (subject.side or "one") / subject.cell.slug / f"cpu-{cpu}",
            is_aborted=self._lanes.is_aborted,
            measure=measure,
            variables=variables,
        )

    def _record(self, subject: Subject, launched: Launched[Counted], made: _Made) -> CostRecord:
        counted = launched.made
        return CostRecord(
            cell=subject.cell,
            side=subject.side,
            repeat=made.repeat,
            attempt=made.attempt,
            started_unix_s=made.begun_unix_s,
            seconds=made.seconds,
            counter=self.counter.name,
            tool=self.counter.tool,
            intervals=counted.intervals,
            idle=counted.idle,
            uncounted_requests=counted.uncounted_requests,
            processes=counted.processes,
            target=launched.target,
            argv=launched.argv,
            hash_seed=HASH_SEED,
        )


def _each(group: Group, lane: Lane, act: Callable[[Subject, int], R]) -> list[R]:
    """``act`` on the subjects of ``group`` at the same time, each on a CPU of ``lane``."""
    cpus = [lane[place % len(lane)] for place in range(len(group))]
    with ThreadPoolExecutor(min(len(group), len(lane)), thread_name_prefix="cost") as members:
        return list(members.map(act, group, cpus))


def _about(outcome: Outcome) -> str:
    return f"{outcome.cell.stack} {outcome.cell.scenario}" if outcome.cell else ""


def _failure(error: HotlapError, subject: Subject) -> Failure:
    """What happened, whichever stage of the launch it happened in, as a failure of counting."""
    return replace(error.failure(subject.cell.stack, subject.cell), stage="cost", side=subject.side)
