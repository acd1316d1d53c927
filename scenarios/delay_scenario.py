"""Waiting: what a stack does while its handlers wait for something else."""

from __future__ import annotations

from random import Random

from apps.contract import DELAY_MAX_MS, DELAY_MIN_MS, delay_answer
from scenarios import answers
from scenarios.exchange import Exchange, Scenario
from scenarios.inputs import get

NUMBER = 18
"""Place in the catalogue."""

CONNECTIONS = (100, 500, 1000)
ROUNDS = 3
"""How often each delay of the range stands in the ring."""
TICK_MS = 1
"""How much faster than asked is not faster: the timers of libuv (uvloop) count whole milliseconds, and under
uvloop one sleep in ten ended up to 0.5 ms early, seen from outside; under asyncio's own loop none did."""


def _right(ms: int, about: str = "") -> Exchange:
    check = answers.json_answer(delay_answer(ms))
    return get(f"/delay/{ms}", check, about, min_elapsed_s=(ms - TICK_MS) / 1000)


def ring(random: Random) -> tuple[Exchange, ...]:
    """Every delay of the range three times, in random order."""
    delays = [*range(DELAY_MIN_MS, DELAY_MAX_MS + 1)] * ROUNDS
    random.shuffle(delays)
    return tuple(_right(ms) for ms in delays)


def probes(_random: Random) -> tuple[Exchange, ...]:
    """Both ends of the range, and values outside of it."""
    bad = (str(DELAY_MIN_MS - 1), str(DELAY_MAX_MS + 1), "0", "-1", "abc", "12.5")
    return (
        _right(DELAY_MIN_MS, "shortest"),
        _right(DELAY_MAX_MS, "longest"),
        *(get(f"/delay/{value}", answers.refused_path(), f"ms={value}") for value in bad),
        get("/delay/10/none", answers.not_found(), "unknown path"),
    )


SCENARIOS = (
    Scenario(
        name="delay",
        title="10 to 30 ms of waiting",
        group="delay",
        ring=ring,
        probes=probes,
        connections=CONNECTIONS,
    ),
)
