"""What a master and its workers say to each other: plain data that Locust carries between them.

A worker's clock is another machine's, so every instant crosses over as the receiver's own monotonic ns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from results.codec import CodecError, convert
from runners.errors import LoadError
from runners.generator.messages import Measured, Order

T = TypeVar("T")
HELLO, WELCOME, REFUSED, CLOCK = "hotlap_hello", "hotlap_welcome", "hotlap_refused", "hotlap_clock"
TRIAL, WARM, GO, RECORD, CANCEL = (
    "hotlap_trial",
    "hotlap_warm",
    "hotlap_go",
    "hotlap_record",
    "hotlap_cancel",
)
END = "hotlap_end"
"""Types of messages. A worker sends HELLO and gets WELCOME or REFUSED; it is asked for its CLOCK. It answers
a TRIAL by WARM once its load has settled; GO names the instant at which all windows begin, and the worker
sends a RECORD at their end. CANCEL: another worker failed. END: there are no more trials."""


def from_data(kind: type[T], data: object) -> T:
    """The message that Locust brought as ``data``; raises LoadError where it is none."""
    try:
        return convert(kind, data)
    except CodecError as error:
        raise LoadError(f"a message that is no {kind.__name__}: {error}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """A worker introduces itself."""

    identity: str
    pid: int
    machine: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A worker that cannot take part, and why."""

    message: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A question with the master's instant, and the answer, which adds the worker's; both monotonic."""

    asked_ns: int
    at_ns: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One worker's part of a trial: its order, and how long it waits for the others."""

    trial: int
    order: Order
    patience_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialSignal:
    """WARM, GO or CANCEL of a trial; with GO the instant that its window begins at."""

    trial: int
    begin_ns: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareResult:
    """What became of a worker's part: the measurement and when its window began, or why there is none."""

    trial: int
    measured: Measured | None = None
    begun_ns: int = 0
    message: str = ""
    remedy: str = ""
