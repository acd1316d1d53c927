"""Load while a probe looks on: a few connections, each asked anew once answered, every request noted."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import cycle
from random import Random
from types import TracebackType
from typing import Self

from results.model import ErrorKind
from runners.experiments.lifecycle.probe import Subject
from runners.http.client import ClosedWithoutAnswerError, HttpClient, MalformedAnswerError
from runners.verify.checks import judge
from scenarios.exchange import Exchange

REFUSED_PAUSE_S = 0.01
"""Between two tries to connect where nobody listens."""
POLL_S = 0.005
"""Between two looks at what is waited for, unless they cost more."""
UNANSWERED = "closed before the first byte of an answer"
ERRORS: tuple[tuple[type[OSError], ErrorKind, str], ...] = (
    (TimeoutError, ErrorKind.TIMEOUT, "no answer in time"),
    (MalformedAnswerError, ErrorKind.PROTOCOL, ""),
    (ConnectionRefusedError, ErrorKind.REFUSED, "nobody listens"),
    (ClosedWithoutAnswerError, ErrorKind.CLOSED, UNANSWERED),
    (ConnectionResetError, ErrorKind.RESET, ""),
    (OSError, ErrorKind.CLOSED, ""),
)
"""What is raised, the more special first, its kind and what is said of it; empty: its own text."""
MOST_INPUTS = 20
"""Of each scenario, where several are mixed."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of one request; instants are of the monotonic clock."""

    sent_s: float
    done_s: float
    error: ErrorKind | None
    """None: answered rightly."""
    reused: bool
    """It went out on a connection that had answered before."""
    detail: str

    @property
    def latency_s(self) -> float:
        """From handing it over to the whole answer, or to the error."""
        return self.done_s - self.sent_s

    @property
    def is_stale(self) -> bool:
        """Closed without an answer on a kept connection: what clients are to expect, and may send again."""
        return self.reused and self.detail == UNANSWERED


class Traffic:
    """Closed load by threads of this process, for as long as its ``with`` lasts.

    Each thread has a connection of its own, opened again where the server closes it; nothing is sent twice.
    The threads share one interpreter: this is load to look at a server under, not to measure its throughput.
    """

    def __init__(self, host: str, port: int, exchanges: Sequence[Exchange], connections: int) -> None:
        self._address = host, port
        self._stopped = threading.Event()
        self._asked: list[list[Asked]] = [[] for _ in range(connections)]
        step = max(len(exchanges) // connections, 1)
        self._threads = [
            threading.Thread(
                target=self._ask,
                args=(asked, cycle([*exchanges[place * step :], *exchanges[: place * step]])),
                name=f"traffic-{place}",
                daemon=True,
            )
            for place, asked in enumerate(self._asked)
        ]

    @property
    def asked(self) -> list[Asked]:
        """All requests that are over, by the instant they were sent."""
        return sorted((asked for own in self._asked for asked in own), key=lambda asked: asked.sent_s)

    def answered(self) -> int:
        """How many were answered rightly until now."""
        return sum(asked.error is None for own in self._asked for asked in tuple(own))

    def _ask(self, asked: list[Asked], exchanges: Iterable[Exchange]) -> None:
        with HttpClient(*self._address, resends=False) as client:
            for exchange in exchanges:
                if self._stopped.is_set():
                    return
                sent_s = time.monotonic()
                error, detail = _outcome(client, exchange)
                asked.append(Asked(sent_s, time.monotonic(), error, client.reused, detail))
                if error is ErrorKind.REFUSED:
                    self._stopped.wait(REFUSED_PAUSE_S)

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Let every request end, and send no more; may be called twice."""
        self._stopped.set()
        for thread in self._threads:
            thread.join()


def _outcome(client: HttpClient, exchange: Exchange) -> tuple[ErrorKind | None, str]:
    """Why there was no right answer, in a word and in detail; (None, "") where there was."""
    try:
        answer = client.ask(exchange)
    except OSError as error:
        kind, detail = next((kind, said) for cause, kind, said in ERRORS if isinstance(error, cause))
        return kind, detail or str(error)
    problem = judge(exchange, answer)
    return (ErrorKind.WRONG_ANSWER, problem) if problem else (None, "")


def exchanges_of(subject: Subject, scenarios: Iterable[str], *, most: int = MOST_INPUTS) -> list[Exchange]:
    """Inputs of several scenarios (at most ``most`` of each) in a random order that the seed decides."""
    random = Random(f"{subject.setup.seed}/{subject.cell.scenario}")
    exchanges = [exchange for name in scenarios for exchange in subject.scenarios[name].ring(random)[:most]]
    random.shuffle(exchanges)
    return exchanges


def wait_until(is_over: Callable[[], bool], within_s: float, *, every_s: float = POLL_S) -> float | None:
    """Seconds until ``is_over``, which is asked every ``every_s``, said so; None where it did not in time."""
    begun_s = time.monotonic()
    while not is_over():
        if time.monotonic() - begun_s > within_s:
            return None
        time.sleep(every_s)
    return time.monotonic() - begun_s


def kinds(asked: Iterable[Asked]) -> str:
    """``3 closed, 1 timeout``; ``none`` where all were answered."""
    counts = Counter(request.error for request in asked if request.error is not None)
    return ", ".join(f"{count} {error}" for error, count in sorted(counts.items())) or "none"
