"""Counting many cells: which at the same time, on which CPU, each recorded as soon as it is counted."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import SimpleQueue
from threading import Event
from typing import NamedTuple

from results.model import IN_PROCESS, CostRecord, Failure, Setup
from runners.cost.counter import Counter
from runners.cost.inprocess import count_in_process
from runners.cost.protocol import DisagreementError
from runners.cost.served import count_served
from runners.cost.subject import HASH_SEED, Launched, Subject
from runners.errors import HotlapError
from runners.progress import Watcher
from runners.servers.recipe import Variant
from scenarios.exchange import Scenario

ATTEMPTS = 2
"""How often a launch whose intervals do not agree is made, before that is a failure."""
LAUNCH_S = 8.0
"""First guess of what a launch takes; the clock corrects it."""

Outcome = CostRecord | Failure


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
    """``runners.cost.counters.find("callgrind")``."""
    servers: Mapping[str, Variant]
    scenarios: Mapping[str, Scenario]
    setup: Setup
    """Backlog, threads and the like, as for load."""
    folder: Path
    """Logs, working directories and files of the counter; ``<run>/logs``, absolute."""
    append: Callable[[Outcome], None]
    """``results.store.Writer.append``; called from the thread that called ``count`` only."""
    watcher: Watcher = field(default_factory=Watcher)
    cpus: tuple[int, ...] = ()
    """CPUs that may be used, one a subject; empty: all that this process may use."""
    _aborted: Event = field(default_factory=Event, init=False)

    def count(
        self, together: Iterable[tuple[Subject, ...]], *, repeats: Iterable[int] = (0,)
    ) -> list[CostRecord]:
        """Count every subject once per repeat, each in a launch of its own; records in order of making.

        The subjects of one tuple (base and head of one cell) are counted at the same time, each on a CPU of
        its own, as far as there are CPUs; as many tuples as fit run beside each other. A launch that failed,
        or whose intervals did not agree twice, is a recorded Failure of stage ``cost`` and has no record;
        the rest goes on. Raises KeyboardInterrupt with everything counted until then recorded.

        A gate asks for further repeats by calling again with the cells in doubt and ``repeats=(2,)`` etc.
        """
        chosen = tuple(together)
        groups = [(repeat, group) for repeat in repeats for group in chosen]
        lanes = self._lanes(max((len(group) for _, group in groups), default=1))
        total = sum(len(group) for _, group in groups)
        at_once = sum(map(len, lanes))
        self.watcher.counting(total, LAUNCH_S * total / at_once)
        try:
            return list(self._records(groups, lanes))
        finally:
            self.watcher.end()

    def _lanes(self, wide: int) -> list[tuple[int, ...]]:
        """CPUs of each group that is counted beside others; fewer than ``wide`` where there are no more."""
        cpus = self.cpus or tuple(sorted(os.sched_getaffinity(0)))
        return [cpus[first : first + wide] for first in range(0, len(cpus) - wide + 1, wide)] or [cpus]

    def _records(
        self, groups: list[tuple[int, tuple[Subject, ...]]], lanes: list[tuple[int, ...]]
    ) -> Iterator[CostRecord]:
        free: SimpleQueue[tuple[int, ...]] = SimpleQueue()
        for lane in lanes:
            free.put(lane)
        pool = ThreadPoolExecutor(len(lanes), thread_name_prefix="cost")
        counting = [pool.submit(self._group, group, repeat, free) for repeat, group in groups]
        waiting = set(counting)
        done = 0
        try:
            for future in as_completed(counting):
                waiting.discard(future)
                for outcome in future.result():
                    done += 1
                    yield from self._keep(outcome, done)
        finally:
            self._end(pool, waiting)

    def _end(self, pool: ThreadPoolExecutor, waiting: set[Future[list[Outcome]]]) -> None:
        """Interrupted: end the launches that run, keep those that had ended. Else nothing is left to do."""
        self._aborted.set()
        pool.shutdown(cancel_futures=True)
        for future in waiting:
            if not future.cancelled() and future.exception() is None:
                for outcome in future.result():
                    if isinstance(outcome, CostRecord):
                        self.append(outcome)
        self._aborted.clear()

    def _keep(self, outcome: Outcome, done: int) -> Iterator[CostRecord]:
        self.append(outcome)
        if isinstance(outcome, CostRecord):
            self.watcher.counted(done, f"{outcome.cell.stack} {outcome.cell.scenario}")
            yield outcome
        else:
            self.watcher.counted(done, outcome.stack)
            self.watcher.failure(outcome)

    def _group(
        self, group: tuple[Subject, ...], repeat: int, free: SimpleQueue[tuple[int, ...]]
    ) -> list[Outcome]:
        """Count the subjects of ``group`` at the same time, on the CPUs of a free lane."""
        lane = free.get()
        try:
            with ThreadPoolExecutor(min(len(group), len(lane)), thread_name_prefix="cost") as members:
                cpus = (lane[place % len(lane)] for place in range(len(group)))
                return list(
                    members.map(lambda subject, cpu: self._outcome(subject, repeat, cpu), group, cpus)
                )
        finally:
            free.put(lane)

    def _outcome(self, subject: Subject, repeat: int, cpu: int) -> Outcome:
        """Count one subject, anew where its intervals do not agree; never raises what is a failure."""
        os.sched_setaffinity(0, {cpu})  # of this thread: its subject shares the CPU with what asks it
        for attempt in range(ATTEMPTS):
            begun_unix_s, begun_s = time.time(), time.monotonic()
            try:
                launched = self._launch(subject, cpu)
            except DisagreementError as error:
                if attempt + 1 == ATTEMPTS:
                    return _failure(error, subject)
            except HotlapError as error:
                return _failure(error, subject)
            else:
                made = _Made(repeat, attempt, begun_unix_s, time.monotonic() - begun_s)
                return self._record(subject, launched, made)
        raise AssertionError("the last attempt gives a record or a failure")

    def _launch(self, subject: Subject, cpu: int) -> Launched:
        scenario = self.scenarios[subject.cell.scenario]
        folder = self.folder / "cost" / (subject.side or "one") / subject.cell.slug
        if subject.cell.server == IN_PROCESS:
            return count_in_process(
                subject,
                scenario=scenario,
                counter=self.counter,
                cpu=cpu,
                folder=folder,
                is_aborted=self._aborted.is_set,
            )
        return count_served(
            subject,
            variant=self.servers[subject.cell.server],
            scenario=scenario,
            counter=self.counter,
            setup=self.setup,
            cpu=cpu,
            folder=folder,
            is_aborted=self._aborted.is_set,
        )

    def _record(self, subject: Subject, launched: Launched, made: _Made) -> CostRecord:
        counted = launched.counted
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


def _failure(error: HotlapError, subject: Subject) -> Failure:
    """What happened, whichever stage of the launch it happened in, as a failure of counting."""
    return replace(error.failure(subject.cell.stack, subject.cell), stage="cost", side=subject.side)
