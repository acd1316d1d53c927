"""One trial, of closed or open load: warm-up, one window, and what it gave."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from runners.errors import LoadError
from runners.generator.messages import Measured, Order
from runners.generator.pump.connection import Address
from runners.generator.pump.open_pump import OpenPump
from runners.generator.pump.pump import Pump
from runners.generator.pump.ring import Ring
from runners.generator.pump.tally import Tally
from runners.generator.window import warm_up
from runners.generator.window.arrivals import Schedules
from runners.generator.window.edges import Edge, Meters
from runners.generator.window.measurement import measured_of, open_load_facts
from runners.generator.window.no_answer import no_right_answer
from runners.http.address import Endpoint
from scenarios.exchange import Exchange

QUARTERS = 4
"""Parts of a window whose answers are counted apart: they show drift."""
DRAIN_S = 10.0
"""Answers under way at the end are waited for this long, so that the next trial finds an idle server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a trial gave: the measurement to be recorded, and single latencies for Locust's statistics."""

    measured: Measured
    tally: Tally
    begun_ns: int
    """Begin of the window, monotonic."""


def measure(
    pump: OpenPump,
    order: Order,
    exchanges: Sequence[Exchange],
    *,
    meet: Callable[[Pump], object] = lambda _: None,
) -> Outcome:
    """Measure ``order`` on the connections that the pump has; raises LoadError without a right answer.

    ``meet`` is called once the load has settled; it drives the pump until the load of all generators has.
    """
    meters = Meters.for_order(order)
    schedules = None if order.rate_rps is None else Schedules.draw(order, order.rate_rps)
    ring = Ring(exchanges, str(Endpoint(order.host, order.port)))
    address = Address.resolve(order.host, order.port)
    pump.aim(address, ring, timeout_s=order.deadline_s, reuse=order.reuse, awake=order.awake)
    try:
        with without_collector():
            warm = warm_up.warm_up(pump, order, ring, schedules, meet)
            begin, tally, end = _window(pump, order, meters, schedules)
    finally:
        pump.tally = Tally()  # what is answered from here on is no part of the window
        pump.drain(time.monotonic_ns() + round(DRAIN_S * 1e9))
        pump.release()
    if not tally.right:
        raise no_right_answer(order, tally, "no right answer in the window")
    measured = measured_of(warm, tally, [(begin, end)], meters)
    if schedules is not None:
        measured = replace(measured, **open_load_facts(tally))
    return Outcome(measured=measured, tally=tally, begun_ns=begin.at_ns)


def longest_s(order: Order) -> float:
    """How long ``measure`` takes at most, if nothing hangs but the server, and nobody is met."""
    return warm_up.longest_s(order) + order.window_s + DRAIN_S


@contextmanager
def without_collector() -> Iterator[None]:
    """Keep the garbage collector from pausing the load: no cycles are made, so it has nothing to collect."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


def _window(
    pump: OpenPump, order: Order, meters: Meters, schedules: Schedules | None
) -> tuple[Edge, Tally, Edge]:
    begin = meters.read(pump)
    pump.tally, pump.stood_still_ns = (tally := Tally()), 0
    # Reading takes a millisecond: the schedule begins after it.
    begun_ns = begin.at_ns if schedules is None else pump.offer(schedules.window_ns)
    for quarter in range(1, QUARTERS + 1):
        before = tally.right
        warm_up.drive(pump, begun_ns + round(order.window_s * 1e9 * quarter / QUARTERS))
        tally.quarters.append(tally.right - before)
    end = meters.read(pump)
    if pump.stood_still_ns:
        raise LoadError(
            f"{order.scenario} at {Endpoint(order.host, order.port)}: the generator stood still for "
            f"{pump.stood_still_ns / 1e9:.1f} s of its window",
            remedy="was the container paused, the machine suspended or overloaded? measure it again",
        )
    return begin, tally, end
