"""A limit to the waiting of users (``--slo``), and the search for the highest rate that keeps to it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from results.histogram import Latency
from results.model import LATE_SHARE, SERVED_SHARE
from runners.errors import PlanError
from runners.generator.messages import Measured

GROWTH = 1.25
"""Factor between rates while all of them hold."""
LEAST_SHARE = 0.05
"""Share of its first rate below which a search gives up."""
PRECISION, MOST_WINDOWS = 0.05, 12
"""Relative width of the bracket at which a search ends, and the windows after which it ends anyhow."""
_UNITS_MS = {"us": 1e-3, "ms": 1.0, "s": 1e3}

Bracket = tuple[float, float | None]
"""Highest rate that held (0: none did) and lowest that did not (None: none was seen), requests/s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slo:
    """A limit to the waiting of users."""

    percentile: float
    limit_ms: float

    @property
    def text(self) -> str:
        """As ``--slo`` takes it."""
        return f"p{self.percentile:g}={self.limit_ms:g}ms"


def parse(text: str) -> Slo:
    """``p99=50ms``; raises PlanError, saying what is understood."""
    match = re.fullmatch(r"p(\d+(?:\.\d+)?)=(\d+(?:\.\d+)?)(us|ms|s)", text.strip())
    if not match or not 0 < float(match[1]) < 100 or not float(match[2]):  # noqa: PLR2004 - percent
        raise PlanError(f"--slo {text!r} is no limit", remedy="--slo p99=50ms (also p99.9, us, s)")
    return Slo(percentile=float(match[1]), limit_ms=float(match[2]) * _UNITS_MS[match[3]])


def bisect(holds: Callable[[float], bool | None], begin_rps: float) -> Bracket:
    """Search from ``begin_rps`` for the highest rate that ``holds``.

    ``holds`` says None where nothing can be said of a rate: then the search goes on below it.
    """
    low, high, limit, rate = 0.0, None, float("inf"), begin_rps
    for _ in range(MOST_WINDOWS):
        verdict = holds(rate)
        if verdict:
            low = rate
        else:
            limit, high = rate, (rate if verdict is False else high)
        if low >= (1 - PRECISION) * limit or limit < begin_rps * LEAST_SHARE:
            break
        rate = min(low * GROWTH, (low + limit) / 2) if low else limit / 2
    return low, high


def keeps_to(measured: Measured, slo: Slo) -> bool | None:
    """Whether a window kept to ``slo``; None where the generator missed its schedule."""
    arrivals = measured.arrivals or 0
    if (measured.late_sends or 0) > LATE_SHARE * arrivals:
        return None
    if measured.errors or measured.requests < SERVED_SHARE * arrivals:
        return False
    (percentile_us,) = Latency.decode(measured.latency).percentiles([slo.percentile])
    return bool(percentile_us <= slo.limit_ms * 1000)
