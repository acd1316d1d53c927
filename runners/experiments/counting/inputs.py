"""What is asked while instructions are counted: the same requests for every stack, in equal intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from random import Random

from scenarios.exchange import Answer, Exchange, Scenario

INTERVALS = 3
"""LaunchCounts intervals of a launch."""
WARM = 900
"""Requests before anything is counted. With 300, first intervals were 4% dearer (granian) and 1.4% (the forty
threads of gunicorn's gthread, each of which has to get warm); with 900 they are as the others."""
WARM_BYTES = 3_000_000
"""Bytes of answers after which a server is warm: with long answers fewer requests are asked than ``WARM``."""
SETTLING = 20
"""Requests after counting was switched on and before the first interval."""
SIZES = ((4_000, 120, 120), (40_000, 12, 36), (400_000, 3, 16), (None, 1, 16))
"""(longest body there or back in bytes, requests of one counted interval, the same in a further attempt).

A hundred and twenty requests are twenty million instructions and more. While answers of 1 MB are made, all
garbage is collected every fifth request or so, which is a tenth of its cost: intervals of three requests then
differ by 4%, and one collection more or less in sixteen requests is under 1%.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """The requests of one launch, in their order."""

    warm: tuple[Exchange, ...]
    """Asked before counting is switched on."""
    counted: tuple[tuple[Exchange, ...], ...]
    """Asked while it is on: first what lets it settle, then the requests of each counted interval."""
    paused: bool = True
    """Whether a server falls asleep before each of those that are counted."""


def ring_of(scenario: Scenario) -> tuple[Exchange, ...]:
    """Inputs of ``scenario``, the same in every launch."""
    return scenario.ring(Random(f"cost/{scenario.name}"))


def work_bytes(exchange: Exchange, answer: Answer) -> int:
    """How much a server has to do: the longer body, of the request or of the answer before compression."""
    return max(len(exchange.request.body or b""), len(answer.content()))


def inputs(ring: Sequence[Exchange], body_bytes: int, *, attempt: int = 0, later: int = 0) -> Inputs:
    """Requests from ``ring``, with bodies of about ``body_bytes`` there or back.

    They depend on nothing else than the arguments, so that every stack and both sides of a comparison are
    asked the same. A ring no wider than all intervals together is asked from its beginning in each of them.
    Of a wider one no entry is asked twice, as frameworks remember what they have parsed: each interval takes
    the entries that follow. Kinds of input take turns in a ring, so intervals of consecutive entries agree
    better (0.07%) than intervals to which entries are dealt by the length of requests (1.7%).

    Counting begins ``later`` by so many requests. A further ``attempt`` has longer intervals where they are
    short, so that what comes once in two or three of long requests falls into each alike.
    """
    first, further = next(sizes for limit, *sizes in SIZES if limit is None or body_bytes <= limit)
    size = further if attempt else first
    if len(ring) <= INTERVALS * size:
        rest: Sequence[Exchange] = ring
        intervals = (_rounds(ring, size),) * INTERVALS
    else:
        rest = ring[INTERVALS * size :]
        intervals = tuple(tuple(ring[begin : begin + size]) for begin in range(0, INTERVALS * size, size))
    warm = max(INTERVALS, min(WARM, WARM_BYTES // max(body_bytes, 1))) + later
    others = islice(cycle(rest), warm + min(SETTLING, first))
    return Inputs(warm=tuple(islice(others, warm)), counted=(tuple(others), *intervals))


def _rounds(ring: Sequence[Exchange], size: int) -> tuple[Exchange, ...]:
    """Whole rounds of ``ring``, ``size`` requests at most; only its beginning where one round is far more."""
    rounds = max(1, size // len(ring))
    return tuple(ring) * rounds if len(ring) <= 2 * size else tuple(ring[:size])
