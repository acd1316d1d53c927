"""The pump: one loop that drives all connections of a process, as fast as Python can.

``Pump.drive`` holds the hot loop. An answer that arrives whole, with a head found right before and the
expected bytes behind it, is compared, counted and followed by the next request right there. Everything
else leaves the loop: answers for ``OffPath``, connections to be opened and what is late for ``Fleet``,
requests too large for one send and errors for ``Sockets``.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from time import monotonic_ns

from runners.generator.pump.fleet import RETRY_NS
from runners.generator.pump.off_path import READ_BYTES, OffPath
from runners.generator.pump.sockets import READABLE

BATCH = 1024
"""Events taken from one poll at most."""


class Pump(OffPath):
    """Users join and leave; a load is aimed, mustered, driven, drained and released."""

    def drive(self, until_ns: int) -> None:
        """Drive all connections until the first batch of events that ends at or after ``until_ns``."""
        # Locals only: the inner loop runs 100,000 times a second, and every attribute costs.
        tally, by_fd, clock = self.tally, self._by_fd, monotonic_ns
        poll, read, write = self._epoll.poll, os.read, os.write
        record = tally.latencies_ns.append
        idle_ns = waited_ns = received = sent = 0
        while (now := clock()) < until_ns:
            if now >= self._due_ns:
                self._keep_house(now)
                continue
            events = poll((min(until_ns, self._due_ns) - now) / 1e9, BATCH)
            self._polled_ns = polled = clock()
            idle_ns += polled - now
            for fd, mask in events:
                connection = by_fd[fd]
                if mask != READABLE or connection.off_path:
                    self._event(connection, mask)
                    continue
                try:
                    data = read(fd, READ_BYTES)
                except OSError as error:
                    self._broken(connection, error)
                    continue
                entry = connection.entry
                now = clock()
                elapsed = now - connection.start_ns
                if not (
                    data[: entry.cut] in entry.known
                    and data.endswith(entry.tail)
                    and elapsed >= entry.min_elapsed_ns
                ):
                    self._received(connection, data)
                    continue
                record(elapsed)
                waited_ns += now - polled
                received += len(data)
                connection.entry = entry = entry.next
                connection.start_ns = now
                try:
                    taken = write(fd, entry.request)
                except OSError as error:
                    self._unsendable(connection, error)
                    continue
                sent += taken
                if taken != entry.size:
                    self._send_later(connection, entry.request[taken:])
        tally.idle_ns += idle_ns
        tally.waited_ns += waited_ns
        tally.received += received
        tally.sent += sent

    def muster(self, until_ns: int, is_hopeless: Callable[[], bool] = lambda: False) -> bool:
        """Have every connection answered once, and only then let all of them go on; True where all were.

        A server that accepts one connection per turn of its loop (uvloop does) would else starve those
        that come late: its turns get the longer, the more connections are already served.
        """
        self._answered = []
        while not (done := all(connection.answered for connection in self.connections)):
            now = monotonic_ns()
            if now >= until_ns or is_hopeless():
                break
            self.drive(min(now + RETRY_NS, until_ns))
        self.resume()
        return done

    def pause(self, until_ns: int) -> None:
        """Let all be answered and keep the connections; none sends until ``resume``.

        What is not answered by ``until_ns`` stays in flight.
        """
        self._answered = []
        for connection in self.connections:
            connection.off_path = True  # as in drain: every answer passes _proceed, which holds it back
        while self.in_flight(now := monotonic_ns())[0] and now < until_ns:
            self.drive(min(now + RETRY_NS, until_ns))

    def resume(self) -> None:
        """Have all connections that were held back go on, at once."""
        held, self._answered = self._answered or [], None
        for connection in held:
            if not connection.gone:
                self._go_on(connection, keep_alive=connection.sock is not None)

    def drain(self, until_ns: int) -> None:
        """Send nothing more, and wait for the answers under way until ``until_ns`` at most."""
        self._stopping = True
        self._waiting.clear()
        for connection in self.connections:
            connection.off_path = True  # so that every answer passes _proceed, which sends no more
        while self._by_fd and (now := monotonic_ns()) < until_ns:
            self.drive(min(now + RETRY_NS, until_ns))
