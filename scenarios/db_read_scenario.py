"""One row by its id from PostgreSQL."""

from __future__ import annotations

from random import Random

from apps.contract_data import ACCOUNTS, account
from scenarios import answers
from scenarios.exchange import Changing, Exchange, Scenario
from scenarios.inputs import WIDE_RING, get

NUMBER = 21
"""Place in the catalogue."""
CHANGED = 4_242
"""Account that is changed behind the app's back while it is verified."""


def ring(random: Random) -> tuple[Exchange, ...]:
    """Accounts, none of them twice."""
    return tuple(_right(account_id) for account_id in random.sample(range(1, ACCOUNTS + 1), WIDE_RING))


def _right(account_id: int, about: str = "") -> Exchange:
    return get(f"/accounts/{account_id}", answers.json_answer(account(account_id)), about)


def probes(_random: Random) -> tuple[Exchange, ...]:
    """First and last account, one without a city, one that does not exist, one that is no number."""
    return (
        _right(1, "first account"),
        _right(ACCOUNTS, "last account, without a city"),
        get(f"/accounts/{ACCOUNTS + 1}", answers.not_found(), "unknown account"),
        get("/accounts/abc", answers.refused_path(), "account_id=abc"),
    )


def _adding(cents: int) -> str:
    return f"UPDATE accounts SET cents = cents + {cents} WHERE id = {CHANGED}"  # noqa: S608 - numbers of ours


def changing() -> Changing:
    """An account whose sum changes while the app runs: one that was kept shows."""
    row, target = account(CHANGED), f"/accounts/{CHANGED}"
    changed = {**row, "cents": int(str(row["cents"])) + 1}
    return Changing(
        change=_adding(1),
        undo=_adding(-1),
        before=_right(CHANGED, "the same row"),
        afterwards=get(target, answers.json_answer(changed), "the same row after it was changed"),
    )


SCENARIOS = (
    Scenario(
        name="db-read",
        title="one row of a database, by its id",
        group="db-read",
        ring=ring,
        probes=probes,
        needs="database",
        expected_rps=1400,
        queries=(("SELECT", 1),),
        changing=changing(),
    ),
)
