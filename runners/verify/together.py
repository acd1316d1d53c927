"""Is each answered for itself: requests of a ring, asked at once and each on a connection of its own."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from runners.http.client import ask
from runners.verify import words
from runners.verify.checks import Checks, judge
from scenarios.exchange import Answer, Exchange

AT_ONCE = 8
"""Connections that ask at the same time, where the scenario is measured with so many."""
PIECEWISE = 2
"""The same of answers that come in pieces, which take long."""


def check_together(
    checks: Checks,
    exchanges: Sequence[tuple[str, Exchange]],
    *,
    connections: Iterable[int],
    rotating: bool,
) -> None:
    """Ask all ``exchanges`` at once; a difference where one is answered wrongly, or for another.

    ``connections`` are those that the scenario is measured with. ``rotating``: they are one request, and one
    process answers it otherwise on every call, so that no right answer comes more often than its share.
    """
    client = checks.client
    with ThreadPoolExecutor(min(AT_ONCE, *connections)) as pool:
        asked = [
            pool.submit(_judged, client.host, client.port, exchange, client.timeout_s)
            for _, exchange in exchanges
        ]
    answers = [answer.result() for answer in asked]
    for (key, exchange), (answer, problem) in zip(exchanges, answers, strict=True):
        _note(checks, key, exchange, answer, problem)
    if rotating and not checks.differences:
        bodies = [answer.body for answer, _ in answers if answer]
        _must_rotate(checks, exchanges[0][1], bodies)


def _judged(host: str, port: int, exchange: Exchange, timeout_s: float) -> tuple[Answer | None, str | None]:
    """(the answer, what is wrong with it), or (None, why there is none); judged while others are awaited."""
    try:
        answer = ask(host, port, exchange, timeout_s)
    except OSError as error:
        return None, f"no answer: {words.no_answer(error, timeout_s)}"
    return answer, judge(exchange, answer)


def _note(checks: Checks, key: str, exchange: Exchange, answer: Answer | None, problem: str | None) -> None:
    """Keep a right answer; one that is wrong is asked for again alone, which says what is wrong with it."""
    if answer is not None and problem is None:
        checks.keep(key, exchange, answer)
        return
    before = len(checks.differences)
    checks.check(key, exchange)
    if len(checks.differences) == before and problem:
        beside = replace(exchange, about="asked at once with others, and right alone")
        checks.differences.append(words.message(beside, problem))


def _must_rotate(checks: Checks, exchange: Exchange, bodies: Sequence[bytes]) -> None:
    (body, count), *_ = Counter(bodies).most_common(1)
    forms = len(exchange.turned(body)) if exchange.turned else 1  # unknown: any share may be right
    if count <= math.ceil(len(bodies) / forms):
        return
    problem = (
        f"the answer is not made on every call: {count} of {len(bodies)} asked at once got the same "
        f"{body[:200]!r}"
    )
    checks.differences.append(words.message(exchange, problem))


def at_once(entries: Iterable[tuple[str, Exchange]], *, event_loop: bool) -> list[tuple[str, Exchange]]:
    """What to ask at once of the ``entries`` of a ring: a single one several times over.

    Not where a server may answer one after the other and each has to wait.
    """
    chosen = list(entries)
    if len(chosen) > 1 or (chosen[0][1].min_elapsed_s and not event_loop):
        return chosen
    return chosen * (PIECEWISE if chosen[0][1].watch else AT_ONCE)
