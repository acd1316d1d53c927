"""Parameters from path and query, converted and checked."""

from __future__ import annotations

from random import Random

from apps.contract import LIMIT_DEFAULT, LIMIT_MAX, LIMIT_MIN, TURNING_USER_ID, USER_ID_MAX, user_items
from scenarios import answers
from scenarios.exchange import Answer, Exchange, Oddity, Request, Scenario
from scenarios.inputs import UNICODE_WORDS, WIDE_RING, WORDS, get, query, words
from scenarios.rotation import greeting_in

NUMBER = 3
"""Place in the catalogue."""


def ring(random: Random) -> tuple[Exchange, ...]:
    """Users, searches (absent, empty, plain, in other scripts) and limits (absent, or from the range)."""
    return tuple(_entry(random, index) for index in range(WIDE_RING))


def _entry(random: Random, index: int) -> Exchange:
    searches = (None, "", random.choice(WORDS), words(random, 3), random.choice(UNICODE_WORDS))
    limit = None if index % 4 == 0 else random.randint(LIMIT_MIN, LIMIT_MAX)
    return _right(random.randint(1, USER_ID_MAX), searches[index % 5], limit)


def _right(user_id: int, q: str | None, limit: int | None, about: str = "") -> Exchange:
    want = user_items(user_id, q, LIMIT_DEFAULT if limit is None else limit)
    return get(f"/users/{user_id}/items{query(q=q, limit=limit)}", answers.json_answer(want), about)


def probes(random: Random) -> tuple[Exchange, ...]:
    """Edges of every range, searches in all scripts, bad values."""
    user_id = random.randint(1, USER_ID_MAX)
    return (
        _right(1, None, None, "smallest user_id, no query"),
        _right(USER_ID_MAX, "", LIMIT_MIN, "largest user_id, empty q, smallest limit"),
        _right(user_id, "q", LIMIT_MAX, "largest limit"),
        *(_right(user_id, word, 5, f"q={word}") for word in UNICODE_WORDS),
        *(
            _bad_limit(user_id, value)
            for value in (str(LIMIT_MIN - 1), str(LIMIT_MAX + 1), "abc", "2.5", "-1")
        ),
        *(_bad_user(value) for value in ("0", "-1", str(USER_ID_MAX + 1), "abc", "2.5")),
        get(f"/users/{user_id}/nothing", answers.not_found(), "unknown path"),
    )


def _bad_limit(user_id: int, value: str) -> Exchange:
    request = Request(target=f"/users/{user_id}/items?limit={value}")
    return Exchange(
        request=request, check=answers.refused(request, "limit", ["user_id"]), about=f"limit={value}"
    )


def _turning() -> Exchange:
    def want(answer: Answer) -> object:
        return {"user_id": TURNING_USER_ID, "q": greeting_in(answer.body), "limit": 7}

    target = f"/users/{TURNING_USER_ID}/items?q=a&limit=7"
    return get(target, answers.json_made(want), "the user whose q turns")


def _bad_user(value: str) -> Exchange:
    return get(f"/users/{value}/items", answers.refused_path(), f"user_id={value}")


ODD = {
    "a trailing slash": "/users/7/items/?q=a",
    "a plus sign in a search": "/users/7/items?q=a+b",
    "a user_id with a plus sign": "/users/+7/items",
    "a user_id with a leading zero": "/users/007/items",
    "a user_id with an underscore": "/users/1_000/items",
    "a user_id in Arabic digits": "/users/%D9%A7/items",
    "a user_id of twenty digits": "/users/99999999999999999999/items",
    "a user_id of five thousand digits": f"/users/{'9' * 5000}/items",
    "an empty user_id": "/users//items",
    "an encoded slash in the path": "/users/7%2F8/items",
    "a limit with a plus sign": "/users/7/items?limit=%2B5",
    "a limit with a leading zero": "/users/7/items?limit=007",
    "a limit with a space around it": "/users/7/items?limit=%205%20",
    "a limit of 5.0": "/users/7/items?limit=5.0",
    "a limit of true": "/users/7/items?limit=true",
    "an empty limit": "/users/7/items?limit=",
    "a limit without a value": "/users/7/items?limit",
    "a limit given twice": "/users/7/items?limit=5&limit=6",
    "a search given twice": "/users/7/items?q=a&q=b",
    "a search in invalid UTF-8": "/users/7/items?q=%FF%FE",
    "a search with a NUL": "/users/7/items?q=%00",
    "a search with half a percent escape": "/users/7/items?q=%4",
    "a search with a lone surrogate": "/users/7/items?q=%ED%A0%80",
    "a parameter nobody asked for": "/users/7/items?colour=red",
}


def oddities(_random: Random) -> tuple[Oddity, ...]:
    """Spellings that the contract leaves open."""
    return tuple(Oddity(request=Request(target=target), about=about) for about, target in ODD.items())


SCENARIOS = (
    Scenario(
        name="params",
        title="path and query parameters, validated",
        group="params",
        ring=ring,
        probes=probes,
        turning=_turning(),
        oddities=oddities,
    ),
)
