"""One server of a relay: its connections, which all of its legs use, and what it does while it rests."""

from __future__ import annotations

import time
from dataclasses import dataclass

from runners.errors import RestlessError
from runners.generator.messages import Order
from runners.generator.pump.connection import Address, Place
from runners.generator.pump.open_pump import OpenPump
from runners.generator.pump.ring import Ring
from runners.generator.pump.tally import Tally
from runners.generator.window.edges import Edge, Meters
from runners.generator.window.no_answer import silent
from runners.generator.window.trial import DRAIN_S
from runners.generator.window.warm_up import answer_all_once

BUSY_AT_REST = 0.25
"""A server that keeps this share of a CPU busy between turns leaves the relay: it slows the others."""
BUSY_LOOK_S = 1.0
"""Rest that a server has had, in all, before it is judged by that."""


@dataclass(slots=True)
class Rest:
    """Rest behind the turns of one leg, until the server's next turn, whichever leg takes it."""

    ns: int = 0
    cpu_ns: int | None = 0
    """That the server used in it; None where that was not measured."""

    def add(self, since: Edge, until: Edge) -> None:
        """Some more of it."""
        self.ns += until.at_ns - since.at_ns
        if self.cpu_ns is None or since.server_cpu_ns is None or until.server_cpu_ns is None:
            self.cpu_ns = None
        else:
            self.cpu_ns += until.server_cpu_ns - since.server_cpu_ns


class RelayServer:
    """A server, the pump that loads it, and its rest.

    Its legs walk rings of their own on the same connections, so that it has no more than each leg asks for.
    """

    def __init__(self, pump: OpenPump, order: Order) -> None:
        self.pump = pump
        self.meters = Meters.for_order(order)
        self._ring: Ring | None = None
        """What is asked; None where connections must be opened anew first."""
        self._places: dict[Ring, tuple[Place, ...]] = {}
        """Where connections were in the rings that are not asked."""
        self._rested: tuple[Edge, Rest] | None = None
        """Since when nothing was asked of it, and whose rest that is; None before its first turn."""
        self._all_rest = Rest()

    def aim(self, order: Order, ring: Ring) -> None:
        """Begin to ask ``ring``, on new connections."""
        self._leave_ring()
        address = Address.resolve(order.host, order.port)
        self.pump.aim(address, ring, timeout_s=order.deadline_s, reuse=order.reuse, awake=order.awake)
        self._ring = ring

    def turn_to(self, order: Order, ring: Ring) -> None:
        """Ask ``ring`` from now on, each connection from where it was in it; all are at rest.

        Raises LoadError where connections must be opened for it and are not answered.
        """
        if ring is self._ring:
            return
        pump, is_open = self.pump, self._ring is not None
        if is_open:
            self._leave_ring()
        else:
            self.aim(order, ring)
        pump.walk(ring, self._places.pop(ring))
        self._ring = ring
        if not is_open:
            answer_all_once(pump, order)
            self.must_rest(order)

    def give_up(self) -> None:
        """Forget the leg that is asked, which failed: where it left no rest, the next opens connections."""
        self._rested = None
        if self.pump.in_flight(time.monotonic_ns())[0]:
            self._ring = None

    def must_rest(self, order: Order) -> None:
        """Wait until all is answered; raises LoadError where it is not."""
        self.pump.pause(time.monotonic_ns() + round(DRAIN_S * 1e9))
        waiting, _ = self.pump.in_flight(time.monotonic_ns())
        if waiting:
            raise silent(
                order, self.pump.tally, f"{waiting} requests had no answer {DRAIN_S:g} s after a turn"
            )

    def begin_rest(self, end: Edge, rest: Rest) -> None:
        """Nothing is asked from the edge ``end`` on: ``rest`` is that of the leg whose turn is over."""
        self._rested = end, rest

    def end_rest(self) -> Edge:
        """The edge at which a turn may begin; raises RestlessError where the server was too busy at rest."""
        begin = self.meters.read(self.pump)
        if self._rested is not None:
            end, rest = self._rested
            must_keep_processes(end, begin)
            rest.add(end, begin)
            self._all_rest.add(end, begin)
            self._must_be_idle()
        return begin

    def release(self) -> None:
        """Close all connections, once what is under way is answered."""
        self.pump.tally = Tally()
        self.pump.pause(time.monotonic_ns() + round(DRAIN_S * 1e9))
        self.pump.release()

    def _leave_ring(self) -> None:
        if self._ring is not None:
            self._places[self._ring] = self.pump.places()

    def _must_be_idle(self) -> None:
        rest = self._all_rest
        if rest.cpu_ns is None or rest.ns <= BUSY_LOOK_S * 1e9:
            return
        if (busy := rest.cpu_ns / rest.ns) > BUSY_AT_REST:
            raise RestlessError(
                f"the server kept {busy:.0%} of a CPU busy while it was asked nothing",
                remedy="look for a thread or a timer of its own that never rests",
            )


def must_keep_processes(before: Edge, after: Edge) -> None:
    """Raise RestlessError where the server started or lost a process: what it used is not known then."""
    started, lost = len(after.pids - before.pids), len(before.pids - after.pids)
    if started or lost:
        raise RestlessError(
            f"the server started {started} and lost {lost} processes while it took turns",
            remedy="look in its log for workers that were restarted; --heat 1 measures it on its own",
        )
