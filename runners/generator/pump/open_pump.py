"""The open load: requests go out when they are due, whatever became of those before them.

Once a schedule is offered, a connection that was answered is free and waits for an arrival. An arrival
that finds no free connection waits in line with its clock running: latency counts from the instant that a
request was due, so that a stall of the server is felt by every request that was due in it.
"""

from __future__ import annotations

import os
import sys
from array import array
from bisect import bisect_right
from collections import deque
from collections.abc import Callable
from time import monotonic_ns
from typing import Any

import numpy as np
from numpy.typing import NDArray

from results.model import ErrorKind
from runners.generator.pump.connection import Connection
from runners.generator.pump.fleet import UNLIMITED
from runners.generator.pump.off_path import READ_BYTES
from runners.generator.pump.pump import BATCH, Pump
from runners.generator.pump.sockets import READABLE

NEVER_NS = sys.maxsize
EARLY_NS = 1_000_000
"""A poll that blocks ends this long before the next arrival: it may return late by almost as much."""
QUIET_NS = 150_000
"""Other greenlets get their turn where the next arrival is this far away: they take about 20 us."""
PATIENCE_NS = 100_000_000
"""Other greenlets get their turn in any case when they have waited for so long."""
LOOK_NS = 500_000
"""At the end of an open turn, whether all is answered is looked at this often."""


class OpenPump(Pump):
    """A pump that can also follow a schedule: driven as a closed load until one is offered."""

    def __init__(
        self,
        idle: Callable[[], object] = lambda: None,
        *,
        socket_type: Any = None,  # noqa: ANN401 - classes of the standard library
        epoll_type: Any = None,  # noqa: ANN401
    ) -> None:
        super().__init__(idle, socket_type=socket_type, epoll_type=epoll_type)
        self._offering = False
        self._free: deque[Connection] = deque()
        """Connections without a request, used in turn; one that is closed is opened when its turn comes."""
        self._instants = array("q", [NEVER_NS])
        """When requests are due, ascending; the last one never is."""
        self._unsent = 0
        """Index of the next arrival to be sent."""
        self._unseen = 0
        """Index of the next arrival to become due; those from ``_unsent`` on wait for a connection."""
        self._attend_ns = 0
        """When arrivals want to be looked at again."""

    # Schedules.

    def offer(self, offsets_ns: NDArray[np.int64]) -> int:
        """Schedule requests ``offsets_ns`` after now, behind those still in line; returns now, monotonic."""
        if not self._offering:
            self._offering = True
            idle = (*self._resting, *(connection for _, _, connection in self._waiting))
            self._free.extend(connection for connection in idle if not connection.gone)
            self._waiting.clear()
            self._resting, self._send_until = [], UNLIMITED
        begin_ns = monotonic_ns()
        left = self._instants[self._unsent : self._unseen]
        self._instants = left + array("q", (offsets_ns + begin_ns).tobytes()) + array("q", [NEVER_NS])
        self._unsent, self._unseen = 0, len(left)
        self._attend_ns = 0
        return begin_ns

    def open_turn(self, offsets_ns: NDArray[np.int64], patience_ns: int) -> bool:
        """From rest to rest: requests due ``offsets_ns`` after now, and then nothing in flight.

        Whether it was so ``patience_ns`` after now; else some are still in flight or in line.
        """
        begin_ns = self.offer(offsets_ns)
        until_ns = begin_ns + patience_ns
        self.drive(min(begin_ns + int(offsets_ns[-1]) + 1, until_ns))
        while (left := self.in_flight(now := monotonic_ns())[0]) and now < until_ns:
            self.drive(min(now + LOOK_NS, until_ns))
        return not left

    def release(self) -> None:
        """End the load, and the schedule with it."""
        self._withdraw()
        super().release()

    def drain(self, until_ns: int) -> None:
        """Forget what was not sent, and wait for the answers under way until ``until_ns`` at most."""
        for connection in self._free:
            self._close(connection)
        self._withdraw()
        super().drain(until_ns)

    def in_flight(self, now_ns: int) -> tuple[int, int]:
        """(requests due and not answered, sum of the ns since they were due): also those still in line."""
        count, carried_ns = super().in_flight(now_ns)
        line = self._instants[self._unsent : bisect_right(self._instants, now_ns)]
        return count + len(line), carried_ns + now_ns * len(line) - sum(line)

    def leave(self, connection: Connection) -> None:
        """Remove a connection; a request in flight on it is given up and counted nowhere."""
        super().leave(connection)
        if connection in self._free:
            self._free.remove(connection)

    def _withdraw(self) -> None:
        self._offering = False
        self._free.clear()
        self._instants = array("q", [NEVER_NS])
        self._unsent = self._unseen = 0

    # The loop.

    def drive(self, until_ns: int) -> None:
        """Drive all connections until ``until_ns``; what is due before that is sent, or in line, then."""
        (self._follow if self._offering else super().drive)(until_ns)

    def _follow(self, until_ns: int) -> None:
        tally, by_fd, clock, free = self.tally, self._by_fd, monotonic_ns, self._free
        record, vacate, poll, read = tally.latencies_ns.append, free.append, self._epoll.poll, os.read
        awake, idle_ns, waited_ns, received = self._awake, 0, 0, 0
        while (now := clock()) < until_ns:
            if now >= self._attend_ns:
                self._attend(now)
                now = clock()
            if now >= self._due_ns and self._is_quiet(now):
                self._housekeep(now)
                continue
            gap_ns = 0 if awake else min(self._attend_ns, self._due_ns, until_ns) - now
            events = poll(_timeout_s(gap_ns), BATCH)
            self._polled_ns = polled = clock()
            idle_ns += polled - now
            for fd, mask in events:
                connection = by_fd.get(fd)
                if connection is None or mask != READABLE or connection.off_path:
                    self._event_of(connection, mask)
                    continue
                try:
                    data = read(fd, READ_BYTES)
                except OSError as error:
                    self._broken(connection, error)
                    continue
                entry, now = connection.entry, clock()
                elapsed = now - connection.start_ns
                right = data[: entry.cut] in entry.known and data.endswith(entry.tails)
                if not right or elapsed - connection.lag_ns < entry.min_elapsed_ns:
                    self._received(connection, data)
                    continue
                record(elapsed)
                waited_ns += now - polled
                received += len(data)
                connection.entry, connection.start_ns, connection.off_path = entry.next, 0, True
                vacate(connection)
                if now >= self._attend_ns or self._unsent < self._unseen:
                    self._attend(now)
        self._attend(until_ns)
        tally.add(idle_ns=idle_ns, waited_ns=waited_ns, received=received)

    def _event_of(self, connection: Connection | None, mask: int) -> None:
        if connection is not None:  # else an arrival within this batch found it broken
            self._event(connection, mask)

    def _is_quiet(self, now_ns: int) -> bool:
        return self._attend_ns - now_ns >= QUIET_NS or now_ns - self._due_ns >= PATIENCE_NS

    def _attend(self, now_ns: int) -> None:
        """Send what is due by ``now_ns`` as far as connections are free; the rest waits in line."""
        instants, free, lateness_ns = self._instants, self._free, self.tally.lateness_ns
        while free and (intended_ns := instants[self._unsent]) <= now_ns:
            at_ns = monotonic_ns()
            if self._unsent == self._unseen:
                lateness_ns.append(at_ns - intended_ns)
                self._unseen += 1
            self._unsent += 1
            self._launch(free.popleft(), intended_ns, at_ns)
        at_ns = monotonic_ns()
        while (intended_ns := instants[self._unseen]) <= now_ns:
            lateness_ns.append(at_ns - intended_ns)
            self.tally.in_line += 1
            self._unseen += 1
        self._attend_ns = intended_ns

    def _launch(self, connection: Connection, intended_ns: int, at_ns: int) -> None:
        """Send on a free connection; its clock runs since ``intended_ns``."""
        connection.start_ns, connection.lag_ns = intended_ns, at_ns - intended_ns
        if connection.sock is None:
            self._open(connection)
        else:
            connection.off_path = False
            self._send(connection)

    # What a connection does next, where Pump and Fleet would send.

    def _go_on(self, connection: Connection, *, keep_alive: bool) -> None:
        if not self._offering:
            super()._go_on(connection, keep_alive=keep_alive)
            return
        connection.start_ns, connection.off_path = 0, True
        if keep_alive:
            connection.fresh = False
        else:
            self._close(connection)
        self._vacate(connection)

    def _open_at(self, when_ns: int, connection: Connection) -> None:
        if self._offering:
            self._vacate(connection)  # an arrival opens it: the schedule sets the pace of errors as well
        else:
            super()._open_at(when_ns, connection)

    def _vacate(self, connection: Connection) -> None:
        self._free.append(connection)
        if self._unsent < self._unseen:
            self._attend_ns = 0

    def _give_up(self, begun_before_ns: int) -> None:
        """Give up late answers, and arrivals that waited in line for as long."""
        while self._unsent < self._unseen and (due_ns := self._instants[self._unsent]) < begun_before_ns:
            self._unsent += 1
            self.tally.error(ErrorKind.TIMEOUT, "no connection was free in time", monotonic_ns() - due_ns)
        super()._give_up(begun_before_ns)


def _timeout_s(gap_ns: int) -> float:
    """How long a poll may block before something that is ``gap_ns`` away; 0 where it is too near."""
    whole_ms = (gap_ns - EARLY_NS) // 1_000_000
    return max(whole_ms - 0.5, 0) / 1e3  # epoll takes whole milliseconds, and Python rounds up
