"""``orders`` with a fifth of the input bad: what refusing costs."""

from __future__ import annotations

from random import Random

from scenarios.exchange import Exchange, Scenario
from scenarios.inputs import RING, mixed
from scenarios.order_inputs import TIMED_KINDS, accepted, echo, order

NUMBER = 6
"""Place in the catalogue."""

BAD_ORDERS = RING // 5
"""Entries that are bad: exactly 20%."""


def ring(random: Random) -> tuple[Exchange, ...]:
    """80% valid orders, 20% of the timed kinds in turn, in random places."""
    good = [_right(random) for _ in range(RING - BAD_ORDERS)]
    bad = [TIMED_KINDS[index % len(TIMED_KINDS)](random) for index in range(BAD_ORDERS)]
    return mixed(random, good, bad)


def _right(random: Random) -> Exchange:
    sent = order(random)
    return accepted(sent, echo(sent))


def probes(random: Random) -> tuple[Exchange, ...]:
    """One of each timed kind; ``orders`` probes every place of each."""
    return tuple(kind(random) for kind in TIMED_KINDS)


SCENARIOS = (
    Scenario(
        name="orders-invalid",
        title="orders, 20% of them bad",
        group="orders",
        ring=ring,
        probes=probes,
    ),
)
