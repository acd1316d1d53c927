"""Doing many things beside each other, each on CPUs of its own, in a way that can be interrupted."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Event
from typing import TypeVar

T = TypeVar("T")

Lane = tuple[int, ...]
"""CPUs of one thing, those of its members that run at the same time."""
Work = Callable[[Lane], list[T]]


@dataclass(slots=True)
class Lanes:
    """The CPUs that may be used; empty: all that this process may use."""

    cpus: tuple[int, ...] = ()
    _aborted: Event = field(default_factory=Event, init=False)

    def split(self, wide: int) -> list[Lane]:
        """CPUs in groups of ``wide``; one smaller group where there are no more."""
        cpus = self.cpus or tuple(sorted(os.sched_getaffinity(0)))
        return [cpus[first : first + wide] for first in range(0, len(cpus) - wide + 1, wide)] or [cpus]

    def is_aborted(self) -> bool:
        """Whether what runs should end without a result."""
        return self._aborted.is_set()

    def do(self, works: Sequence[Work[T]], *, wide: int, keep: Callable[[T], None]) -> None:
        """Do all ``works``, as many at once as there are lanes; ``keep`` gets results from this thread only.

        Interrupted, what runs is aborted, and results that were there by then are still kept.
        """
        lanes = self.split(wide)
        free: SimpleQueue[Lane] = SimpleQueue()
        for lane in lanes:
            free.put(lane)
        pool = ThreadPoolExecutor(len(lanes), thread_name_prefix="lane")
        doing = [pool.submit(_on_a_free_lane, work, free) for work in works]
        waiting = set(doing)
        try:
            for future in as_completed(doing):
                waiting.discard(future)
                for result in future.result():
                    keep(result)
        finally:
            self._end(pool, waiting, keep)

    def _end(
        self, pool: ThreadPoolExecutor, waiting: set[Future[list[T]]], keep: Callable[[T], None]
    ) -> None:
        """Nothing is left to do unless it was interrupted: then keep what had ended, end the rest."""
        ended = [future for future in waiting if future.done() and not future.cancelled()]
        self._aborted.set()
        pool.shutdown(cancel_futures=True)
        self._aborted.clear()
        for future in ended:
            if future.exception() is None:
                for result in future.result():
                    keep(result)


def _on_a_free_lane(work: Work[T], free: SimpleQueue[Lane]) -> list[T]:
    lane = free.get()
    try:
        return work(lane)
    finally:
        free.put(lane)
