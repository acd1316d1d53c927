"""How far the monotonic clocks of workers are ahead of the master's, by messages there and back."""

from __future__ import annotations

from collections.abc import Iterable

from runners.generator.worker_messages import Clock


class WorkerClocks:
    """Clock answers of one trial: of each worker the quickest counts, at most half its round trip wrong."""

    def __init__(self, workers: Iterable[str] = ()) -> None:
        self._answers = dict.fromkeys(workers, 0)
        self._quickest: dict[str, tuple[int, int]] = {}
        """(round trip, how far the worker's clock is ahead), ns."""

    def take(self, worker: str, clock: Clock, now_ns: int) -> None:
        """Take an answer that came at ``now_ns``."""
        answer = (now_ns - clock.asked_ns, clock.at_ns - (clock.asked_ns + now_ns) // 2)
        self._quickest[worker] = min(answer, self._quickest.get(worker, answer))
        self._answers[worker] = self._answers.get(worker, 0) + 1

    def has_answered(self, times: int, worker: str) -> bool:
        """Whether ``worker`` has answered so many times."""
        return self._answers[worker] >= times

    def ahead_ns(self, worker: str) -> int:
        """How far the clock of ``worker`` is ahead of the master's."""
        return self._quickest[worker][1]

    def longest_trip_ns(self) -> int:
        """The longest round trip, of the quickest ones."""
        return max(trip_ns for trip_ns, _ in self._quickest.values())
