"""The warm-up of a trial: every connection answered, the time over, and the load settled."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from results.model import ErrorKind
from runners.generator.messages import Order
from runners.generator.pump.open_pump import OpenPump
from runners.generator.pump.pump import Pump
from runners.generator.pump.ring import Ring
from runners.generator.pump.tally import Tally
from runners.generator.window.arrivals import Schedules
from runners.generator.window.no_answer import no_right_answer, silent

SETTLED_ROUNDS = 3
"""Answers per connection, on average, before a window opens."""
STEP_NS = 5_000_000
"""While something is waited for, the pump is driven for this long between two looks."""
SERVED_ON_S = 2.0
"""Where some connections were answered and others hang, the former are asked again for so long at most."""
SLICE_NS = 20_000_000
"""A pump is driven for so long before one looks what came, and whether it keeps too many durations."""
LEARNING_S = 2.0
"""A warm-up is prolonged by this much at most, until every entry of the ring has been answered.

Only below some 1,300 answers a second a wide ring takes longer. What is left of it is checked in full when it
is first answered, at some 50 to 100 us: less than a tenth of the generator's time, as it idles at such rates.
"""
LEARNING_RPS = 700.0
"""At fewer answers a second a warm-up is not prolonged for that: it would learn little of a wide ring, and to
check each answer in full takes 4 to 7% of the generator's time at most."""


@dataclass(frozen=True, slots=True)
class WarmUp:
    """What a warm-up was like."""

    started_unix_s: float
    seconds: float
    slope: float | None
    rate_rps: float
    """Answers a second of its closed load, entries that were learnt among them."""


def warm_up(
    pump: OpenPump,
    order: Order,
    ring: Ring,
    schedules: Schedules | None,
    meet: Callable[[Pump], object],
) -> WarmUp:
    """Have every connection answered, then drive until the time is over and the load has settled.

    An open load is settled first, as a closed one, comes to rest, and is then warmed up at its own rate.
    """
    started_unix_s, begun_ns = time.time(), time.monotonic_ns()
    answer_all_once(pump, order)
    if schedules is None:
        closed_ns = time.monotonic_ns()
        slope = _drive_halves(pump, order, closed_ns)
        rate_rps = _settle(pump, order, ring, closed_ns)
        meet(pump)
    else:
        pump.tally = Tally()
        rate_rps = _settle(pump, order, ring, time.monotonic_ns())
        meet(pump)
        # else what is under way would be answered within the window, and others would wait behind it
        pump.pause(time.monotonic_ns() + round(order.deadline_s * 1e9))
        slope = _drive_halves(pump, order, pump.offer(schedules.warmup_ns))
    return WarmUp(started_unix_s, (time.monotonic_ns() - begun_ns) / 1e9, slope, rate_rps)


def longest_s(order: Order) -> float:
    """How long ``warm_up`` takes at most, if nothing hangs but the server."""
    answered_s = order.warmup_s + order.deadline_s + SERVED_ON_S
    settled_s = max(order.deadline_s, LEARNING_S)
    at_rest_s = 0.0 if order.rate_rps is None else order.deadline_s
    return answered_s + order.warmup_s + settled_s + at_rest_s


def _drive_halves(pump: Pump, order: Order, begun_ns: int) -> float | None:
    """Drive for the length of the warm-up; how its second half differs from its first."""
    pump.tally = tally = Tally()
    length_ns = round(order.warmup_s * 1e9)
    drive(pump, begun_ns + length_ns // 2)
    first = tally.right
    drive(pump, begun_ns + length_ns)
    return (tally.right - first) / first - 1 if first else None


def drive(pump: Pump, until_ns: int) -> None:
    """Drive until ``until_ns`` in memory that does not grow with the time that it takes.

    Also where that has passed already: what was due before it is attended to all the same.
    """
    slice_ns = 0
    while slice_ns < until_ns:
        slice_ns = min(time.monotonic_ns() + SLICE_NS, until_ns)
        pump.drive(slice_ns)
        pump.look()
        pump.tally.fold_surplus()


def _settle(pump: Pump, order: Order, ring: Ring, counted_ns: int) -> float:
    """Drive until there were enough answers for a window to open; raises LoadError without a right one.

    Returns answers a second since ``counted_ns``, from which on the pump's counts are.
    """
    begun_ns = time.monotonic_ns()
    while _is_unsettled(pump, order, ring, begun_ns, counted_ns):
        pump.drive(time.monotonic_ns() + STEP_NS)
    if not pump.tally.right:
        raise no_right_answer(order, pump.tally, "no right answer in the warm-up")
    return _rate_rps(pump, counted_ns)


def _rate_rps(pump: Pump, counted_ns: int) -> float:
    return _answers(pump) * 1e9 / (time.monotonic_ns() - counted_ns)


def _answers(pump: Pump) -> int:
    return pump.tally.right + pump.tally.errors[ErrorKind.WRONG_ANSWER]


def answer_all_once(pump: Pump, order: Order) -> None:
    """Have every connection answered once; raises LoadError where one is not, or where all give errors."""
    pump.tally = tally = Tally()
    count = len(pump.connections)

    def answered() -> int:
        return sum(connection.answered for connection in pump.connections)

    until_ns = time.monotonic_ns() + round((order.warmup_s + order.deadline_s) * 1e9)
    if not pump.ask_all_once(until_ns, lambda: tally.errors.total() >= count and not answered()):
        served = answered()
        raise silent(
            order,
            tally,
            f"{count - served} of {count} connections got no answer in the warm-up",
            answered=served if _are_others_served(pump, tally) else None,
        )


def _are_others_served(pump: Pump, tally: Tally) -> bool:
    """Whether connections are served on while others hang; else the server hangs, died or refused some."""
    if not set(tally.errors) <= {ErrorKind.TIMEOUT}:
        return False
    pump.tally = later = Tally()
    until_ns = time.monotonic_ns() + round(SERVED_ON_S * 1e9)
    while not later.latencies_ns and time.monotonic_ns() < until_ns:
        pump.drive(time.monotonic_ns() + STEP_NS)
    return bool(later.latencies_ns)


def _is_unsettled(pump: Pump, order: Order, ring: Ring, begun_ns: int, counted_ns: int) -> bool:
    """Whether the window must wait: for answers per connection, then for answers to the whole ring."""
    connections, answers = len(pump.connections), _answers(pump)
    late_s = (time.monotonic_ns() - begun_ns) / 1e9
    if answers < SETTLED_ROUNDS * connections:
        return late_s < order.deadline_s
    if answers >= len(ring.entries) + connections:
        return False
    return late_s < LEARNING_S and _rate_rps(pump, counted_ns) >= LEARNING_RPS
