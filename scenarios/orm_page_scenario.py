"""A page of 50 posts with their authors and tags, read by an ORM eagerly, as its documentation recommends.

All stacks ask the same columns in autocommit, by two statements: posts with authors, then all their tags.
"""

from __future__ import annotations

from random import Random

from apps.contract_orm import FIRST_MAX, PAGE, page_rows
from scenarios import answers
from scenarios.exchange import Exchange, Request, Scenario
from scenarios.inputs import get, query

NUMBER = 31
"""Place in the catalogue."""

PAGES_RING = 240
"""Entries, none of them twice. Who remembers pages asks the database less often, which shows there."""


def ring(random: Random) -> tuple[Exchange, ...]:
    """Pages from anywhere."""
    return tuple(map(_right, random.sample(range(1, FIRST_MAX + 1), PAGES_RING)))


def _right(first: int, about: str = "") -> Exchange:
    """One page and its check; its rows are made when they are compared."""
    check = answers.json_made(lambda _: page_rows(first))
    return get(f"/posts{query(first=first)}", check, about)


def probes(_random: Random) -> tuple[Exchange, ...]:
    """Edges of the range, and values out of it."""
    return (
        _right(1, "from the first post"),
        _right(FIRST_MAX, "the last whole page"),
        *(_bad(value) for value in ("0", str(FIRST_MAX + 1), "abc")),
        get("/posts/none", answers.not_found(), "unknown path"),
    )


def _bad(value: str) -> Exchange:
    request = Request(target=f"/posts?first={value}")
    return Exchange(request=request, check=answers.refused(request, "first"), about=f"first={value}")


SCENARIOS = (
    Scenario(
        name="orm-page",
        title=f"{PAGE} rows with their authors and tags, by an ORM",
        group="orm-page",
        ring=ring,
        probes=probes,
        needs="database",
        queries=(("SELECT", 2),),
        expected_rps=120,
    ),
)
