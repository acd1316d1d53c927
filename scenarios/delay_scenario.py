"""Waiting: what a stack does while its handlers wait for something else."""

from __future__ import annotations

from random import Random

from apps.contract import DELAY_MAX_MS, DELAY_MIN_MS, delay_answer
from scenarios import answers
from scenarios.exchange import Exchange, Ring, Scenario
from scenarios.inputs import TIMER_TICK_MS, get

NUMBER = 18
"""Place in the catalogue."""

DELAY_CONNECTIONS = (100, 500, 1000)
"""A server with a thread for each waiting request, or fewer, is limited by its threads at these."""
REPETITIONS = 3
"""How often each delay of the range stands in the ring."""


def waiting(path: str) -> tuple[Ring, Ring, Exchange]:
    """Ring and probes of a route that waits, and its longest wait; ``path`` is what stands before the ms."""

    def right(ms: int, about: str = "") -> Exchange:
        check = answers.json_answer(delay_answer(ms))
        return get(f"{path}{ms}", check, about, min_elapsed_s=(ms - TIMER_TICK_MS) / 1000)

    def ring(random: Random) -> tuple[Exchange, ...]:
        delays = [*range(DELAY_MIN_MS, DELAY_MAX_MS + 1)] * REPETITIONS
        random.shuffle(delays)
        return tuple(right(ms) for ms in delays)

    def probes(_random: Random) -> tuple[Exchange, ...]:
        bad = (str(DELAY_MIN_MS - 1), str(DELAY_MAX_MS + 1), "0", "-1", "abc", "12.5")
        return (
            right(DELAY_MIN_MS, "shortest"),
            right(DELAY_MAX_MS, "longest"),
            *(get(f"{path}{value}", answers.refused_path(), f"ms={value}") for value in bad),
            get(f"{path}10/none", answers.not_found(), "unknown path"),
        )

    return ring, probes, right(DELAY_MAX_MS, "several at once")


RING, PROBES, LONGEST = waiting("/delay/")

SCENARIOS = (
    Scenario(
        name="delay",
        title="10 to 30 ms of waiting",
        group="delay",
        ring=RING,
        turns=False,
        probes=PROBES,
        connections=DELAY_CONNECTIONS,
        overlapping=LONGEST,
    ),
)
