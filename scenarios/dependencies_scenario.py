"""Three nested dependencies with one shared sub-dependency, resolved per request."""

from __future__ import annotations

from random import Random

from scenarios import answers
from scenarios.exchange import Exchange, Request, Scenario
from scenarios.inputs import WIDE_RING, get

NUMBER = 9
"""Place in the catalogue."""

RESOLUTION_ORDER = ["shared", "first", "second", "third"]
"""Once each, the shared one first: so it was made once per request and everyone saw the same."""


def _right(n: int, about: str = "") -> Exchange:
    want = {"n": n, "order": RESOLUTION_ORDER, "shared": True}
    return get(f"/dependencies?n={n}", answers.json_answer(want), about)


def ring(random: Random) -> tuple[Exchange, ...]:
    """Seeded numbers."""
    return tuple(_right(random.randint(1, 10**6)) for _ in range(WIDE_RING))


def probes(random: Random) -> tuple[Exchange, ...]:
    """One number twice (nothing may be shared between requests), and bad ones."""
    n = random.randint(1, 10**6)
    return (
        _right(n, "a number"),
        _right(n, "the same number again"),
        *(_bad(target) for target in ("/dependencies?n=abc", "/dependencies?n=2.5", "/dependencies")),
        get("/dependencies/none", answers.not_found(), "unknown path"),
    )


def _bad(target: str) -> Exchange:
    request = Request(target=target)
    return Exchange(request=request, check=answers.refused(request, "n"), about=target)


SCENARIOS = (
    Scenario(
        name="dependencies",
        title="three nested dependencies, one shared",
        group="dependencies",
        ring=ring,
        probes=probes,
    ),
)
