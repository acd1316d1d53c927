"""Asking in lock-step: one request after the other over one connection, every answer checked."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self

from runners.errors import CostError
from runners.experiments.counting.inputs import Inputs
from runners.http.client import HttpClient
from scenarios.exchange import Answer, Exchange

PAUSE_S = 0.003
"""Before each counted request, so that an event loop has gone to sleep: whether it meets the next request
awake depends on what else runs on the machine."""
ANSWER_S = 120.0
"""Longest wait for an answer: one of 1 MB takes seconds to make while it is counted."""


class Asker(Protocol):
    """Asks an app, with a server or without; a wrong answer is a CostError, in ``check`` at the latest."""

    def first(self, exchange: Exchange) -> Answer:
        """Ask one request and check its answer."""

    def take(self, inputs: Inputs) -> None:
        """Be ready to ask ``inputs``."""

    def warm(self) -> None:
        """Ask the requests that come before counting."""

    def ask(self, batch: int) -> None:
        """Ask ``Inputs.counted[batch]``."""

    def check(self) -> None:
        """Check every answer since the last time; what this costs the app is not to be counted."""


class Lockstep:
    """Asks a server over one kept connection; used as a context manager."""

    def __init__(self, host: str, port: int, *, is_aborted: Callable[[], bool] = lambda: False) -> None:
        self._client = HttpClient(host, port, ANSWER_S)
        self._is_aborted = is_aborted
        self._inputs = Inputs(warm=(), counted=())

    def first(self, exchange: Exchange) -> Answer:
        """Ask one request and check its answer."""
        if self._is_aborted():
            raise CostError("interrupted", remedy="count again")
        try:
            answer = self._client.ask(exchange)
        except OSError as error:
            raise wrong_answer(exchange, f"no answer: {str(error) or type(error).__name__}") from error
        if problem := exchange.check(answer):
            raise wrong_answer(exchange, problem)
        return answer

    def take(self, inputs: Inputs) -> None:
        """Remember what to ask: nothing needs to be handed over."""
        self._inputs = inputs

    def warm(self) -> None:
        """Ask without a pause."""
        for exchange in self._inputs.warm:
            self.first(exchange)

    def ask(self, batch: int) -> None:
        """Ask, with a pause before each request where there is to be one."""
        for exchange in self._inputs.counted[batch]:
            if self._inputs.paused:
                time.sleep(PAUSE_S)
            self.first(exchange)

    def check(self) -> None:
        """Do nothing: every answer was checked as it came."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()


def wrong_answer(exchange: Exchange, problem: str) -> CostError:
    """Say that an answer was none, or another than the scenario wants."""
    return CostError(
        f"{exchange.request.method} {exchange.request.target[:100]}: {problem}",
        remedy="run `hotlap verify` for it: the app, its environment or the contract",
    )
