"""Does what is good lapse: a request that was answered rightly is refused once it expired or was revoked."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from random import Random

from runners.verify.checks import Checks
from scenarios.exchange import Exchange, Lapse

LIFE_S = 0.5
"""A request lives so long at least, and up to a second longer: it lapses at a whole second."""
LIVES = 4
"""One that lapsed before it was answered is made anew at most so often, to live three times as long."""
USES = 32
"""What lapses by use is refused by this number of uses, however many processes count their own."""
REFUSALS = 3
"""What lapsed at an instant is asked so often, and refused each time."""


@dataclass(frozen=True, slots=True)
class Lapsing:
    """A request that was answered rightly."""

    at_unix_s: int
    """When it lapses, where it does so at an instant."""
    afterwards: Exchange
    by_use: bool


def begin(checks: Checks, lapse: Lapse, random: Random) -> Lapsing | None:
    """Ask while the request is good; None, and a difference, where the answer is not right."""
    for life in range(LIVES):
        at_unix_s = math.ceil(time.time() + LIFE_S * 3**life)
        before, afterwards = lapse.make(random, at_unix_s)
        answer = checks.ask(before)
        if answer is None:
            return None
        was_late = not lapse.by_use and time.time() >= at_unix_s
        if was_late and before.check(answer) and life < LIVES - 1:
            continue
        return Lapsing(at_unix_s, afterwards, lapse.by_use) if checks.is_right(before, answer) else None
    return None


def end(checks: Checks, lapsing: Lapsing) -> None:
    """Ask once it has lapsed, waiting for that; a difference where it is not refused."""
    if lapsing.by_use:
        _must_be_refused_in_the_end(checks, lapsing.afterwards)
        return
    while (left_s := lapsing.at_unix_s - time.time()) >= 0:
        time.sleep(left_s + 0.001)
    for _ in range(REFUSALS):
        answer = checks.ask(lapsing.afterwards)
        if answer is None or not checks.is_right(lapsing.afterwards, answer):
            return


def _must_be_refused_in_the_end(checks: Checks, exchange: Exchange) -> None:
    for _ in range(USES - 1):
        answer = checks.ask(exchange)
        if answer is None or exchange.check(answer) is None:
            return
    if (answer := checks.ask(exchange)) is not None:
        checks.is_right(exchange, answer)
