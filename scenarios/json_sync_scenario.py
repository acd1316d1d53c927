"""The twin of ``json`` by a plain function, which async frameworks call in a thread: what ``def`` costs."""

from __future__ import annotations

from random import Random

from scenarios import answers
from scenarios.exchange import Exchange, Scenario
from scenarios.inputs import get
from scenarios.rotation import with_turned_greetings

NUMBER = 27
"""Place in the catalogue."""


def ring(_random: Random) -> tuple[Exchange, ...]:
    """One exchange: there is no input."""
    return (get("/json-sync", answers.json_greeting({}), turned=with_turned_greetings),)


def probes(_random: Random) -> tuple[Exchange, ...]:
    """Ask for a path that is not there."""
    return (get("/json-sync/none", answers.not_found(), "unknown path"),)


SCENARIOS = (
    Scenario(
        name="json-sync",
        title="a small JSON object by a plain function in a thread",
        group="json-sync",
        ring=ring,
        probes=probes,
        needs="asgi",
        varies=True,
    ),
)
