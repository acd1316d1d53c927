"""Asking one exchange after the other, and noting what is wrong with the answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from runners.http.client import HttpClient
from runners.verify import words
from runners.verify.agreement import canonical_form
from scenarios.exchange import Answer, Exchange, Request

SILENT = 3
"""After this many exchanges in a row without an answer no more are tried."""
TURNS = 16
"""A rotating answer that is the same so often was kept: whichever process of a server gives its second answer
gives another than its first."""


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
        """Ask, check the answer, and keep its canonical form under ``key`` where it is right."""
        answer = self.ask(exchange)
        if answer is not None and self.is_right(exchange, answer):
            self.canonical[key] = canonical_form(answer)

    def is_right(self, exchange: Exchange, answer: Answer) -> bool:
        """Whether ``answer`` is right; if not, that is a difference."""
        problem = judge(exchange, answer)
        if problem:
            self.differences.append(words.message(exchange, problem))
        return problem is None

    def check_varying(self, request: Request) -> None:
        """Demand that answers to the same request differ from each other."""
        exchange = Exchange(request=request, check=lambda _: None, about=f"{TURNS} times in a row")
        first = self.ask(exchange)
        for _ in range(TURNS - 1):
            answer = self.ask(exchange)
            if first is None or answer is None or answer.body != first.body:
                return
        if first is not None:
            problem = f"the answer is not made on every call: always {first.body[:200]!r}"
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
