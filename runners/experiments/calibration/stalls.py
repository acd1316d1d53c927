"""Stalls on purpose: a process stopped again and again, and the waits that follow from arithmetic."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count


@dataclass(frozen=True, slots=True, kw_only=True)
class Stalls:
    """A delay line (``delay_line.py``) that stands still for ``stop_s`` at the end of every ``every_s``."""

    stop_s: float = 0.5
    every_s: float = 5.0
    delay_s: float = 0.1
    """Its length is free, as it is only what p50 is to be: so long that 5% of it is more than the 3 to 4 ms
    for which a process that wakes up beside a neighbour waits for the other's turn."""
    utilisation: float = 0.5
    """Rate offered over capacity: half of the capacity is left to catch up with."""

    def expected_us(self, q: Sequence[float]) -> list[float]:
        """Percentiles ``q`` of the latency at a constant rate, from when a request was due.

        With D = ``stop_s``, d = ``delay_s`` <= D, T = ``every_s`` and rho = ``utilisation``, first come,
        first served, a request that is due u after the stop

        - with -d < u < 0 was read, and its answer waits for the end of the stop: it takes D - u;
        - with 0 <= u < D / (1 - rho) is read at the end of the stop, D - u later, is served behind the
          u * rate before it, at 1 / capacity each, and delayed: D - u (1 - rho) + d;
        - else takes d.

        So more than x is taken by those due in (D + d - x) (1 + 1 / (1 - rho)) of each period where
        x > D, and in d + (D + d - x) / (1 - rho) of it where d < x <= D. Solved for x where that is the
        share (1 - q) of T.
        """
        return [1e6 * self._beyond_s((1 - percent / 100) * self.every_s) for percent in q]

    def _beyond_s(self, due_s: float) -> float:
        """What those take or more who are due in the worst ``due_s`` of a period."""
        most_s, rest = self.stop_s + self.delay_s, 1 - self.utilisation
        at_least_stop = most_s - due_s / (1 + 1 / rest)
        if at_least_stop > self.stop_s:
            return at_least_stop
        return max(most_s - (due_s - self.delay_s) * rest, self.delay_s)


@contextmanager
def stopping(pid: int, stalls: Stalls) -> Iterator[None]:
    """Stop a process again and again (SIGSTOP, SIGCONT); it goes on when this ends."""
    done = threading.Event()
    begun_s = time.monotonic()

    def sleep_until(since_begin_s: float) -> bool:
        return done.wait(max(begun_s + since_begin_s - time.monotonic(), 0))

    def stop_and_go() -> None:
        with suppress(ProcessLookupError):
            for number in count(1):
                if sleep_until(number * stalls.every_s - stalls.stop_s):
                    return
                os.kill(pid, signal.SIGSTOP)
                sleep_until(number * stalls.every_s)
                os.kill(pid, signal.SIGCONT)

    thread = threading.Thread(target=stop_and_go, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
