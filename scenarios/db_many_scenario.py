"""Twenty rows of PostgreSQL by twenty queries, one behind the other."""

from __future__ import annotations

from random import Random

from apps.contract_data import ACCOUNTS, MANY, account, account_ids
from scenarios import answers
from scenarios.exchange import Exchange, Request, Scenario
from scenarios.inputs import RING, get, query

NUMBER = 22
"""Place in the catalogue."""


def ring(random: Random) -> tuple[Exchange, ...]:
    """Pages from any account on."""
    return tuple(_right(random.randint(1, ACCOUNTS)) for _ in range(RING))


def _right(first: int, about: str = "") -> Exchange:
    want = [account(account_id) for account_id in account_ids(first)]
    return get(f"/accounts{query(first=first)}", answers.json_answer(want), about)


def probes(_random: Random) -> tuple[Exchange, ...]:
    """Edges of the range, and values out of it."""
    return (
        _right(1, "from the first account"),
        _right(ACCOUNTS, "from the last account"),
        *(_bad(value) for value in ("0", str(ACCOUNTS + 1), "abc")),
    )


def _bad(value: str) -> Exchange:
    request = Request(target=f"/accounts?first={value}")
    return Exchange(request=request, check=answers.refused(request, "first"), about=f"first={value}")


SCENARIOS = (
    Scenario(
        name="db-many",
        title=f"{MANY} rows of a database, by a query each",
        group="db-many",
        ring=ring,
        probes=probes,
        needs="database",
        expected_rps=250,
        queries=(("SELECT", MANY),),
    ),
)
