"""One trial by several generators: the share of each one, and one measurement of all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from random import Random
from typing import Any, get_type_hints

from results.histogram import Latency
from runners.errors import LoadError
from runners.generator.messages import Measured, Order

OVERLAP_LEAST = 0.95
"""Share of the longest window that all windows must have in common."""


def split(order: Order, users: Sequence[int], reader: int | None) -> list[Order]:
    """Split ``order`` over workers of which each has as many connections as ``users`` says.

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
            part = replace(part, server_pid=None, cgroup=None, cpus=(), services=())
        parts.append(part)
    return parts


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareMeasured:
    """What one worker measured; its window is on the master's clock."""

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
    measured = [part.measured for part in parts]
    merged = {field.name: _RULES[field.name](measured, field.name) for field in fields(Measured)}
    merged["error_example"] = next(
        (f"{part.worker}: {part.measured.error_example}" for part in parts if part.measured.error_example), ""
    )
    return Measured(**merged)


# How each field of several measurements becomes one.

_Rule = Callable[[Sequence[Measured], str], Any]


def _values(parts: Sequence[Measured], name: str) -> list[Any]:
    return [value for part in parts if (value := getattr(part, name)) is not None]


def _over_known(take: Callable[[list[Any]], Any]) -> _Rule:
    """``take`` of the values that were measured; None where none was."""

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
    """Sums of columns; empty where the rows are not of one length."""
    return tuple(map(sum, zip(*rows, strict=True))) if len(set(map(len, rows))) == 1 else ()


def _rules() -> Mapping[str, _Rule]:
    hints = get_type_hints(Measured)
    types = {field.name: hints[field.name] for field in fields(Measured)}
    return {
        **{name: _over_known(sum) for name, kind in types.items() if kind in (int, int | None)},
        **{name: _over_known(any) for name, kind in types.items() if kind is bool},
        **{name: _histogram for name, kind in types.items() if kind in (str, str | None)},
        **{name: _over_known(_columns) for name, kind in types.items() if kind == tuple[int, ...]},
        "started_unix_s": _over_known(min),
        "warmup_s": _over_known(max),
        "warmup_slope": _weighted,
        "window_s": _over_known(_mean),
        "errors": _counted,
        "process_cpu_ns": _counted,
        "service_cpu_ns": _counted,
        "error_example": _over_known(max),
        "in_flight_mean": _over_known(sum),
        "server_cpu_source": _over_known(lambda sources: sources[0]),
        "processes": _over_known(max),
        "generator_delay_ns": _over_known(max),
        "generator_idle_s": _over_known(min),  # the busiest one may have limited the load
        "generator_wait_us": _weighted,
        "tick_hz": _over_known(max),
    }


_RULES = _rules()


def without_foreign(measured: Measured) -> Measured:
    """``measured`` without what shows foreign work: CPU time of generators elsewhere would hide it."""
    return replace(measured, busy_ticks=None, steal_ticks=None)
