"""Waiting with a deadline that does not run while we stand still ourselves.

A container that is paused, a machine that is suspended and SIGSTOP stop whoever waits together with what is
waited for: when all go on, the clock is past every deadline, and nothing is late.
"""

from __future__ import annotations

import time


class Patience:
    """Seconds that may be waited, of those in which we ran."""

    def __init__(self, seconds: float, *, look_s: float) -> None:
        """``look_s``: longest time between two looks while we run; of more, no more counts."""
        self._left_s, self._look_s = seconds, look_s
        self._looked_s = time.monotonic()

    def left_s(self) -> float:
        """Look how long may still be waited, seconds; 0 or less: no longer."""
        now_s = time.monotonic()
        self._left_s -= min(now_s - self._looked_s, self._look_s)
        self._looked_s = now_s
        return self._left_s
