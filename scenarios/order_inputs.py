"""Orders as clients send them, right and wrong, and what their echo must be."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from copy import deepcopy
from random import Random
from typing import Any

from apps.contract import (
    CENTS_MAX,
    CITIES,
    PRIORITY_MAX,
    QUANTITY_MAX,
    QUANTITY_MIN,
    SURCHARGE_MAX,
    TURNING_CENTS,
    total_cents,
)
from scenarios import answers
from scenarios.exchange import Exchange, Request
from scenarios.inputs import UNICODE_WORDS, words

LINES = 10
"""Lines of an order: with them its JSON has about 1 KB."""

Order = dict[str, Any]
Place = tuple[str | int, ...]
"""Where something stands in an order, such as ``("lines", 3, "quantity")``."""

REQUIRED: tuple[Place, ...] = (
    *(
        ("customer",),
        ("customer", "id"),
        ("customer", "name"),
        ("customer", "email"),
        ("customer", "address"),
    ),
    *(("customer", "address", "street"), ("customer", "address", "city"), ("customer", "address", "zip")),
    *(("customer", "address", "country"), ("lines",), ("lines", 0, "sku"), ("lines", 4, "title")),
    *(("lines", 7, "quantity"), ("lines", 9, "unit_cents"), ("options",), ("options", "gift")),
    ("options", "priority"),
)
RANGES: dict[Place, tuple[int, int]] = {
    ("customer", "id"): (0, -1),
    ("lines", 0, "quantity"): (QUANTITY_MIN - 1, QUANTITY_MAX + 1),
    ("lines", 5, "quantity"): (-7, QUANTITY_MAX * 2),
    ("lines", 9, "unit_cents"): (-1, CENTS_MAX + 1),
    ("options", "priority"): (-1, PRIORITY_MAX + 1),
}
"""Numbers outside of their range, by place; the keys are all kinds of int that an order has."""
INTS = tuple(RANGES)
NUMBERS = frozenset({"quantity", "unit_cents", "priority"})
"""Their names, without such as stand in other words."""


def order(random: Random) -> Order:
    """Make a valid order of about 1 KB, some of it outside of ASCII."""
    return {
        "customer": _customer(random),
        "lines": [_line(random) for _ in range(LINES)],
        "options": {
            "gift": random.random() < 0.5,  # noqa: PLR2004 - one of two
            "note": random.choice((None, "", words(random, 4), random.choice(UNICODE_WORDS))),
            "priority": random.randint(0, PRIORITY_MAX),
            "coupons": [f"C{random.randint(100, 999)}" for _ in range(random.randint(0, 2))],
        },
    }


def _customer(random: Random) -> Order:
    name = f"{random.choice(UNICODE_WORDS)} {words(random, 1)}"
    return {
        "id": random.randint(1, 2**31 - 1),
        "name": name,
        "email": f"{words(random, 1)}@example.org",
        "address": {
            "street": f"{words(random, 2)} {random.randint(1, 99)}",
            "city": random.choice(CITIES),
            "zip": f"{random.randint(0, 99999):05d}",
            "country": random.choice(("PT", "NO", "KE", "EC", "VN", "AU", "IT", "JP")),
        },
    }


def _line(random: Random) -> Order:
    return {
        "sku": f"SKU-{random.randint(0, 10**8 - 1):08d}",
        "title": words(random, 2),
        "quantity": random.randint(QUANTITY_MIN, QUANTITY_MAX),
        "unit_cents": random.randint(0, CENTS_MAX),
    }


def echo(sent: Order) -> Order:
    """Make the right answer to a valid order without unknown fields."""
    return {
        **sent,
        "total_cents": total_cents((line["quantity"], line["unit_cents"]) for line in sent["lines"]),
    }


def with_unknown_fields(sent: Order) -> Order:
    """Add fields that nobody asked for, on every level: a model drops them."""
    odd = deepcopy(sent)
    odd["total_cents"] = 1
    for level in (odd, odd["customer"], odd["customer"]["address"], odd["lines"][0], odd["options"]):
        level["colour"] = "red"
    return odd


def post(payload: object, path: str = "/orders") -> Request:
    """POST of compact JSON in UTF-8, or of bytes as they are."""
    as_json = (
        payload
        if isinstance(payload, bytes)
        else json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    )
    return Request(method="POST", target=path, headers=(("Content-Type", answers.JSON),), body=as_json)


def accepted(payload: object, want: Order, about: str = "", path: str = "/orders") -> Exchange:
    """Right is 201 and ``want``."""
    check = answers.json_answer(want, status=201)
    return Exchange(request=post(payload, path), check=check, about=about)


def turning(path: str = "/orders") -> Exchange:
    """Order that is priced otherwise on every call."""
    line = {"sku": "SKU-1", "title": "turning", "quantity": 1, "unit_cents": TURNING_CENTS}
    sent = {**order(Random(0)), "lines": [line]}
    totals = range(TURNING_CENTS, TURNING_CENTS + SURCHARGE_MAX + 1)
    checks = [answers.json_answer({**sent, "total_cents": total}, status=201) for total in totals]
    return Exchange(
        request=post(sent, path), check=answers.either(*checks), about="the order whose price turns"
    )


def refusal(payload: object, field: str | None, about: str, sound: Collection[str] = ()) -> Exchange:
    """Right is 400 or 422, naming ``field`` where there is one, and none of those that are ``sound``."""
    request = post(payload)
    return Exchange(request=request, check=answers.refused(request, field, sound), about=about)


def altered(sent: Order, place: Place, value: object) -> Order:
    """Copy with ``value`` at ``place``."""
    copy = deepcopy(sent)
    _parent(copy, place)[place[-1]] = value
    return copy


def _parent(within: Any, place: Place) -> Any:  # noqa: ANN401 - a place in JSON
    for step in place[:-1]:
        within = within[step]
    return within


def missing(sent: Order, place: Place) -> Exchange:
    """Required field that is not there."""
    copy = deepcopy(sent)
    del _parent(copy, place)[place[-1]]
    return refusal(copy, str(place[-1]), f"{_dotted(place)} missing")


def instead(sent: Order, place: Place, value: object) -> Exchange:
    """Value that its field does not allow; where it stands for a number, no other number may be named."""
    field, about = str(place[-1]), f"{_dotted(place)} = {json.dumps(value)[:30]}"
    sound = NUMBERS - {field} if place in INTS else ()
    return refusal(altered(sent, place, value), field, about, sound)


def truncated(sent: Order, share: float) -> Exchange:
    """JSON that ends after ``share`` of it."""
    whole = post(sent).body or b""
    cut = int(len(whole) * share)
    return refusal(whole[:cut], None, f"JSON that ends after {cut} of {len(whole)} bytes")


def _dotted(place: Place) -> str:
    return ".".join(map(str, place))


def _missing(random: Random) -> Exchange:
    return missing(order(random), random.choice(REQUIRED))


def _text(random: Random) -> Exchange:
    return instead(order(random), random.choice(INTS), "abc")


def _fraction(random: Random) -> Exchange:
    return instead(order(random), random.choice(INTS), 2.5)


def _null(random: Random) -> Exchange:
    return instead(order(random), random.choice(INTS), None)


def _out_of_range(random: Random) -> Exchange:
    place = random.choice(INTS)
    return instead(order(random), place, random.choice(RANGES[place]))


def _truncated(random: Random) -> Exchange:
    return truncated(order(random), random.uniform(0.1, 0.99))


TIMED_KINDS: tuple[Callable[[Random], Exchange], ...] = (
    _missing,
    _text,
    _fraction,
    _null,
    _out_of_range,
    _truncated,
)
"""The kinds of bad input that are ever timed: those that every validator refuses."""


def every_timed_kind(sent: Order) -> Iterator[Exchange]:
    """Each timed kind at each of its places."""
    yield from (missing(sent, place) for place in REQUIRED)
    yield from (instead(sent, place, value) for place in INTS for value in ("abc", 2.5, None))
    yield from (instead(sent, place, value) for place, values in RANGES.items() for value in values)
    yield from (truncated(sent, share) for share in (0.0, 0.01, 0.5, 0.999))
