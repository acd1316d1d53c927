"""Doing many things at the same time, each on CPUs of its own, in a way that can be interrupted."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Event
from typing import TypeVar

T = TypeVar("T")

CpuGroup = tuple[int, ...]
"""CPUs that one task runs on, and that it may divide among what it starts."""
Task = Callable[[CpuGroup], list[T]]


@dataclass(slots=True)
class CpuGroups:
    """Runs tasks on groups of CPUs, one task a group at a time."""

    cpus: tuple[int, ...] = ()
    """CPUs that may be used; empty: all that this process may use."""
    _aborted: Event = field(default_factory=Event, init=False)

    def split(self, size: int) -> list[CpuGroup]:
        """The CPUs in groups of ``size``; in one smaller group where there are fewer."""
        cpus = self.cpus or tuple(sorted(os.sched_getaffinity(0)))
        return [cpus[first : first + size] for first in range(0, len(cpus) - size + 1, size)] or [cpus]

    def is_aborted(self) -> bool:
        """Whether tasks that run should end without a result."""
        return self._aborted.is_set()

    def run(self, tasks: Sequence[Task[T]], *, size: int, keep: Callable[[T], None]) -> None:
        """Run all ``tasks``, as many at once as there are groups; ``keep`` is called from this thread only.

        Interrupted, tasks that run are aborted, and results that were there by then are still kept.
        """
        groups = self.split(size)
        free: SimpleQueue[CpuGroup] = SimpleQueue()
        for group in groups:
            free.put(group)
        pool = ThreadPoolExecutor(len(groups), thread_name_prefix="cpu-group")
        submitted = [pool.submit(_run_on_free_group, task, free) for task in tasks]
        waiting = set(submitted)
        try:
            for future in as_completed(submitted):
                waiting.discard(future)
                for result in future.result():
                    keep(result)
        finally:
            self._end(pool, waiting, keep)

    def _end(
        self, pool: ThreadPoolExecutor, waiting: set[Future[list[T]]], keep: Callable[[T], None]
    ) -> None:
        """Where it was interrupted, keep the results of what had ended and end the rest; else do nothing."""
        ended = [future for future in waiting if future.done() and not future.cancelled()]
        self._aborted.set()
        pool.shutdown(cancel_futures=True)
        self._aborted.clear()
        for future in ended:
            if future.exception() is None:
                for result in future.result():
                    keep(result)


def _run_on_free_group(task: Task[T], free: SimpleQueue[CpuGroup]) -> list[T]:
    group = free.get()
    try:
        return task(group)
    finally:
        free.put(group)
