"""One trial by several generators: each one's share, what they say to each other, one measurement of all.

Locust carries the messages between its master and its workers; everything here is plain data. A worker's
clock is another machine's, so every instant crosses over as the receiver's own monotonic ns.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from random import Random
from typing import Any, TypeVar, get_type_hints

import runners
import scenarios
from results.codec import CodecError, convert
from results.histogram import Latency
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
"""Types of messages. A worker says HELLO and hears WELCOME or REFUSED; it is asked for its CLOCK. Each TRIAL
is answered by WARM once its load has settled; GO names the instant at which all windows begin, and RECORD
ends it. CANCEL: another worker failed. END: there are no more trials."""
OVERLAP_LEAST = 0.95
"""Share of the longest window that all windows must have in common."""


def identity() -> str:
    """What two generators must have in common to be one: hotlap's version, and a hash of what measures."""
    try:
        version = metadata.version("hotlap")
    except metadata.PackageNotFoundError:
        version = "unknown"
    return f"{version}+{_sources()}"


@lru_cache(maxsize=1)
def _sources() -> str:
    ours, asked = Path(runners.__file__).parent, Path(scenarios.__file__).parent
    files = [*ours.glob("generator/**/*.py"), *ours.glob("http/**/*.py"), *asked.glob("*.py")]
    content = hashlib.sha256()
    for file in sorted(files, key=lambda file: (file.parent.name, file.name)):
        content.update(file.name.encode() + b"\0" + file.read_bytes())
    return content.hexdigest()[:10]


def this_machine() -> str:
    """What tells this machine (or container) from another: its boot, and its view of processes."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return f"{boot}/{os.stat('/proc/self/ns/pid').st_ino}"  # noqa: PTH116 - a link that cannot be resolved


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
    """Asked with the master's instant, answered with the worker's beside it; both monotonic."""

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


def shares(order: Order, users: Sequence[int], reader: int | None) -> list[Order]:
    """Split ``order`` over workers that hold ``users`` connections each.

    Only number ``reader`` reads clocks and counters of the server's machine. Each has a seed of its own:
    equal ones would give all of them the same arrivals.
    """
    parts = []
    for number, connections in enumerate(users):
        part = replace(
            order,
            connections=connections,
            seed=Random(f"{order.seed}/{number}").randrange(2**31) if number else order.seed,
            rate_rps=None if order.rate_rps is None else order.rate_rps * connections / order.connections,
        )
        if number != reader:
            part = replace(part, server_pid=None, cgroup=None, cpus=())
        parts.append(part)
    return parts


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareMeasured:
    """What one worker measured, its window on the master's clock."""

    worker: str
    measured: Measured
    begun_ns: int

    @property
    def end_ns(self) -> int:
        """End of the window."""
        return self.begun_ns + round(self.measured.window_s * 1e9)


def overlap(parts: Sequence[ShareMeasured]) -> float:
    """Share of the longest window that all windows have in common."""
    common_ns = min(part.end_ns for part in parts) - max(part.begun_ns for part in parts)
    return max(common_ns, 0) / max(part.end_ns - part.begun_ns for part in parts)


def merge(parts: Sequence[ShareMeasured]) -> Measured:
    """One measurement of all; raises LoadError where the windows were not the same one."""
    share = overlap(parts)
    if share < OVERLAP_LEAST:
        raise LoadError(
            f"the windows of {len(parts)} generators have only {share:.0%} in common",
            remedy="a longer --duration, or fewer other programs on the generators' machines",
        )
    all_of = [part.measured for part in parts]
    merged = {field.name: _RULES[field.name](all_of, field.name) for field in fields(Measured)}
    merged["error_example"] = next(
        (f"{part.worker}: {part.measured.error_example}" for part in parts if part.measured.error_example), ""
    )
    return Measured(**merged)


# How each field of several measurements becomes one.

_Rule = Callable[[Sequence[Measured], str], Any]


def _values(parts: Sequence[Measured], name: str) -> list[Any]:
    return [value for part in parts if (value := getattr(part, name)) is not None]


def _by(take: Callable[[list[Any]], Any]) -> _Rule:
    """``take`` of what was measured; None where nobody measured it."""

    def rule(parts: Sequence[Measured], name: str) -> Any:  # noqa: ANN401 - of the field's type
        values = _values(parts, name)
        return take(values) if values else None

    return rule


def _weighted(parts: Sequence[Measured], name: str) -> float | None:
    """Mean over requests."""
    known = [(getattr(part, name), part.requests) for part in parts if getattr(part, name) is not None]
    total = sum(requests for _, requests in known)
    return sum(value * requests for value, requests in known) / total if total else None


def _histogram(parts: Sequence[Measured], name: str) -> str | None:
    texts = _values(parts, name)
    return Latency.merge(map(Latency.decode, texts)).encode() if texts else None


def _counted(parts: Sequence[Measured], name: str) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for value in _values(parts, name):
        counts.update(value)
    return dict(counts)


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def _columns(rows: list[tuple[int, ...]]) -> tuple[int, ...]:
    """Sums place by place; empty where the rows are not of one length."""
    return tuple(map(sum, zip(*rows, strict=True))) if len(set(map(len, rows))) == 1 else ()


def _rules() -> Mapping[str, _Rule]:
    hints = get_type_hints(Measured)
    of_type = {field.name: hints[field.name] for field in fields(Measured)}
    return {
        **{name: _by(sum) for name, kind in of_type.items() if kind in (int, int | None)},
        **{name: _by(any) for name, kind in of_type.items() if kind is bool},
        **{name: _histogram for name, kind in of_type.items() if kind in (str, str | None)},
        **{name: _by(_columns) for name, kind in of_type.items() if kind == tuple[int, ...]},
        "started_unix_s": _by(min),
        "warmup_s": _by(max),
        "warmup_slope": _weighted,
        "window_s": _by(_mean),
        "errors": _counted,
        "error_example": _by(max),
        "in_flight_mean": _by(sum),
        "server_cpu_source": _by(lambda sources: sources[0]),
        "processes": _by(max),
        "generator_idle_s": _by(min),  # the busiest one is who may have set the pace
        "generator_wait_us": _weighted,
        "tick_hz": _by(max),
    }


_RULES = _rules()


def without_foreign(measured: Measured) -> Measured:
    """``measured`` where some generators were elsewhere: their CPU time would hide foreign work here."""
    return replace(measured, busy_ticks=None, steal_ticks=None)


def names(workers: Iterable[str]) -> str:
    """Names of workers, for messages."""
    return ", ".join(sorted(workers))
