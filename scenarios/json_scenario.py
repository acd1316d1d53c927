"""A small JSON object, serialised on every request."""

from __future__ import annotations

from random import Random

from scenarios import answers
from scenarios.exchange import Exchange, Scenario
from scenarios.inputs import get
from scenarios.rotation import with_turned_greetings

NUMBER = 2
"""Place in the catalogue."""
QUICK_RATE_RPS = 1000.0
"""About half of what the slowest stack serves on a slow core."""


def ring(_random: Random) -> tuple[Exchange, ...]:
    """One exchange: there is no input."""
    return (get("/json", answers.json_greeting({}), turned=with_turned_greetings),)


def probes(_random: Random) -> tuple[Exchange, ...]:
    """Ask for a path that is not there."""
    return (get("/json/none", answers.not_found(), "unknown path"),)


SCENARIOS = (
    Scenario(
        name="json",
        title="a small JSON object",
        group="json",
        ring=ring,
        probes=probes,
        varies=True,
        quick=True,
        quick_rate_rps=QUICK_RATE_RPS,
        counted=("*--in-process",),
    ),
)
