"""Does waiting overlap: several at once take the time of one on an event loop; and is it done in threads."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait

from runners.http.client import ask
from runners.processes.accounting import thread_count, tree_pids
from runners.verify import words
from runners.verify.checks import Checks
from scenarios.exchange import Answer, Exchange

EACH = 4
"""Asked at once of each worker: one that blocks takes so many times as long for those that it gets."""
MANY = 64
"""Asked at once of each worker to see its threads; more than any pool has."""
LOOK_S = 0.003
"""Between two looks at a server's threads while it is asked."""
TRIES = 5
"""On a busy machine a server that does not block may be late; one that blocks can never be in time."""


def check_overlap(checks: Checks, exchange: Exchange, workers: int) -> None:
    """Ask ``exchange`` several times at once; a difference where one is answered after the other.

    Of ``EACH`` times ``workers`` requests some worker gets ``EACH`` at least, and one that blocks cannot
    answer these in less than the sum of their waiting.
    """
    count, shortest_s = EACH * workers, math.inf
    with ThreadPoolExecutor(count) as pool:
        for _ in range(TRIES):
            ends_s, _ = _at_once(checks, exchange, count, pool)
            shortest_s = min(shortest_s, max(ends_s, default=0.0))
            if not ends_s or shortest_s < EACH * exchange.min_elapsed_s:
                return
    problem = (
        f"{count} at once took {shortest_s * 1000:.0f} ms, no less than {EACH} of them one after the other: "
        "does the handler block the event loop while it waits?"
    )
    checks.differences.append(words.message(exchange, problem))


def check_threads(checks: Checks, exchange: Exchange, workers: int, pid: int) -> tuple[str, str]:
    """Ask ``exchange`` very often at once; a difference where the server has no more threads than before.

    ``pid`` is the root of its processes. Gives the finding how many more they were: a pool grows to its size,
    less the ``EACH`` threads that it may have had.
    """
    count, pids = MANY * workers, tree_pids(pid)
    before = grown = thread_count(pids)
    with ThreadPoolExecutor(count) as pool:
        for _ in range(TRIES):
            ends_s, threads = _at_once(checks, exchange, count, pool, pids)
            grown = max(grown, threads)
            if not ends_s:
                break
    if not checks.differences and grown < before + EACH:
        problem = f"{count} at once brought {grown - before} more threads: does the handler wait in a thread?"
        checks.differences.append(words.message(exchange, problem))
    return f"{count} at once", f"{grown - before} more threads than for {EACH} at once"


def _at_once(
    checks: Checks, exchange: Exchange, count: int, pool: ThreadPoolExecutor, pids: Sequence[int] = ()
) -> tuple[list[float], int]:
    """(when each of ``count`` answers was there, in s since the first was asked, the most threads meanwhile).

    No times where an answer is wrong, which is a difference then.
    """
    client, begun_s = checks.client, time.monotonic()

    def timed() -> tuple[Answer, float]:
        answer = ask(client.host, client.port, exchange, client.timeout_s)
        return answer, time.monotonic() - begun_s

    waiting = asked = [pool.submit(timed) for _ in range(count)]
    threads = 0
    while waiting:
        waiting = list(wait(waiting, timeout=LOOK_S).not_done)
        threads = max(threads, thread_count(pids))
    try:
        answered = [task.result() for task in asked]
    except OSError as error:
        problem = f"no answer: {words.no_answer(error, client.timeout_s)}"
        checks.differences.append(words.message(exchange, problem))
        return [], threads
    right = all(checks.is_right(exchange, answer) for answer, _ in answered)
    return [end_s for _, end_s in answered] if right else [], threads
