"""A list of typed objects through the framework's response model, small (10 KB) and large (1 MB)."""

from __future__ import annotations

from random import Random

from apps.contract import ITEMS_DEFAULT, ITEMS_MAX, OFFSET_MAX, salted_rows
from scenarios import answers
from scenarios.exchange import Exchange, Request, Scenario
from scenarios.inputs import get, query
from scenarios.rotation import salt_in, with_turned_salts

NUMBER = 7
"""Place in the catalogue."""

ITEMS_RING = 1200
"""Entries: 15 MB of answers, of the 16 MB that a ring may have, and the same with each further salt."""


def page(offset: int | None, n: int | None, about: str = "") -> Exchange:
    """One page and its check; its rows are made when they are compared."""
    first, length = offset or 0, ITEMS_DEFAULT if n is None else n
    check = answers.json_made(lambda answer: list(salted_rows(first, length, salt_in(answer.body))))
    return get(f"/items{query(offset=offset, n=n)}", check, about, turned=with_turned_salts)


def ring(random: Random) -> tuple[Exchange, ...]:
    """Pages of 50 from anywhere."""
    return tuple(page(random.randint(0, OFFSET_MAX), ITEMS_DEFAULT) for _ in range(ITEMS_RING))


def probes(random: Random) -> tuple[Exchange, ...]:
    """Edges of both ranges, defaults, bad values."""
    offset = random.randint(0, OFFSET_MAX)
    return (
        page(None, None, "no parameters: the first 50"),
        page(0, 1, "one item, with a null in it"),
        page(OFFSET_MAX, 3, "largest offset"),
        page(offset, None, "n absent"),
        *(_bad("offset", value) for value in ("-1", str(OFFSET_MAX + 1), "abc", "2.5")),
        *(_bad("n", value) for value in ("0", "-1", str(ITEMS_MAX + 1), "abc", "2.5")),
        get("/items/none", answers.not_found(), "unknown path"),
    )


def _bad(field: str, value: str) -> Exchange:
    request, sound = Request(target=f"/items?{field}={value}"), {"offset"} - {field}
    return Exchange(request=request, check=answers.refused(request, field, sound), about=f"{field}={value}")


SCENARIOS = (
    Scenario(
        name="items",
        title="50 typed objects, 10 KB of JSON",
        group="items",
        ring=ring,
        probes=probes,
        varies=True,
    ),
)
