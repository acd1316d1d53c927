"""A row of PostgreSQL written and read back in one transaction."""

from __future__ import annotations

import json
from random import Random

from apps.contract_data import ACCOUNTS, CENTS_MAX
from scenarios import answers
from scenarios.database import BALANCES, WRITTEN_BASE, WRITTEN_VARIANTS
from scenarios.exchange import Exchange, Request, Scenario
from scenarios.inputs import WIDE_RING

NUMBER = 23
"""Place in the catalogue."""


def ring(random: Random) -> tuple[Exchange, ...]:
    """Balances, none of them twice, so that requests seldom wait for each other's rows."""
    ids = random.sample(range(1, ACCOUNTS + 1), WIDE_RING)
    return tuple(_right(account_id, random.randrange(WRITTEN_VARIANTS)) for account_id in ids)


def _right(account_id: int, variant: int, about: str = "") -> Exchange:
    cents = account_id * WRITTEN_BASE + variant
    request = _put(account_id, {"cents": cents})
    check = answers.json_answer({"id": account_id, "cents": cents})
    return Exchange(request=request, check=check, about=about)


def _put(account_id: int, body: object) -> Request:
    return Request(
        method="PUT",
        target=f"/balances/{account_id}",
        headers=(("Content-Type", "application/json"),),
        body=json.dumps(body).encode(),
    )


def probes(_random: Random) -> tuple[Exchange, ...]:
    """First and last row, one row twice, one that does not exist, and bodies that are refused."""
    unknown = _put(ACCOUNTS + 1, {"cents": 0})
    return (
        _right(1, 0, "first row"),
        _right(ACCOUNTS, 1, "last row"),
        _right(ACCOUNTS, 2, "last row once more"),
        Exchange(request=unknown, check=answers.not_found(), about="unknown row"),
        *(_bad(body, about) for about, body in BAD.items()),
    )


BAD: dict[str, object] = {
    "cents missing": {},
    "cents null": {"cents": None},
    "cents no number": {"cents": "abc"},
    "cents negative": {"cents": -1},
    "cents too large": {"cents": CENTS_MAX + 1},
}


def _bad(body: object, about: str) -> Exchange:
    request = _put(1, body)
    return Exchange(request=request, check=answers.refused(request, "cents"), about=about)


SCENARIOS = (
    Scenario(
        name="db-write",
        title="a row of a database, written and read back in a transaction",
        group="db-write",
        ring=ring,
        probes=probes,
        needs="database",
        expected_rps=600,
        queries=(("UPDATE", 1), ("SELECT", 1)),
        effects=BALANCES,
        atomic=True,
    ),
)
