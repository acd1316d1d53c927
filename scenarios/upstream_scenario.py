"""An answer that is made from that of another service, over a client with a pool of connections."""

from __future__ import annotations

from random import Random

from apps.contract_client import ITEMS, UPSTREAM_MS, offer, upstream_item
from scenarios import answers
from scenarios.exchange import Exchange, Scenario
from scenarios.inputs import TIMER_TICK_MS, WIDE_RING, get
from scenarios.upstream import CALLS

NUMBER = 20
"""Place in the catalogue."""


def ring(random: Random) -> tuple[Exchange, ...]:
    """Items, none of them twice."""
    return tuple(_right(item_id) for item_id in random.sample(range(1, ITEMS + 1), WIDE_RING))


def _right(item_id: int, about: str = "") -> Exchange:
    check = answers.json_answer(offer(upstream_item(item_id)))
    return get(f"/offers/{item_id}", check, about, min_elapsed_s=(UPSTREAM_MS - TIMER_TICK_MS) / 1000)


def probes(_random: Random) -> tuple[Exchange, ...]:
    """First and last item, one that the upstream does not know, one that is no number."""
    return (
        _right(1, "first item"),
        _right(ITEMS, "last item"),
        get(f"/offers/{ITEMS + 1}", answers.not_found(), "unknown item"),
        get("/offers/abc", answers.refused_path(), "item_id=abc"),
    )


SCENARIOS = (
    Scenario(
        name="upstream",
        title=f"an answer made from that of another service, which takes {UPSTREAM_MS} ms",
        group="upstream",
        ring=ring,
        probes=probes,
        needs="upstream",
        effects=CALLS,
    ),
)
