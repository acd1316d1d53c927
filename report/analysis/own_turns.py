"""Which turns of a leg tell of its server, and not of others who kept the load generator from its CPU."""

from __future__ import annotations

from dataclasses import replace
from itertools import compress

from results.model import Turns

DELAY_SHARE = 0.05
"""A generator that others kept from its CPU for longer than this share of a span made its server wait."""


def own_turns(turns: Turns) -> Turns:
    """Turns of a leg without those in which others kept the generator from its CPU.

    All of them where more than half would go, or where that is not known.
    """
    spans_and_delays = zip(turns.span_us, turns.generator_delay_us, strict=False)
    kept = [delay_us <= DELAY_SHARE * span_us for span_us, delay_us in spans_and_delays]
    if all(kept) or 2 * sum(kept) < len(turns.span_us):
        return turns
    return replace(
        turns,
        begun_us=tuple(compress(turns.begun_us, kept)),
        span_us=tuple(compress(turns.span_us, kept)),
        requests=tuple(compress(turns.requests, kept)),
        cpu_us=tuple(compress(turns.cpu_us, kept)),
        generator_delay_us=tuple(compress(turns.generator_delay_us, kept)),
    )
