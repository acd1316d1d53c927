"""The pump: one loop that drives all connections of a process, as fast as Python can.

``Pump.drive`` holds the hot loop. An answer that arrives whole, with a head found right before and the
expected bytes behind it, is compared, counted and followed by the next request right there. The loop runs
100,000 times a second, and every attribute costs: hence its many local variables. Everything else leaves
it: answers go to ``OffPath``, connections to be opened and late requests to ``Fleet``, requests too large
for one send and errors to ``Sockets``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from random import Random
from time import monotonic_ns

from runners.generator.pump.fleet import RETRY_NS, UNLIMITED
from runners.generator.pump.off_path import READ_BYTES, OffPath
from runners.generator.pump.ring import RingEntry
from runners.generator.pump.sockets import READABLE

BATCH = 1024
"""Events taken from one poll at most."""
LOOKS_IN_TURN = 4
"""Right answers of a turn, at random places, that are looked at: are rotating ones always the same?"""
LOOKS_TO_ANSWER = 2000
"""Where none of so many looks in a row, each after 5 ms of driving, finds one more answer, none will come:
a server that takes fewer connections than it accepts lets the others hang. Time in which we did not run
ourselves is no look."""
LOOKS_TO_DRAIN = 400
"""The same where a load has ended, and nobody needs the answer."""


class Pump(OffPath):
    """Drives a load: it is aimed, driven (perhaps paused and resumed), drained and released."""

    passed: Sequence[tuple[int, int]] = ()
    """In the turn before: right answers, and when there were so many (monotonic, ns)."""
    _read_last: tuple[bytes, RingEntry | None] = b"", None
    """What the last drive read last, and what is asked behind it."""
    _random = Random(0)

    def drive(self, until_ns: int) -> None:
        """Drive all connections until the first batch of events that ends at or after ``until_ns``."""
        tally, by_fd, clock = self.tally, self._by_fd, monotonic_ns
        poll, read, write = self._epoll.poll, os.read, os.write
        latencies_ns, send_until, stop_at = tally.latencies_ns, self._send_until, self._stop_at
        awake = self._awake
        idle_ns = waited_ns = received = sent = 0
        data = b""
        entry: RingEntry | None = None
        while (now := clock()) < until_ns and len(latencies_ns) < stop_at:
            if now >= self._due_ns:
                self._housekeep(now)
                continue
            events = poll(0 if awake else (min(until_ns, self._due_ns) - now) / 1e9, BATCH)
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
                entry, now = connection.entry, clock()
                elapsed = now - connection.start_ns
                right = data[: entry.cut] in entry.known and data.endswith(entry.tails)
                if not right or elapsed < entry.min_elapsed_ns:
                    self._received(connection, data)
                    continue
                latencies_ns.append(elapsed)
                waited_ns += now - polled
                received += len(data)
                connection.start_ns, connection.entry = now, (entry := entry.next)
                if len(latencies_ns) > send_until:
                    self._rest(connection)
                    continue
                try:
                    sent += (taken := write(fd, entry.request))
                except OSError as error:
                    self._unsendable(connection, error)
                    continue
                if taken != entry.size:
                    self._send_later(connection, entry.request[taken:])
        tally.add(idle_ns=idle_ns, waited_ns=waited_ns, received=received, sent=sent)
        self._read_last = data, entry

    def look(self) -> None:
        """Note which of several right bodies was read last; to be called at random instants."""
        data, following = self._read_last
        self._read_last = b"", None
        if following is not None:
            self._note_form(following.previous, data)

    def ask_all_once(self, until_ns: int, is_hopeless: Callable[[], bool] = lambda: False) -> bool:
        """Have every connection answered once, and only then let all of them go on; True where all were.

        A server that accepts one connection per turn of its loop (uvloop does) would else starve those
        that come late: its turns get the longer, the more connections are already served. It ends early
        where ``is_hopeless`` says so, or where answers stay away (``LOOKS_TO_ANSWER``).
        """
        self._send_until = -1
        answered, fruitless = 0, 0
        while answered < len(self.connections):
            now = monotonic_ns()
            if now >= until_ns or fruitless >= LOOKS_TO_ANSWER or is_hopeless():
                break
            self.drive(min(now + RETRY_NS, until_ns))
            before, answered = answered, sum(connection.answered for connection in self.connections)
            fruitless = fruitless + 1 if answered == before else 0
        self.resume()
        return answered == len(self.connections)

    def pause(self, until_ns: int) -> None:
        """Let all be answered and keep the connections; none sends until ``resume`` or ``turn``.

        What is not answered by ``until_ns`` stays in flight.
        """
        self._send_until, self._stop_at = -1, UNLIMITED
        while self.in_flight(now := monotonic_ns())[0] and now < until_ns:
            self.drive(min(now + RETRY_NS, until_ns))

    def resume(self) -> None:
        """Have all connections that rest go on, at once."""
        self._send_until, self._stop_at = UNLIMITED, UNLIMITED
        self._wake(len(self._resting))

    def turn(self, answers: int, until_ns: int, noted: Sequence[int] = ()) -> bool:
        """From rest to rest: have so many requests answered rightly, and then nothing in flight.

        Whether it was so by ``until_ns``; else some are still in flight. Connections that had failed and
        waited to be opened again take part. Numbers of right answers ``noted`` (ascending) have the instants
        at which they are reached noted in ``passed``.
        """
        self._resting += [connection for _, _, connection in self._waiting]
        self._waiting.clear()
        counted, first = len(self.tally.latencies_ns), min(answers, len(self._resting))
        self._send_until = counted + answers - first
        self._wake(first)
        self.passed = []
        looks = {self._random.randint(1, answers) for _ in range(LOOKS_IN_TURN)}
        for right in sorted({*noted, answers, *looks}):
            self._stop_at = counted + right
            self.drive(until_ns)
            if right in looks:
                self.look()
            if right == answers or right in noted:
                self.passed.append((len(self.tally.latencies_ns) - counted, monotonic_ns()))
        self._send_until, self._stop_at = -1, UNLIMITED
        return len(self.tally.latencies_ns) == counted + answers

    def closed_at_rest(self) -> int:
        """Close the connections that the server closed while all rested; how many it were."""
        before = len(self._by_fd)
        for fd, mask in self._epoll.poll(0, BATCH):
            self._event(self._by_fd[fd], mask)
        return before - len(self._by_fd)

    def _wake(self, count: int) -> None:
        """Have the first ``count`` connections that rest send their next request."""
        woken, self._resting = self._resting[:count], self._resting[count:]
        for connection in woken:
            if not connection.gone:
                self._go_on(connection, keep_alive=connection.sock is not None)

    def drain(self, until_ns: int) -> None:
        """Send nothing more, and wait for the answers under way until ``until_ns`` at most.

        Shorter where none comes any more.
        """
        self._stopping = True
        self._waiting.clear()
        for connection in self.connections:
            connection.off_path = True  # so that every answer passes _proceed, which sends no more
        fruitless = 0
        while self._by_fd and fruitless < LOOKS_TO_DRAIN and (now := monotonic_ns()) < until_ns:
            before = len(self._by_fd)
            self.drive(min(now + RETRY_NS, until_ns))
            fruitless = fruitless + 1 if len(self._by_fd) == before else 0
