"""A nested model of about 1 KB: parsed, validated, computed with, and sent back."""

from __future__ import annotations

from random import Random
from typing import Any

from apps.contract import CENTS_MAX, PRIORITY_MAX, QUANTITY_MAX, QUANTITY_MIN
from scenarios import answers
from scenarios.exchange import Exchange, Oddity, Request, Scenario
from scenarios.inputs import RING, get
from scenarios.order_inputs import (
    Order,
    accepted,
    altered,
    echo,
    every_timed_kind,
    instead,
    order,
    post,
    turning,
    with_unknown_fields,
)

NUMBER = 5
"""Place in the catalogue."""


def ring(random: Random) -> tuple[Exchange, ...]:
    """Make valid orders; every eighth carries unknown fields, which the echo drops."""
    return tuple(_right(order(random), unknown_fields=index % 8 == 7) for index in range(RING))  # noqa: PLR2004


def _right(sent: Order, about: str = "", *, unknown_fields: bool = False) -> Exchange:
    return accepted(with_unknown_fields(sent) if unknown_fields else sent, echo(sent), about)


def probes(random: Random) -> tuple[Exchange, ...]:
    """Edges of every range, unknown fields, each timed kind of bad input at each of its places."""
    sent = order(random)
    return (
        *_edges(sent),
        *every_timed_kind(sent),
        instead(sent, ("customer", "name"), ""),
        instead(sent, ("customer", "name"), "x" * 101),
        instead(sent, ("customer", "address", "country"), "P"),
        instead(sent, ("customer", "address", "country"), "PRT"),
        instead(sent, ("lines",), []),
        instead(sent, ("lines",), (sent["lines"] * 11)[:101]),
        get("/orders/none", answers.not_found(), "unknown path"),
    )


def _edges(sent: Order) -> tuple[Exchange, ...]:
    lines, line = sent["lines"], sent["lines"][0]
    small = {**line, "quantity": QUANTITY_MIN, "unit_cents": 0}
    large = {**line, "quantity": QUANTITY_MAX, "unit_cents": CENTS_MAX}
    first = {**sent["customer"], "id": 1, "name": "N"}
    none: Order = {"gift": False, "note": None, "priority": 0, "coupons": []}
    most: Order = {"gift": True, "note": "", "priority": PRIORITY_MAX, "coupons": ["A", "B"]}
    return (
        _right(sent, "a usual order"),
        _right(sent, "unknown fields on every level", unknown_fields=True),
        _right(
            {"customer": first, "lines": [small], "options": none},
            "one line, smallest numbers, shortest name, note null",
        ),
        _right({**sent, "lines": [large] * 100, "options": most}, "100 lines, largest numbers, note empty"),
        _right(altered(sent, ("customer", "name"), "é" * 100), "a name of 100 characters and 200 bytes"),
        _right({**sent, "lines": lines[::-1]}, "lines in another order"),
    )


ODD_VALUES: tuple[tuple[str, tuple[str | int, ...], Any], ...] = (
    ('quantity "2"', ("lines", 0, "quantity"), "2"),
    ("quantity true", ("lines", 0, "quantity"), True),
    ("quantity 2.0", ("lines", 0, "quantity"), 2.0),
    ("quantity [2]", ("lines", 0, "quantity"), [2]),
    ("a customer id of 30 digits", ("customer", "id"), 10**30),
    ("a sku that is a number", ("lines", 0, "sku"), 7),
    ("gift 1", ("options", "gift"), 1),
    ('gift "yes"', ("options", "gift"), "yes"),
    ("gift null", ("options", "gift"), None),
    ("coupons as one string", ("options", "coupons"), "C100"),
    ("coupons null", ("options", "coupons"), None),
    ("lines as an object", ("lines",), {"0": 1}),
    ("customer as a string", ("customer",), "me"),
    ("a name with a NUL", ("customer", "name"), "a\x00b"),
    ("an email without an at sign", ("customer", "email"), "nobody"),
)
"""(what, where, value) of coercions and types that the contract leaves open."""


def oddities(random: Random) -> tuple[Oddity, ...]:
    """Coercions, media types, and JSON that is not quite JSON."""
    sent = order(random)
    values = (
        Oddity(request=post(altered(sent, place, value)), about=about, place=place)
        for about, place, value in ODD_VALUES
    )
    return (*values, *_spellings(sent), *_media_types(sent))


def _spellings(sent: Order) -> tuple[Oddity, ...]:
    text = (post(altered(sent, ("customer", "id"), "MARK")).body or b"").replace(b'"MARK"', b"MARK")
    whole = post(sent).body or b""
    named = (post(altered(sent, ("customer", "name"), "MARK")).body or b"").replace(b"MARK", b"%s")
    spelled = {
        "customer id NaN": text.replace(b"MARK", b"NaN"),
        "customer id Infinity": text.replace(b"MARK", b"Infinity"),
        "customer id 1e400": text.replace(b"MARK", b"1e400"),
        "customer id 1e2": text.replace(b"MARK", b"1e2"),
        "customer id 007": text.replace(b"MARK", b"007"),
        "customer id +7": text.replace(b"MARK", b"+7"),
        "customer id -0": text.replace(b"MARK", b"-0"),
        "customer id of 5000 digits": text.replace(b"MARK", b"9" * 5000),
        "customer id given twice": text.replace(b"MARK", b'7,"id":8'),
        "a name with a lone surrogate": named.replace(b"%s", rb"a\ud800b"),
        "a name in invalid UTF-8": named.replace(b"%s", b"a\xff\xfeb"),
        "a name with a raw newline": named.replace(b"%s", b"a\nb"),
        "JSON with a byte order mark": b"\xef\xbb\xbf" + whole,
        "JSON in UTF-16": whole.decode().encode("utf-16"),
        "JSON with a trailing comma": whole[:-1] + b",}",
        "JSON with something behind it": whole + b" x",
        "JSON twice": whole + whole,
        "JSON with a comment": b"/* */" + whole,
        "JSON nested 100,000 deep": b"[" * 100_000,
        "a list": b"[]",
        "null": b"null",
        "spaces alone": b"  ",
    }
    return tuple(
        Oddity(request=post(body), about=about, place=("customer", "name" if "name" in about else "id"))
        for about, body in spelled.items()
    )


def _media_types(sent: Order) -> tuple[Oddity, ...]:
    body = post(sent).body
    kinds = {
        "no media type": (),
        "media type text/plain": (("Content-Type", "text/plain"),),
        "media type of a form": (("Content-Type", "application/x-www-form-urlencoded"),),
        "media type application/vnd.api+json": (("Content-Type", "application/vnd.api+json"),),
        "media type with charset=utf-8": (("Content-Type", "application/json; charset=utf-8"),),
        "media type with charset=latin-1": (("Content-Type", "application/json; charset=latin-1"),),
        "media type that is none": (("Content-Type", "json"),),
        "a content encoding that is none": (
            ("Content-Type", "application/json"),
            ("Content-Encoding", "gzip"),
        ),
    }
    sends = {
        about: Request(method="POST", target="/orders", headers=h, body=body) for about, h in kinds.items()
    }
    sends["a trailing slash"] = post(sent, "/orders/")
    sends["PUT"] = Request(
        method="PUT", target="/orders", headers=kinds["media type with charset=utf-8"], body=body
    )
    place = ("customer", "name")
    return tuple(Oddity(request=request, about=about, place=place) for about, request in sends.items())


SCENARIOS = (
    Scenario(
        name="orders",
        title="a nested model of 1 KB, validated and echoed",
        group="orders",
        ring=ring,
        probes=probes,
        turning=turning(),
        oddities=oddities,
        quick=True,
        counted=("*--in-process",),
    ),
)
