"""Does waiting overlap: what waits, asked several times at once, takes the time of one on an event loop."""

from __future__ import annotations

import math
import time
from concurrent.futures import ThreadPoolExecutor

from runners.http.client import ask
from runners.verify import words
from runners.verify.checks import Checks
from scenarios.exchange import Exchange

EACH = 4
"""Asked at once of each worker: one that blocks takes so many times as long for those that it gets."""
TRIES = 5
"""On a busy machine a server that does not block may be late; one that blocks can never be in time."""


def check_overlap(checks: Checks, exchange: Exchange, workers: int) -> None:
    """Ask ``exchange`` several times at once; a difference where one is answered after the other.

    Of ``EACH`` times ``workers`` requests some worker gets ``EACH`` at least, and one that blocks cannot
    answer these in less than the sum of their waiting.
    """
    client, count = checks.client, EACH * workers
    server = client.host, client.port
    shortest_s = math.inf
    with ThreadPoolExecutor(count) as pool:
        for _ in range(TRIES):
            begun_s = time.monotonic()
            asked = [pool.submit(ask, *server, exchange, client.timeout_s) for _ in range(count)]
            try:
                answers = [answer.result() for answer in asked]
            except OSError as error:
                problem = f"no answer: {words.no_answer(error, client.timeout_s)}"
                checks.differences.append(words.message(exchange, problem))
                return
            shortest_s = min(shortest_s, time.monotonic() - begun_s)
            right = all(checks.is_right(exchange, answer) for answer in answers)
            if not right or shortest_s < EACH * exchange.min_elapsed_s:
                return
    problem = (
        f"{count} at once took {shortest_s * 1000:.0f} ms, no less than {EACH} of them one after the other: "
        "does the handler block the event loop while it waits?"
    )
    checks.differences.append(words.message(exchange, problem))
