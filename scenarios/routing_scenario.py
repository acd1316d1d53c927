"""Finding one of 200 routes: the first, the middle, the last, and a dynamic one behind the middle."""

from __future__ import annotations

from random import Random

from apps.contract import (
    DYNAMIC_INDEX,
    DYNAMIC_PREFIX,
    ROUTES_TOTAL,
    USER_ID_MAX,
    route_path,
    thing_answer,
)
from scenarios import answers
from scenarios.exchange import Exchange, Ring, Scenario
from scenarios.inputs import WIDE_RING, get
from scenarios.rotation import with_turned_greetings

NUMBER = 4
"""Place in the catalogue."""

UNKNOWN_PATHS = (route_path(ROUTES_TOTAL), "/routes/0", "/routes/abc", "/routes", "/routes/000/x", "/none")
"""Paths that the routing target does not have."""


def _static(index: int) -> tuple[Ring, Ring]:
    path = route_path(index)

    def ring(_random: Random) -> tuple[Exchange, ...]:
        return (get(path, answers.json_greeting({"route": index}), turned=with_turned_greetings),)

    def probes(_random: Random) -> tuple[Exchange, ...]:
        return _unknown_paths()

    return ring, probes


def _unknown_paths() -> tuple[Exchange, ...]:
    return tuple(get(path, answers.not_found(), "unknown path") for path in UNKNOWN_PATHS)


def _thing(thing_id: int, about: str = "") -> Exchange:
    return get(f"{DYNAMIC_PREFIX}{thing_id}", answers.json_answer(thing_answer(thing_id)), about)


def dynamic_ring(random: Random) -> tuple[Exchange, ...]:
    """Things by seeded ids."""
    return tuple(_thing(random.randint(1, USER_ID_MAX)) for _ in range(WIDE_RING))


def dynamic_probes(_random: Random) -> tuple[Exchange, ...]:
    """Edges of the id, one that is no number, every static route in the middle of the others."""
    return (
        _thing(1, "smallest thing_id"),
        _thing(USER_ID_MAX, "largest thing_id"),
        get(f"{DYNAMIC_PREFIX}abc", answers.refused_path(), "thing_id=abc"),
        *(_route(index) for index in range(ROUTES_TOTAL) if index != DYNAMIC_INDEX),
        *_unknown_paths(),
    )


def _route(index: int) -> Exchange:
    return get(route_path(index), answers.json_greeting({"route": index}), f"route {index} of {ROUTES_TOTAL}")


def _scenario(name: str, title: str, rings: tuple[Ring, Ring], *, varies: bool) -> Scenario:
    ring, probes = rings
    return Scenario(
        name=f"routing-{name}",
        title=f"{title} of {ROUTES_TOTAL} routes",
        group=None,
        target="routing",
        ring=ring,
        probes=probes,
        varies=varies,
    )


SCENARIOS: tuple[Scenario, ...] = (
    _scenario("first", "the first", _static(0), varies=True),
    _scenario("middle", "the middle", _static(ROUTES_TOTAL // 2), varies=True),
    _scenario("last", "the last", _static(ROUTES_TOTAL - 1), varies=True),
    _scenario("dynamic", "a dynamic one", (dynamic_ring, dynamic_probes), varies=False),
)
