"""One duel: two servers loaded in turn from one process, never at the same time, for short windows.

A disturbance of the machine that lasts longer than a window meets both servers alike. Each server is warmed
up and its ring learnt once; then their windows alternate. Between its windows a server rests: every request
is answered, its connections are kept, and nothing is sent to it.
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
from runners.generator.window.measurement import measured_of
from runners.generator.window.no_answer import no_right_answer
from runners.generator.window.trial import DRAIN_S, QUARTERS, Outcome, without_collector
from runners.generator.window.warm_up import WarmUp, warm_up
from scenarios.exchange import Exchange

T = TypeVar("T")


class LoadedServer:
    """One server of a duel: the pump that loads it, and what its windows gave until now."""

    def __init__(self, pump: OpenPump, order: Order, exchanges: Sequence[Exchange], place: int) -> None:
        self.pump, self.order, self.place = pump, order, place
        self._meters = Meters.for_order(order)
        self._ring = Ring(exchanges, f"{order.host}:{order.port}")
        self._tally = Tally()
        self._spans: list[tuple[Edge, Edge]] = []
        self._counts: list[int] = []
        self._warm: WarmUp | None = None

    def warm(self) -> None:
        """WarmUp the server up, and let it rest."""
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
            raise no_right_answer(self.order, self._tally, "no right answer in the windows")
        self._tally.quarters = quarters(self._counts)
        measured = measured_of(self._warm, self._tally, self._spans, self._meters)
        return Outcome(measured=measured, tally=self._tally, begun_ns=self._spans[0][0].at_ns)

    def _rest(self) -> None:
        self.pump.tally = Tally()
        self.pump.pause(time.monotonic_ns() + round(DRAIN_S * 1e9))


def quarters(counts: Sequence[int]) -> list[int]:
    """Answers by quarter of all windows, in their order; empty where they do not divide by four."""
    length, rest = divmod(len(counts), QUARTERS)
    if rest or not length:
        return []
    return [sum(counts[begin : begin + length]) for begin in range(0, len(counts), length)]


def duel(
    pumps: tuple[OpenPump, OpenPump],
    order: Duel,
    exchanges_of: Callable[[str, int], Sequence[Exchange]],
) -> tuple[Outcome, Outcome]:
    """Measure the two servers of ``order``; raises DuelError that names the place of the server at fault."""
    servers = [
        LoadedServer(pump, side, exchanges_of(side.scenario, side.seed), place)
        for place, (pump, side) in enumerate(zip(pumps, (order.first, order.second), strict=True))
    ]
    try:
        with without_collector():
            for server in servers:
                _naming_place(server, server.warm)
            for _ in range(order.rounds):
                for server in servers:
                    server.window(order.slice_s, order.drop_s)
    finally:
        for server in servers:
            server.release()
    first, second = (_naming_place(server, server.outcome) for server in servers)
    return first, second


def _naming_place(server: LoadedServer, act: Callable[[], T]) -> T:
    """Have ``act`` of ``server`` done; raises DuelError that names the place of ``server``."""
    try:
        return act()
    except LoadError as error:
        raise DuelError(error.message, remedy=error.remedy, place=server.place) from error
