"""One trial, of closed or open load: warm-up, one window, and what it gave."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np

from results.histogram import Latency
from runners.errors import LoadError
from runners.generator.messages import Measured, Order
from runners.generator.pump.connection import Address
from runners.generator.pump.open_pump import OpenPump
from runners.generator.pump.pump import Pump
from runners.generator.pump.ring import Ring
from runners.generator.pump.tally import Tally
from runners.generator.window import watched
from runners.generator.window.edges import Edge, Meters
from runners.generator.window.open_trial import Schedules, facts
from runners.processes.accounting import ServerClock
from scenarios.exchange import Exchange

QUARTERS = 4
"""Parts of a window whose answers are counted apart: they show drift."""
ROUNDS = 3
"""Answers per connection, on average, before a window opens."""
STEP_NS = 5_000_000
"""A warm-up that is not settled looks again this often."""
LEARN_S = 10.0
"""A warm-up is prolonged by this much at most until every entry of the ring is known."""
DRAIN_S = 10.0
"""Answers still under way at the end are waited for this long: the next trial finds an idle server."""
SLOW = "ask for a longer window (--duration) or fewer connections: a round of answers takes longer than it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a trial gave: the facts to be recorded, and the single latencies for Locust's statistics."""

    measured: Measured
    tally: Tally
    begun_ns: int
    """Begin of the window, monotonic."""


@dataclass(frozen=True, slots=True)
class Warm:
    """A warm-up that is over."""

    started_unix_s: float
    seconds: float
    slope: float | None


def measure(
    pump: OpenPump,
    order: Order,
    exchanges: Sequence[Exchange],
    *,
    meet: Callable[[Pump], object] = lambda _: None,
) -> Outcome:
    """Measure ``order`` on the connections that the pump has; raises LoadError without a right answer.

    ``meet`` is called once the load has settled, and drives the pump until all generators of it are so far.
    """
    server = None if order.server_pid is None else ServerClock(order.server_pid, order.cgroup)
    meters = Meters(server=server, cpus=order.cpus)
    schedules = None if order.rate_rps is None else Schedules.of(order, order.rate_rps)
    ring = Ring(exchanges, f"{order.host}:{order.port}")
    pump.aim(Address.resolve(order.host, order.port), ring, timeout_s=order.deadline_s, reuse=order.reuse)
    try:
        with without_collector():
            warm = warm_up(pump, order, ring, schedules, meet)
            begin, tally, end = _window(pump, order, meters, schedules)
    finally:
        pump.tally = Tally()  # what is answered from here on is no part of the window
        pump.drain(time.monotonic_ns() + round(DRAIN_S * 1e9))
        pump.release()
    if not tally.latencies_ns:
        raise nothing(order, tally, "no right answer in the window")
    measured = measured_of(warm, tally, [(begin, end)], meters)
    if schedules is not None:
        measured = replace(measured, **facts(tally))
    return Outcome(measured=measured, tally=tally, begun_ns=begin.at_ns)


@contextmanager
def without_collector() -> Iterator[None]:
    """Keep the garbage collector from pausing the load: it has nothing to find, no cycles are made."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


def warm_up(
    pump: OpenPump,
    order: Order,
    ring: Ring,
    schedules: Schedules | None,
    meet: Callable[[Pump], object],
) -> Warm:
    """Have every connection answered, then drive until the time is over and the load has settled.

    An open load is settled first, as a closed one, and then warmed up at its own rate.
    """
    started_unix_s, begun_ns = time.time(), time.monotonic_ns()
    _muster(pump, order)
    if schedules is None:
        slope = _halves(pump, order, time.monotonic_ns())
        _settle(pump, order, ring)
        meet(pump)
    else:
        pump.tally = Tally()
        _settle(pump, order, ring)
        meet(pump)
        slope = _halves(pump, order, pump.offer(schedules.warmup_ns))
    return Warm(started_unix_s, (time.monotonic_ns() - begun_ns) / 1e9, slope)


def _halves(pump: Pump, order: Order, begun_ns: int) -> float | None:
    """Drive for the length of the warm-up; how its second half differs from its first."""
    pump.tally = tally = Tally()
    length_ns = round(order.warmup_s * 1e9)
    pump.drive(begun_ns + length_ns // 2)
    first = len(tally.latencies_ns)
    pump.drive(begun_ns + length_ns)
    return (len(tally.latencies_ns) - first) / first - 1 if first else None


def _settle(pump: Pump, order: Order, ring: Ring) -> None:
    """Drive until there were enough answers for a window to open; raises LoadError without a right one."""
    begun_ns = time.monotonic_ns()
    while _to_come(pump, order, ring, (time.monotonic_ns() - begun_ns) / 1e9):
        pump.drive(time.monotonic_ns() + STEP_NS)
    if not pump.tally.latencies_ns:
        raise nothing(order, pump.tally, "no right answer in the warm-up")


def _muster(pump: Pump, order: Order) -> None:
    """Have every connection answered once; raises LoadError where one is not, or where all give errors."""
    pump.tally = tally = Tally()
    count = len(pump.connections)

    def answered() -> int:
        return sum(connection.answered for connection in pump.connections)

    until_ns = time.monotonic_ns() + round((order.warmup_s + order.deadline_s) * 1e9)
    if not pump.ask_all_once(until_ns, lambda: tally.errors.total() >= count and not answered()):
        raise nothing(
            order, tally, f"{count - answered()} of {count} connections got no answer in the warm-up"
        )


def _to_come(pump: Pump, order: Order, ring: Ring, late_s: float) -> bool:
    """Whether the window must wait, first for rounds, then for what is to be learnt of the ring."""
    connections = len(pump.connections)
    answers = len(pump.tally.latencies_ns) + pump.tally.errors["wrong-answer"]
    if answers < ROUNDS * connections:
        return late_s < order.deadline_s
    return answers < len(ring.entries) + connections and late_s < LEARN_S


def _window(
    pump: OpenPump, order: Order, meters: Meters, schedules: Schedules | None
) -> tuple[Edge, Tally, Edge]:
    begin = meters.read(pump)
    pump.tally = tally = Tally()
    # Reading takes a millisecond: what is due begins behind it.
    begun_ns = begin.at_ns if schedules is None else pump.offer(schedules.window_ns)
    for quarter in range(1, QUARTERS + 1):
        before = len(tally.latencies_ns)
        pump.drive(begun_ns + round(order.window_s * 1e9 * quarter / QUARTERS))
        tally.quarters.append(len(tally.latencies_ns) - before)
    return begin, tally, meters.read(pump)


def measured_of(warm: Warm, tally: Tally, spans: Sequence[tuple[Edge, Edge]], meters: Meters) -> Measured:
    """What the windows between ``spans`` gave together; ``tally`` counted in all of them and nowhere else."""
    latencies_ns = np.array(tally.latencies_ns, dtype=np.int64)
    latency = Latency()
    latency.record_ns(latencies_ns)
    window_ns = sum(end.at_ns - begin.at_ns for begin, end in spans)
    carried_ns = sum(end.carried_ns - begin.carried_ns for begin, end in spans)
    # Every request in flight within the window: those that ended in it, from before its begin too,
    # and those that did not end, less what lies before.
    in_flight_ns = int(latencies_ns.sum()) + tally.failed_ns + carried_ns
    return Measured(
        started_unix_s=warm.started_unix_s,
        warmup_s=warm.seconds,
        warmup_slope=warm.slope,
        requests=len(latencies_ns),
        errors=dict(tally.errors),
        error_example=tally.example,
        stale=tally.stale,
        connections_opened=tally.connections_opened,
        bytes_received=tally.received,
        bytes_sent=tally.sent,
        latency=latency.encode(),
        in_flight_mean=in_flight_ns / window_ns,
        quarters=tuple(tally.quarters),
        checked_full=tally.checked_full,
        generator_idle_s=tally.idle_ns / 1e9,
        generator_wait_us=tally.waited_ns / len(latencies_ns) / 1e3,
        **watched.facts(tally),
        **meters.over(spans),
    )


def nothing(order: Order, tally: Tally, what: str) -> LoadError:
    """The error of a trial that cannot go on for want of right answers."""
    errors = ", ".join(f"{kind} {count}" for kind, count in sorted(tally.errors.items())) or "none"
    example = f"; first: {tally.example}" if tally.example else ""
    return LoadError(
        f"{order.scenario} at {order.host}:{order.port}: {what} (errors: {errors}{example})",
        remedy="look at the server's log, and try `hotlap verify` on this stack" if tally.errors else SLOW,
    )
