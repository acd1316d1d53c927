"""Finding a route in an application of parts: 200 routes in 20 includes with prefixes, as in large ones."""

from __future__ import annotations

from random import Random

from apps.contract_targets import PART_ROUTES, PARTS, part_answer, part_path, part_prefix
from scenarios import answers
from scenarios.exchange import Exchange, Ring, Scenario
from scenarios.inputs import get
from scenarios.rotation import with_turned_greetings

NUMBER = 28
"""Place in the catalogue."""

UNKNOWN_PATHS = (part_prefix(PARTS) + part_path(0), part_prefix(0) + part_path(PART_ROUTES), "/none")
"""Paths that the target does not have."""


def _route(part: int, route: int, about: str = "") -> Exchange:
    number = part_answer(part, route)["route"]
    path = part_prefix(part) + part_path(route)
    return get(path, answers.json_greeting({"route": number}), about, turned=with_turned_greetings)


def _ring(part: int, route: int) -> Ring:
    def ring(_random: Random) -> tuple[Exchange, ...]:
        return (_route(part, route),)

    return ring


def _probes(_random: Random) -> tuple[Exchange, ...]:
    """The first and the last route of every part, and paths that are not there."""
    known = ((part, route) for part in range(PARTS) for route in (0, PART_ROUTES - 1))
    return (
        *(_route(part, route, f"route {route} of part {part}") for part, route in known),
        *(get(path, answers.not_found(), "unknown path") for path in UNKNOWN_PATHS),
    )


def _scenario(name: str, part: int, route: int) -> Scenario:
    return Scenario(
        name=f"include-{name}",
        title=f"the {name} of {PARTS * PART_ROUTES} routes in {PARTS} includes",
        group=None,
        target="include",
        ring=_ring(part, route),
        probes=_probes,
        varies=True,
    )


SCENARIOS = (
    _scenario("first", 0, 0),
    _scenario("middle", PARTS // 2, 0),
    _scenario("last", PARTS - 1, PART_ROUTES - 1),
)
