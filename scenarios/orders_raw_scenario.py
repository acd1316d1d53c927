"""The unvalidated twin of ``orders``: parsed, computed with, serialised, without a model."""

from __future__ import annotations

from random import Random

from scenarios import answers
from scenarios.exchange import Exchange, Scenario
from scenarios.inputs import RING, get
from scenarios.order_inputs import accepted, echo, order, turning

NUMBER = 5
"""Place in the catalogue."""

PATH = "/orders-raw"


def ring(random: Random) -> tuple[Exchange, ...]:
    """Make valid orders."""
    return tuple(_right(random) for _ in range(RING))


def _right(random: Random, about: str = "") -> Exchange:
    sent = order(random)
    return accepted(sent, echo(sent), about, PATH)


def probes(random: Random) -> tuple[Exchange, ...]:
    """Send a usual order, and a path that is not there; nothing is validated here."""
    return (_right(random, "a usual order"), get(f"{PATH}/none", answers.not_found(), "unknown path"))


SCENARIOS = (
    Scenario(
        name="orders-raw",
        title="the same 1 KB without a model",
        group="orders-raw",
        ring=ring,
        probes=probes,
        turning=turning(PATH),
    ),
)
