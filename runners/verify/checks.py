"""Asking one exchange after the other, and noting what is wrong with the answers."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from runners.http.client import HttpClient
from runners.verify import words
from runners.verify.agreement import canonical_form
from scenarios.exchange import Answer, Exchange, Following

SILENT = 3
"""After this many exchanges in a row without an answer no more are tried."""
TURNS = 16
"""A rotating answer that is the same so often was kept: whichever process of a server gives its second answer
gives another than its first."""
ROW_S = 0.02
"""So long answers are compared with the one before, where they must differ: one kept for a moment shows."""
TRIES = 3
"""What is sent evenly may arrive bunched on a busy machine; what is bunched always does."""


@dataclass(slots=True)
class Checks:
    """What became of the exchanges with one server."""

    client: HttpClient
    is_aborted: Callable[[], bool] = lambda: False
    differences: list[str] = field(default_factory=list)
    canonical: dict[str, str] = field(default_factory=dict)
    silent: int = 0

    @property
    def gave_up(self) -> bool:
        """Whether nothing more is asked: the server does not answer any more, or we were interrupted."""
        return self.silent >= SILENT or self.is_aborted()

    def check(self, key: str, exchange: Exchange) -> None:
        """Ask, check the answer, and keep its canonical form under ``key`` where it is to be compared."""
        answer = self.ask(exchange)
        timed = exchange.watch is not None and exchange.watch.interval_s is not None
        for _ in range(TRIES - 1 if timed else 0):
            if answer is None or judge(exchange, answer) is None:
                break
            answer = self.ask(exchange)
        self.note(key, exchange, answer)

    def note(self, key: str, exchange: Exchange, answer: Answer | None) -> None:
        """Check an answer, and keep its canonical form under ``key`` where it is to be compared."""
        if answer is not None and self.is_right(exchange, answer):
            self.keep(key, exchange, answer)

    def keep(self, key: str, exchange: Exchange, answer: Answer) -> None:
        """Keep the canonical form of a right answer under ``key`` where it is to be compared."""
        if exchange.alike:
            self.canonical[key] = canonical_form(answer)

    def check_following(self, following: Following) -> None:
        """Check what follows from the answer to its first exchange, where that is right."""
        answer = self.ask(following.first)
        if answer is not None and self.is_right(following.first, answer):
            for exchange in following.then(answer):
                self.check(f"following, {words.name(exchange)}", exchange)

    def is_right(self, exchange: Exchange, answer: Answer) -> bool:
        """Whether ``answer`` is right; if not, that is a difference."""
        problem = judge(exchange, answer)
        if problem:
            self.differences.append(words.message(exchange, problem))
        return problem is None

    def check_varying(self, exchange: Exchange, *, direct: bool) -> None:
        """Demand that right answers to the same request differ from each other.

        ``direct``: one process answers as long as the connection is kept, so that none is as the one before.
        """
        exchange = replace(exchange, about=f"{exchange.about or 'the same'}, several times in a row")
        begun_s, bodies, counted = time.monotonic(), list[bytes](), 0
        for _ in range(TURNS):
            answer = self.ask(exchange)
            if answer is None or not self.is_right(exchange, answer):
                return
            direct = direct and self.client.connections == (counted or self.client.connections)
            counted = self.client.connections
            if direct and bodies[-1:] == [answer.content()]:
                break
            bodies.append(answer.content())
            if len(set(bodies)) > 1 and (not direct or time.monotonic() - begun_s > ROW_S):
                return
        else:
            if len(set(bodies)) > 1:
                return
        problem = f"the answer is not made on every call: again {bodies[-1][:200]!r}"
        self.differences.append(words.message(exchange, problem))

    def ask(self, exchange: Exchange) -> Answer | None:
        """The answer; None, and a difference, where there is none."""
        if self.gave_up:
            return None
        try:
            answer = self.client.ask(exchange)
        except OSError as error:
            self.silent += 1
            self.differences.append(
                words.message(exchange, f"no answer: {words.no_answer(error, self.client.timeout_s)}")
            )
            if self.gave_up:
                self.differences.append(f"gave up after {SILENT} exchanges in a row without an answer")
            return None
        self.silent = 0
        return answer


def judge(exchange: Exchange, answer: Answer) -> str | None:
    """Say what is wrong with ``answer``, its time included; None: it is right."""
    if problem := exchange.check(answer):
        return problem
    least_s = exchange.min_elapsed_s
    if answer.elapsed_s < least_s:
        return f"answered after {answer.elapsed_s * 1000:.2f} ms, wanted {least_s * 1000:g} at least"
    return None
