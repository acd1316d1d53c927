"""A purchase with two lines, validated and written by an ORM in one transaction, and answered with its id."""

from __future__ import annotations

import json
import re
from random import Random
from typing import Any

from apps.contract_orm import ACCOUNTS, QUANTITY_MAX, QUANTITY_MIN, UNIT_CENTS_MAX
from scenarios import answers
from scenarios.database import PURCHASES, sku
from scenarios.exchange import Answer, Exchange, Request, Scenario
from scenarios.inputs import WIDE_RING

NUMBER = 32
"""Place in the catalogue."""

_ID = re.compile(rb'"id":\s*(\d+)')

Purchase = dict[str, Any]
"""Body of a request, or part of it."""


def ring(random: Random) -> tuple[Exchange, ...]:
    """Purchases of accounts, none of them twice."""
    ids = random.sample(range(1, ACCOUNTS + 1), WIDE_RING)
    return tuple(_right(_purchase(account_id, random)) for account_id in ids)


def _purchase(account_id: int, random: Random) -> Purchase:
    """Two lines of different prices, so that neither stands for the other."""
    cents = random.sample(range(1, UNIT_CENTS_MAX), 2)
    lines = [_line(sku(account_id, place), unit, random) for place, unit in enumerate(cents, 1)]
    return {"account_id": account_id, "lines": lines}


def _line(article: str, unit_cents: int, random: Random) -> Purchase:
    quantity = random.randint(QUANTITY_MIN, QUANTITY_MAX)
    return {"sku": article, "quantity": quantity, "unit_cents": unit_cents}


def _right(purchase: Purchase, about: str = "") -> Exchange:
    total = sum(line["quantity"] * line["unit_cents"] for line in purchase["lines"])
    return Exchange(
        request=_post(purchase),
        check=answers.json_made(lambda answer: {"id": _id_in(answer), "total_cents": total}, status=201),
        about=about,
        alike=False,
    )


def _id_in(answer: Answer) -> int:
    """The id that the database gave, whichever it is, as long as it is one."""
    match = _ID.search(answer.body)
    return max(1, int(match[1])) if match else 1


def _post(body: object) -> Request:
    return Request(
        method="POST",
        target="/purchases",
        headers=(("Content-Type", answers.JSON),),
        body=json.dumps(body).encode(),
    )


def probes(random: Random) -> tuple[Exchange, ...]:
    """First and last account, and bodies that are refused."""
    sound = _purchase(1, random)
    return (
        _right(sound, "first account"),
        _right(_purchase(ACCOUNTS, random), "last account"),
        *(_bad(body, field, about) for about, field, body in _bad_bodies(sound)),
    )


def _bad_bodies(sound: Purchase) -> list[tuple[str, str, Purchase]]:
    """What is wrong, the field that is to be named, and the body."""
    first, second = sound["lines"]
    return [
        ("account_id missing", "account_id", {"lines": sound["lines"]}),
        *(
            (f"account_id = {json.dumps(value)}", "account_id", {**sound, "account_id": value})
            for value in (None, "abc", 0, ACCOUNTS + 1)
        ),
        ("lines missing", "lines", {"account_id": 1}),
        ("one line", "lines", {**sound, "lines": [first]}),
        ("three lines", "lines", {**sound, "lines": [first, second, second]}),
        *(
            (f"quantity = {value}", "quantity", {**sound, "lines": [first, {**second, "quantity": value}]})
            for value in (QUANTITY_MIN - 1, QUANTITY_MAX + 1, 2.5)
        ),
        (
            "unit_cents negative",
            "unit_cents",
            {**sound, "lines": [{**first, "unit_cents": -1}, second]},
        ),
        ("sku empty", "sku", {**sound, "lines": [{**first, "sku": ""}, second]}),
    ]


def _bad(body: Purchase, field: str, about: str) -> Exchange:
    request = _post(body)
    return Exchange(request=request, check=answers.refused(request, field), about=about)


SCENARIOS = (
    Scenario(
        name="orm-write",
        title="a row with two related ones, validated and written in a transaction by an ORM",
        group="orm-write",
        ring=ring,
        probes=probes,
        needs="database",
        queries=(("INSERT", 2),),
        effects=PURCHASES,
        atomic=True,
        expected_rps=400,
        turning=_right(_purchase(1, Random(0)), "a purchase whose id is another every time"),
    ),
)
