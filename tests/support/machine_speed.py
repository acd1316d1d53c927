"""The speed of a shared CPU as it was seen: one of two, for some milliseconds or some seconds, with jitter.

On the machine that the relay was designed on, a fixed piece of work took 50 or 95 us, seldom anything
between. The mean of a window varied by 26% (5 ms), 23% (100 ms), 21% (700 ms) and 19% (2 s): windows do not
average it out. The autocorrelation of the logarithm was 0.82, 0.59, 0.46, 0.40, 0.26, 0.07 after 1, 10, 100,
300, 1,000 and 3,000 ms: a third of the time in stays of some milliseconds, most of the rest in stays of a
second.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SPEEDS = (0.83, 1.48)
"""Relative to the mean over a long time, which is 1."""
STAYS_S = (0.006, 1.3)
"""Mean of the short and of the long stays at one speed; both are exponential."""
SHARE_LONG = 0.007
"""Of the stays."""
SHARE_SLOW = 0.72
JITTER = 0.08
"""Standard deviation of the logarithm from one millisecond to the next."""


class MachineSpeed:
    """Work that a CPU of changing speed has done by any time, seconds at mean speed."""

    def __init__(self, random: np.random.Generator, length_s: float, recorded: Floats | None = None) -> None:
        """``length_s`` seconds, millisecond by millisecond: drawn, or a random piece of what was recorded."""
        n = round(length_s * 1000)
        if recorded is None:
            speeds = _drawn(random, n)
        else:
            speeds = np.take(recorded, random.integers(len(recorded)) + np.arange(n), mode="wrap")
        self.speeds = speeds / speeds.mean()
        self._done_s = np.concatenate(([0.0], np.cumsum(self.speeds) / 1000))

    def noise(self, window_s: float) -> float:
        """Deviation of the logarithm of the mean speed of a window."""
        size = round(window_s * 1000)
        windows = self.speeds[: len(self.speeds) // size * size].reshape(-1, size).mean(axis=1)
        return float(np.std(np.log(windows)))

    def done_s(self, at_s: float) -> float:
        """Work done by ``at_s``."""
        return float(np.interp(at_s * 1000, np.arange(len(self._done_s)), self._done_s))

    def when_s(self, work_s: float) -> float:
        """When so much work is done."""
        return float(np.interp(work_s, self._done_s, np.arange(len(self._done_s)))) / 1000


def _drawn(random: np.random.Generator, n: int) -> Floats:
    speeds = np.empty(n)
    at = 0
    while at < n:
        stay = round(1000 * random.exponential(STAYS_S[random.random() < SHARE_LONG]))
        slow = random.random() < SHARE_SLOW
        speeds[at : at + max(stay, 1)] = SPEEDS[0] if slow else SPEEDS[1]
        at += max(stay, 1)
    return np.asarray(speeds * np.exp(random.normal(0, JITTER, n)), dtype=np.float64)
