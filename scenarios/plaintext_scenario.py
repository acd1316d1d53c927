"""The least a stack can do: thirteen bytes of plain text."""

from __future__ import annotations

from random import Random

from scenarios import answers
from scenarios.exchange import Exchange, Scenario
from scenarios.inputs import get
from scenarios.rotation import with_turned_greetings

NUMBER = 1
"""Place in the catalogue."""


def ring(_random: Random) -> tuple[Exchange, ...]:
    """One exchange: there is no input."""
    return (get("/plaintext", answers.text_greeting(), turned=with_turned_greetings),)


def probes(_random: Random) -> tuple[Exchange, ...]:
    """Ask for a path that is not there."""
    return (get("/plaintext/none", answers.not_found(), "unknown path"),)


SCENARIOS = (
    Scenario(
        name="plaintext",
        title="13 bytes of text",
        group="plaintext",
        ring=ring,
        probes=probes,
        varies=True,
        quick=True,
    ),
)
