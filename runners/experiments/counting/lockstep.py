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
TIMEOUT_S = 120.0
"""An answer of 1 MB takes seconds to make while it is counted."""


class Asker(Protocol):
    """Asks an app, with a server or without; a wrong answer is a CostError, in ``check`` at the latest."""

    def first(self, one: Exchange) -> Answer:
        """Ask one thing."""

    def take(self, chosen: Inputs) -> None:
        """Be ready to ask ``chosen``."""

    def warm(self) -> None:
        """Ask what is not counted."""

    def ask(self, part: int) -> None:
        """Ask ``Inputs.counted[part]``."""

    def check(self) -> None:
        """Check every answer since the last time; what this costs the app is not to be counted."""


class Lockstep:
    """Asks a server over one kept connection; used as a context manager."""

    def __init__(self, host: str, port: int, *, is_aborted: Callable[[], bool] = lambda: False) -> None:
        self._client = HttpClient(host, port, TIMEOUT_S)
        self._is_aborted = is_aborted
        self._chosen = Inputs(warm=(), counted=())

    def first(self, one: Exchange) -> Answer:
        """Ask one thing and check its answer."""
        if self._is_aborted():
            raise CostError("interrupted", remedy="count again")
        try:
            answer = self._client.ask(one)
        except OSError as error:
            raise wrong(one, f"no answer: {str(error) or type(error).__name__}") from error
        if problem := one.check(answer):
            raise wrong(one, problem)
        return answer

    def take(self, chosen: Inputs) -> None:
        """Nothing needs to be handed over."""
        self._chosen = chosen

    def warm(self) -> None:
        """Ask without a pause."""
        for one in self._chosen.warm:
            self.first(one)

    def ask(self, part: int) -> None:
        """Ask with a pause before each."""
        for one in self._chosen.counted[part]:
            time.sleep(PAUSE_S)
            self.first(one)

    def check(self) -> None:
        """Every answer was checked as it came."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()


def wrong(one: Exchange, problem: str) -> CostError:
    """Say that an answer was none, or another than the scenario wants."""
    return CostError(
        f"{one.request.method} {one.request.target[:100]}: {problem}",
        remedy="run `hotlap verify` for it: the app, its environment or the contract",
    )
