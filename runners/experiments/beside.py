"""Small requests beside a load: one every 20 ms on a connection of its own, and how long each took.

They show what a load does to others. As in an open load their clocks start when they are due, so that a stall
is felt by all that were due in it, whether or not they could be sent. This process asks them, which waits
while the generator's measures.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread

from results.histogram import Latency
from runners.http.client import HttpClient
from runners.launching.launcher import RunningServer
from runners.verify import words
from runners.verify.checks import judge
from scenarios.exchange import Exchange

EVERY_S = 0.02
"""Fifty a second: next to nothing to a server, and a hundred in two seconds."""


@dataclass(slots=True)
class Beside:
    """What came of the small requests."""

    took: list[tuple[float, int]] = field(default_factory=list)
    """Of each that was answered rightly: when it was due (Unix, s), and its answer after that (ns)."""
    problem: str = ""
    """The first answer that was wrong, or did not come, in words."""

    def within(self, begin_unix_s: float, end_unix_s: float) -> str | None:
        """Histogram of what was due in this time, as records hold it; None where nothing was."""
        taken_ns = [ns for due_unix_s, ns in self.took if begin_unix_s <= due_unix_s < end_unix_s]
        latency = Latency()
        latency.record_ns(taken_ns)
        return latency.encode() if taken_ns else None


@contextmanager
def asking_beside(server: RunningServer, exchange: Exchange | None) -> Iterator[Beside]:
    """Ask ``exchange`` over and over until the end of the ``with``; None: nothing is asked."""
    beside, over = Beside(), Event()
    if exchange is None:
        yield beside
        return
    asker = Thread(target=_ask_on, args=(server, exchange, beside, over))
    asker.start()
    try:
        yield beside
    finally:
        over.set()
        asker.join()


def _ask_on(server: RunningServer, exchange: Exchange, beside: Beside, over: Event) -> None:
    """Ask on schedule; what falls due while an answer is awaited has it as its own, and is not asked."""
    begun_s, begun_unix_s, due = time.monotonic(), time.time(), 0
    with HttpClient(server.host, server.port) as client:
        while not over.wait(max(begun_s + due * EVERY_S - time.monotonic(), 0)):
            problem = _problem(client, exchange)
            took_s = time.monotonic() - begun_s
            following = max(int(took_s / EVERY_S), due) + 1
            if problem is None:
                beside.took += [
                    (begun_unix_s + number * EVERY_S, round((took_s - number * EVERY_S) * 1e9))
                    for number in range(due, following)
                ]
            elif not beside.problem:
                beside.problem = f"beside the load: {words.message(exchange, problem)}"
            due = following


def _problem(client: HttpClient, exchange: Exchange) -> str | None:
    """Ask once, and say what is wrong with the answer, or that none came."""
    try:
        return judge(exchange, client.ask(exchange))
    except OSError as error:
        return f"no answer: {words.no_answer(error, client.timeout_s)}"
