"""What goes wrong: unknown paths, methods that are not allowed, and exceptions that nobody expected."""

from __future__ import annotations

from random import Random

from apps.contract import USER_ID_MAX
from apps.contract_errors import internal_error, share
from scenarios import answers
from scenarios.exchange import Exchange, Request, Scenario
from scenarios.inputs import get, mixed

NUMBER = 26
"""Place in the catalogue."""

KIND = 30
"""Requests of each kind in the ring, before which stands one that succeeds."""


def _right(n: int, about: str = "") -> Exchange:
    return get(f"/errors/{n}", answers.json_answer(share(n)), about)


def _failing(about: str = "") -> Exchange:
    return get("/errors/0", answers.json_answer(internal_error(), 500), about)


def _unknown(n: int, about: str = "") -> Exchange:
    return get(f"/errors/{n}/none", answers.not_found(), about)


def _not_allowed(n: int, about: str = "", method: str = "DELETE") -> Exchange:
    return Exchange(
        request=Request(method=method, target=f"/errors/{n}"), check=answers.not_allowed("GET"), about=about
    )


def ring(random: Random) -> tuple[Exchange, ...]:
    """One that succeeds, then a third each: 404, 405 and 500."""

    def numbers() -> list[int]:
        return [random.randint(1, USER_ID_MAX) for _ in range(KIND)]

    wrong = [*map(_unknown, numbers()), *map(_not_allowed, numbers()), *[_failing()] * KIND]
    return mixed(random, [_right(random.randint(1, USER_ID_MAX))], wrong)


def probes(_random: Random) -> tuple[Exchange, ...]:
    """One of each kind, with other methods, and one that succeeds between two that fail."""
    return (
        _failing("an exception"),
        _right(1, "behind an exception"),
        _failing("an exception again"),
        _unknown(1, "unknown path"),
        _not_allowed(1, "DELETE is not allowed"),
        _not_allowed(0, "PUT is not allowed", "PUT"),
        get("/none", answers.not_found(), "unknown path at the root"),
    )


SCENARIOS = (
    Scenario(
        name="errors",
        title="404, 405 and unexpected exceptions in turn",
        group=None,
        target="errors",
        ring=ring,
        probes=probes,
    ),
)
