"""The pump: one loop that drives all connections of a process, as fast as Python can.

``Pump.drive`` holds the hot loop. An answer that arrives whole, with a head found right before and the
expected bytes behind it, is compared, counted and followed by the next request right there. Everything
else leaves the loop for a method below it or in ``Fleet``: first answers, answers in pieces, new heads,
new connections, requests too large for one send, errors.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from time import monotonic_ns

from runners.generator.pump.connection import Connection
from runners.generator.pump.fleet import READABLE, RETRY_NS, WRITABLE, Fleet, named
from runners.generator.pump.reply import Reply
from runners.http.pieces import jitter_ns
from runners.http.response import ProtocolError
from runners.http.web_socket import Echo, WebSocketClient

READ_BYTES = 1 << 16
BATCH = 1024
"""Events taken from one poll at most."""


class Pump(Fleet):
    """Users join and leave; a load is aimed, mustered, driven, drained and released."""

    _polled_ns = 0
    """When the last poll returned."""

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
        self._held = []
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
        self._held = []
        for connection in self.connections:
            connection.off_path = True  # as in drain: every answer passes _proceed, which holds it back
        while self.in_flight(now := monotonic_ns())[0] and now < until_ns:
            self.drive(min(now + RETRY_NS, until_ns))

    def resume(self) -> None:
        """Have all connections that were held back go on, at once."""
        held, self._held = self._held or [], None
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

    def _event(self, connection: Connection, mask: int) -> None:
        """Read and write as ``mask`` says; hang-ups and errors show by reading."""
        if not connection.start_ns:
            self._disturbed(connection)
            return
        if mask != WRITABLE:
            try:
                data = os.read(connection.fd, READ_BYTES)
            except OSError as error:
                self._broken(connection, error)
            else:
                self._received(connection, data)
        if mask & WRITABLE and connection.unsent:
            self._flush(connection)

    def _received(self, connection: Connection, data: bytes) -> None:
        """Take any bytes of an answer, or none: the end of the stream."""
        if not data:
            self._ended(connection)
            return
        self.tally.received += len(data)
        connection.off_path = True
        reply = connection.reply or connection.expect()
        opening = connection.web_socket is not None and not connection.web_socket.is_open
        try:
            complete = reply.feed(data)
        except ProtocolError as error:
            self._fail(connection, "protocol", str(error))
            return
        if connection.web_socket is not None:
            self._send_outgoing(connection, connection.web_socket, opening=opening)
        if complete:
            self._judge(connection, reply)

    def _send_outgoing(self, connection: Connection, web_socket: WebSocketClient, *, opening: bool) -> None:
        """Send what a WebSocket is to be told: answers to pings, and the first message once it is open."""
        outgoing = web_socket.take()
        if opening and web_socket.is_open:
            outgoing += connection.entry.request
        if connection.unsent:
            connection.unsent += outgoing
        elif outgoing:
            self._write(connection, outgoing)

    def _disturbed(self, connection: Connection) -> None:
        """A connection that waits hears something: it was closed, or it is a WebSocket and pinged."""
        web_socket = connection.web_socket
        try:
            data = b"" if web_socket is None else os.read(connection.fd, READ_BYTES)
            if web_socket is None or not data:
                self._close(connection)
                return
            web_socket.feed(data)
        except (OSError, ProtocolError):
            self._close(connection)
            return
        if web_socket.messages or not web_socket.is_open:
            self._close(connection)
        else:
            self._send_outgoing(connection, web_socket, opening=False)

    def _ended(self, connection: Connection) -> None:
        """The stream ended: with the answer, within it, or before it."""
        reply = connection.reply
        if reply is None:
            self._lost(connection, "closed", "closed before an answer")
        elif reply.eof():
            self._judge(connection, reply)
        else:
            self._fail(connection, "closed", "closed within an answer")

    def _judge(self, connection: Connection, reply: Reply | Echo) -> None:
        """Count a complete answer as right or wrong, and go on."""
        now = monotonic_ns()
        elapsed = now - connection.start_ns
        problem = self._problem(connection, reply, elapsed - connection.lag_ns)
        if problem is None:
            self.tally.latencies_ns.append(elapsed)
            self.tally.waited_ns += now - self._polled_ns
            self._note_arrivals(connection, reply)
        else:
            self.tally.error("wrong-answer", named(connection, problem), elapsed)
        connection.answered, connection.failures = True, 0
        connection.served += 1
        worn = self._reuse is not None and connection.served >= self._reuse
        self._proceed(connection, keep_alive=reply.keep_alive and not connection.unsent and not worn)

    def _note_arrivals(self, connection: Connection, reply: Reply | Echo) -> None:
        """Count when the pieces of a right answer arrived, where they are watched."""
        watch, instants_ns = connection.entry.watch, reply.arrivals_ns()
        if watch is not None and instants_ns:
            self.tally.first_ns.append(instants_ns[0] - connection.start_ns)
            if watch.interval_s is not None:
                self.tally.jitter_ns.extend(jitter_ns(instants_ns, watch.interval_s))

    def _problem(self, connection: Connection, reply: Reply | Echo, elapsed_ns: int) -> str | None:
        """Say what is wrong with a complete answer, or None; one found right is learnt."""
        entry, answer = connection.entry, reply.answer(elapsed_ns / 1e9)
        if answer is not None:
            self.tally.checked_full += 1
            problem = entry.exchange.check(answer)
            if problem is not None:
                return problem
        if reply.parser is not None:
            self._ring.learn(entry, reply.parser)
        if elapsed_ns < entry.min_elapsed_ns:
            return f"answered after {elapsed_ns / 1e6:.2f} ms, before {entry.min_elapsed_ns / 1e6:.2f} ms"
        return None

    def _proceed(self, connection: Connection, *, keep_alive: bool) -> None:
        """Go on to the next request, unless connections are to stop, or to wait for each other."""
        connection.entry = connection.next_entry(self._ring)
        connection.reply = None
        if self._held is None and not self._stopping:
            self._go_on(connection, keep_alive=keep_alive)
            return
        connection.start_ns, connection.fresh = 0, False  # it makes room for the next one to be opened
        if self._stopping or not keep_alive:
            self._close(connection)
        if self._held is not None:
            self._held.append(connection)

    def _go_on(self, connection: Connection, *, keep_alive: bool) -> None:
        """Hand over the next request, on a new connection where this one does not live on."""
        connection.start_ns = monotonic_ns()
        if keep_alive:
            connection.fresh = False
            connection.off_path = self._reuse is not None  # there each answer is counted, by _judge
            self._send(connection)
        else:
            self._reopen(connection)
