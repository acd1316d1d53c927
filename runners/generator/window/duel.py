"""One duel: two servers loaded in turn from one process, never at the same time, for short windows.

What disturbs the machine for longer than a window meets both sides alike. Each side is warmed up and its
ring learnt once; then the windows alternate, and between its own each side rests: all it was asked is
answered, its connections are kept, and it is asked nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from runners.errors import DuelError, LoadError
from runners.generator.messages import Duel, Order
from runners.generator.pump.connection import Address
from runners.generator.pump.open_pump import OpenPump
from runners.generator.pump.ring import Ring
from runners.generator.pump.tally import Tally
from runners.generator.window.edges import Edge, Meters
from runners.generator.window.trial import (
    DRAIN_S,
    QUARTERS,
    Outcome,
    Warm,
    measured_of,
    nothing,
    warm_up,
    without_collector,
)
from runners.processes.accounting import ServerClock
from scenarios.exchange import Exchange

T = TypeVar("T")


class LoadedServer:
    """One side of a duel: its pump, and what its windows gave until now."""

    def __init__(self, pump: OpenPump, order: Order, exchanges: Sequence[Exchange], place: int) -> None:
        server = None if order.server_pid is None else ServerClock(order.server_pid, order.cgroup)
        self.pump, self.order, self.place = pump, order, place
        self._meters = Meters(server=server, cpus=order.cpus)
        self._ring = Ring(exchanges, f"{order.host}:{order.port}")
        self._tally = Tally()
        self._spans: list[tuple[Edge, Edge]] = []
        self._counts: list[int] = []
        self._warm: Warm | None = None

    def warm(self) -> None:
        """Warm the server up, and let it rest."""
        address = Address.resolve(self.order.host, self.order.port)
        self.pump.aim(address, self._ring, timeout_s=self.order.deadline_s)
        self._warm = warm_up(self.pump, self.order, self._ring, None, lambda _: None)
        self._rest()

    def window(self, slice_s: float, drop_s: float) -> None:
        """Take one window, of which the first ``drop_s`` are not counted, and rest again."""
        begun_ns, before = time.monotonic_ns(), len(self._tally.latencies_ns)
        self.pump.resume()
        self.pump.drive(begun_ns + round(drop_s * 1e9))
        begin = self._meters.read(self.pump)
        self.pump.tally = self._tally
        self.pump.drive(begun_ns + round(slice_s * 1e9))
        self.pump.tally = Tally()
        self._spans.append((begin, self._meters.read(self.pump)))
        self._counts.append(len(self._tally.latencies_ns) - before)
        self._rest()

    def release(self) -> None:
        """Close all connections, once what is under way is answered."""
        self._rest()
        self.pump.release()

    def outcome(self) -> Outcome:
        """All windows added up; raises LoadError without a right answer in them."""
        if self._warm is None or not self._tally.latencies_ns:
            raise nothing(self.order, self._tally, "no right answer in the windows")
        self._tally.quarters = quarters(self._counts)
        measured = measured_of(self._warm, self._tally, self._spans, self._meters)
        return Outcome(measured=measured, tally=self._tally, begun_ns=self._spans[0][0].at_ns)

    def _rest(self) -> None:
        self.pump.tally = Tally()
        self.pump.pause(time.monotonic_ns() + round(DRAIN_S * 1e9))


def quarters(counts: Sequence[int]) -> list[int]:
    """Answers by quarter of all windows, in their order; empty where they do not divide by four."""
    each, rest = divmod(len(counts), QUARTERS)
    if rest or not each:
        return []
    return [sum(counts[at : at + each]) for at in range(0, len(counts), each)]


def duel(
    pumps: tuple[OpenPump, OpenPump],
    order: Duel,
    exchanges_of: Callable[[str, int], Sequence[Exchange]],
) -> tuple[Outcome, Outcome]:
    """Measure the two servers of ``order``; raises DuelError, naming the place of the one at fault."""
    corners = [
        LoadedServer(pump, side, exchanges_of(side.scenario, side.seed), place)
        for place, (pump, side) in enumerate(zip(pumps, (order.first, order.second), strict=True))
    ]
    try:
        with without_collector():
            for corner in corners:
                _of(corner, corner.warm)
            for _ in range(order.rounds):
                for corner in corners:
                    corner.window(order.slice_s, order.drop_s)
    finally:
        for corner in corners:
            corner.release()
    first, second = (_of(corner, corner.outcome) for corner in corners)
    return first, second


def _of(corner: LoadedServer, act: Callable[[], T]) -> T:
    """What ``act`` of ``corner`` gives; raises DuelError that names its place."""
    try:
        return act()
    except LoadError as error:
        raise DuelError(error.message, remedy=error.remedy, place=corner.place) from error
