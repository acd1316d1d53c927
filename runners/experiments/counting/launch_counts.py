"""How one launch is counted: warm, switch on, settle, three intervals between readings, one of idling."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol, Self, TypeVar

from results.model import FailureStage, Interval
from runners.errors import CostError
from runners.experiments.counting.counter import Reading
from runners.experiments.counting.inputs import inputs, ring_of, work_bytes
from runners.experiments.counting.lockstep import Asker
from scenarios.exchange import Scenario

T_co = TypeVar("T_co", covariant=True)

IDLE_S = 1.0
APART = 0.015
"""Intervals of one launch that differ by more than this share do not measure the same thing."""


class MeasureLaunch(Protocol[T_co]):
    """What is done with a launch that is ready to be asked; ``count`` is one."""

    def __call__(
        self,
        asker: Asker,
        reading: Reading,
        scenario: Scenario,
        pids: Callable[[], Collection[int]],
        *,
        idles: bool,
    ) -> T_co:
        """Ask and read; ``pids`` are the processes, ``idles`` that they also work when nothing is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchCounts:
    """What counting one launch gave."""

    intervals: tuple[Interval, ...]
    idle: Interval | None
    uncounted_requests: int
    processes: int


class DisagreementError(CostError):
    """The intervals of one launch are too far apart."""

    later = 0
    """By how many requests counting is to begin later: then the dearest interval is over before that.

    What comes once in some hundred requests, such as a collection of all garbage, comes next after as many
    again, behind the last interval if they are more than those of all intervals.
    """

    def retold(self, message: str = "", *, log_tail: str = "", stage: FailureStage | None = None) -> Self:
        """As others are, and with the same ``later``."""
        other = super().retold(message, log_tail=log_tail, stage=stage)
        other.later = self.later
        return other


def count(
    asker: Asker,
    reading: Reading,
    scenario: Scenario,
    pids: Callable[[], Collection[int]],
    *,
    idles: bool,
    attempt: int = 0,
    later: int = 0,
) -> LaunchCounts:
    """Count ``scenario`` on what ``asker`` asks; raises CostError, and DisagreementError of its kind.

    ``pids`` are the processes to count, looked up when they are warm; ``idles`` says that the app also works
    while nothing is asked of it, as event loops and worker processes do. ``attempt`` and ``later`` are those
    of ``inputs``.
    """
    ring = ring_of(scenario)
    chosen = inputs(ring, work_bytes(ring[-1], asker.first(ring[-1])), attempt=attempt, later=later)
    asker.take(chosen)
    asker.warm()
    counted = tuple(pids())
    reading.start(counted)
    asker.ask(0)
    asker.check()
    intervals = []
    for batch, exchanges in enumerate(chosen.counted[1:], 1):
        intervals.append(_measure(reading, partial(asker.ask, batch), len(exchanges)))
        asker.check()
    idle = _measure(reading, partial(time.sleep, IDLE_S), 0) if idles else None
    try:
        must_agree(intervals, idle)
    except DisagreementError as error:
        per_request = costs(intervals, idle)
        dearest = per_request.index(max(per_request))
        error.later = later + sum(interval.requests for interval in intervals[: dearest + 1])
        raise
    return LaunchCounts(
        intervals=tuple(intervals),
        idle=idle,
        uncounted_requests=1 + len(chosen.warm) + len(chosen.counted[0]),
        processes=len(counted),
    )


def costs(intervals: Sequence[Interval], idle: Interval | None) -> list[float]:
    """Instructions per request of each interval, less what idling takes in its time."""
    idle_per_s = idle.instructions / idle.seconds if idle else 0.0
    return [
        (interval.instructions - idle_per_s * interval.seconds) / interval.requests for interval in intervals
    ]


def must_agree(intervals: Sequence[Interval], idle: Interval | None) -> None:
    """Raise DisagreementError where instructions per request differ by more than ``APART``."""
    per_request = costs(intervals, idle)
    if max(per_request) > min(per_request) * (1 + APART):
        raise DisagreementError(
            f"the intervals differ by more than {APART:.1%}: "
            f"{', '.join(f'{cost:,.0f}' for cost in per_request)} instructions per request",
            remedy="does the app do something now and then, or ever more from request to request?",
        )


def _measure(reading: Reading, act: Callable[[], object], requests: int) -> Interval:
    """Instructions and time while ``act`` runs; what went before counts for nothing."""
    reading.read()
    begun_s = time.monotonic()
    act()
    instructions = reading.read()
    return Interval(instructions=instructions, seconds=time.monotonic() - begun_s, requests=requests)
