"""A day of an API: rows read and written, small answers and requests that are refused, by weights.

Every block of requests holds each part by its weight, so that any stretch of a load is mixed alike.
"""

from __future__ import annotations

from itertools import cycle, islice
from random import Random

from apps.contract import LIMIT_MAX, USER_ID_MAX
from scenarios import answers, auth_scenario, db_read_scenario, json_scenario, orm_page_scenario
from scenarios import orm_write_scenario as orm_write
from scenarios.exchange import Exchange, Part, Request, Scenario
from scenarios.inputs import get, mixed

NUMBER = 33
"""Place in the catalogue."""

BLOCK, BLOCKS = 20, 130
"""Requests of a block, of which 5% are a whole number, and blocks of the ring."""
REFUSED_RING = 40
"""Entries of the part that is refused."""


def _refused(random: Random) -> tuple[Exchange, ...]:
    """Unknown paths and values out of their range, in turn."""
    user_ids = [random.randint(1, USER_ID_MAX) for _ in range(REFUSED_RING)]
    return tuple((_unknown, _out_of_range)[place % 2](user_id) for place, user_id in enumerate(user_ids))


def _unknown(user_id: int) -> Exchange:
    return get(f"/users/{user_id}/nothing", answers.not_found(), "unknown path")


def _out_of_range(user_id: int) -> Exchange:
    request = Request(target=f"/users/{user_id}/items?limit={LIMIT_MAX + 1}")
    check = answers.refused(request, "limit", ["user_id"])
    return Exchange(request=request, check=check, about="limit out of its range")


(ORM_PAGE,), (DB_READ,) = orm_page_scenario.SCENARIOS, db_read_scenario.SCENARIOS
(JSON,), (ORM_WRITE,) = json_scenario.SCENARIOS, orm_write.SCENARIOS
BAD_TOKENS = Scenario(
    name="bad-tokens", title="tokens that are no good", group="auth", ring=auth_scenario.timed_bad
)
REFUSED = Scenario(name="refused", title="404 and 422 in turn", group="params", ring=_refused)
PARTS = (
    Part(ORM_PAGE, 30),
    Part(DB_READ, 30),
    Part(JSON, 20),
    Part(ORM_WRITE, 10),
    Part(BAD_TOKENS, 5),
    Part(REFUSED, 5),
)
"""What a day is made of, in percent of its requests."""


def ring(random: Random) -> tuple[Exchange, ...]:
    """Blocks of all parts, each in an order of its own behind a page of rows."""
    rings = [(cycle(part.scenario.ring(random)), part.percent * BLOCK // 100) for part in PARTS]
    blocks = ([exchange for own, number in rings for exchange in islice(own, number)] for _ in range(BLOCKS))
    return tuple(exchange for block in blocks for exchange in mixed(random, block, ()))


def probes(random: Random) -> tuple[Exchange, ...]:
    """The first probe of each part, or the first of its ring."""
    firsts = [(part.scenario.probes(random) or part.scenario.ring(random))[0] for part in PARTS]
    return (*firsts, _out_of_range(1))


SCENARIOS = (
    Scenario(
        name="mixed",
        title="a day of an API: rows, small answers, writes and refusals",
        group=None,
        family="mixed",
        ring=ring,
        probes=probes,
        needs="database",
        parts=PARTS,
        expected_rps=330,
    ),
)
