"""Answers of about 1 MB: 5,000 typed objects each."""

from __future__ import annotations

from random import Random

from apps.contract import ITEMS_MAX, OFFSET_MAX
from scenarios.exchange import Exchange, Scenario
from scenarios.items_scenario import page

NUMBER = 8
"""Place in the catalogue."""

LARGE_RING = 8
"""Entries: 8 MB of answers, of the 16 MB that a ring may have."""
LARGE_CONNECTIONS = (4,)
"""A server makes about ten such answers a second: with more, each would wait for seconds."""


def ring(random: Random) -> tuple[Exchange, ...]:
    """Largest pages there are, from anywhere."""
    return tuple(page(random.randint(0, OFFSET_MAX), ITEMS_MAX) for _ in range(LARGE_RING))


SCENARIOS = (
    Scenario(
        name="items-large",
        title="5,000 typed objects, 1 MB of JSON",
        group="items",
        ring=ring,
        turns=False,
        varies=True,
        connections=LARGE_CONNECTIONS,
    ),
)
