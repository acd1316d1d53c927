"""A urlencoded form of about 1 KB, its fields sent back."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from urllib.parse import urlencode

from apps.contract import FORM_FIELDS
from scenarios import answers
from scenarios.exchange import Check, Exchange, Request, Scenario
from scenarios.inputs import UNICODE_WORDS, WIDE_RING, get, words

NUMBER = 12
"""Place in the catalogue."""


def fields(random: Random) -> dict[str, str]:
    """Make the five fields, about 1 KB when encoded."""
    name, email, subject, message, reference = FORM_FIELDS
    return {
        name: f"{random.choice(UNICODE_WORDS)} {words(random, 1)}",
        email: f"{words(random, 1)}+{random.randint(1, 99)}@example.org",
        subject: f"{words(random, 4)}?",
        message: f"{words(random, 105)} & so on = {random.choice(UNICODE_WORDS)}\r\n100%",
        reference: f"REF-{random.randint(0, 10**9):010d}",
    }


def _post(sent: Mapping[str, str]) -> Request:
    headers = (("Content-Type", "application/x-www-form-urlencoded"),)
    return Request(method="POST", target="/form", headers=headers, body=urlencode(sent).encode())


def _right(sent: Mapping[str, str], about: str = "") -> Exchange:
    check = answers.json_answer({name: sent[name] for name in FORM_FIELDS})
    return Exchange(request=_post(sent), check=check, about=about)


def ring(random: Random) -> tuple[Exchange, ...]:
    """Seeded forms."""
    return tuple(_right(fields(random)) for _ in range(WIDE_RING))


def probes(random: Random) -> tuple[Exchange, ...]:
    """All of Unicode's trouble in one field, fields nobody asked for, each field missing."""
    sent = fields(random)
    return (
        _right(sent, "a usual form"),
        _right({**sent, "message": "".join(UNICODE_WORDS)}, "a message in many scripts"),
        _right({**sent, "colour": "red"}, "a field nobody asked for"),
        *(_missing(sent, name) for name in FORM_FIELDS),
        get("/form/none", answers.not_found(), "unknown path"),
    )


def _missing(sent: Mapping[str, str], name: str) -> Exchange:
    request = _post({key: value for key, value in sent.items() if key != name})
    check: Check = answers.refused(request, name)
    return Exchange(request=request, check=check, about=f"{name} missing")


SCENARIOS = (
    Scenario(
        name="form",
        title="a urlencoded form of 1 KB",
        group="form",
        ring=ring,
        probes=probes,
    ),
)
