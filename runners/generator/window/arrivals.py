"""When the requests of an open load are due: seeded schedules, drawn before the first request is sent."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from results.model import Arrivals
from runners.errors import LoadError
from runners.generator.messages import Order

MOST_ARRIVALS = 20_000_000
"""More would be a rate that nobody can offer, and 160 MB."""


def arrivals_ns(
    rate_rps: float, length_s: float, kind: Arrivals, random: np.random.Generator
) -> NDArray[np.int64]:
    """Instants in ns within ``length_s``, ascending, counted from its begin; raises LoadError.

    ``constant`` arrivals are 1/rate apart, the first at a random part of that. ``poisson`` arrivals are a
    Poisson process: given their number, which is Poisson-distributed, they lie uniformly (Kingman, Poisson
    Processes, 1993, section 2.4).
    """
    if not math.isfinite(rate_rps) or rate_rps <= 0:
        raise LoadError(f"a rate of {rate_rps:g} requests/s", remedy="give a rate above 0")
    if rate_rps * length_s > MOST_ARRIVALS:
        raise LoadError(
            f"{rate_rps:g} requests/s for {length_s:g} s are more than {MOST_ARRIVALS:,} requests",
            remedy="give a rate that a generator can offer",
        )
    if kind == Arrivals.CONSTANT:
        phase = random.random()
        instants_s = (np.arange(math.ceil(rate_rps * length_s - phase)) + phase) / rate_rps
    elif kind == Arrivals.POISSON:
        instants_s = np.sort(random.random(random.poisson(rate_rps * length_s))) * length_s
    else:
        raise LoadError(f"arrivals are {' or '.join(Arrivals)}, not {kind!r}")
    return (instants_s * 1e9).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Schedules:
    """When requests are due, in ns from the begin of the warm-up and of the window."""

    warmup_ns: NDArray[np.int64]
    window_ns: NDArray[np.int64]

    @classmethod
    def draw(cls, order: Order, rate_rps: float) -> Self:
        """Draw those of a trial; raises LoadError for a rate that nobody can offer."""
        seeds = np.random.SeedSequence(order.seed).spawn(2)
        warmup, window = (
            arrivals_ns(rate_rps, length_s, order.arrivals or Arrivals.CONSTANT, np.random.default_rng(seed))
            for length_s, seed in zip((order.warmup_s, order.window_s), seeds, strict=True)
        )
        return cls(warmup, window)


class TurnSchedules:
    """When the requests of an open load are due in one turn after the other: drawn anew for each."""

    def __init__(self, order: Order, rate_rps: float) -> None:
        self._rate_rps, self._kind = rate_rps, order.arrivals or Arrivals.CONSTANT
        self._random = np.random.default_rng(order.seed)

    def next(self, length_s: float) -> NDArray[np.int64]:
        """Instants in ns from the begin of a turn, at least one; raises LoadError as ``arrivals_ns``."""
        while not (drawn := arrivals_ns(self._rate_rps, length_s, self._kind, self._random)).size:
            pass
        return drawn
