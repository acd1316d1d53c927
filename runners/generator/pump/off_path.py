"""Answers off the fast path: first ones, pieces, new heads, WebSockets, wrong ones and ended streams."""

from __future__ import annotations

import os
from time import monotonic_ns

from results.model import ErrorKind
from runners.generator.pump.connection import Connection
from runners.generator.pump.fleet import Fleet
from runners.generator.pump.reply import Reply
from runners.generator.pump.ring import RingEntry
from runners.generator.pump.sockets import WRITABLE, named
from runners.http.pieces import jitter_ns
from runners.http.response import ProtocolError
from runners.http.web_socket import Echo, WebSocketClient

READ_BYTES = 1 << 16
"""Taken from a socket at once at most."""
OVERLOADED = {429, 503}
"""Statuses by which a server says that it has too much to do."""


class OffPath(Fleet):
    """Handles everything read but whole answers known byte for byte, which ``Pump`` handles itself."""

    _polled_ns = 0
    """When the last poll returned, monotonic."""

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
            self._fail(connection, ErrorKind.PROTOCOL, str(error))
            return
        if connection.web_socket is not None:
            self._send_outgoing(connection, connection.web_socket, opening=opening)
        if complete:
            self._judge(connection, reply)

    def _send_outgoing(self, connection: Connection, web_socket: WebSocketClient, *, opening: bool) -> None:
        """Send what a WebSocket has to send: answers to pings, and the first messages once it is open."""
        outgoing = web_socket.take()
        if opening and web_socket.is_open:
            outgoing += connection.entry.request
        if connection.unsent:
            connection.unsent += outgoing
        elif outgoing:
            self._write(connection, outgoing)

    def _disturbed(self, connection: Connection) -> None:
        """Deal with input on a connection that waits: it was closed, or it is a WebSocket and pinged."""
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
        """Deal with the end of the stream: with the answer, within it, or before it."""
        reply = connection.reply
        if reply is None:
            self._lost(connection, ErrorKind.CLOSED, "closed before an answer")
        elif reply.eof():
            self._judge(connection, reply)
        else:
            self._fail(connection, ErrorKind.CLOSED, "closed within an answer")

    def _judge(self, connection: Connection, reply: Reply | Echo) -> None:
        """Count a complete answer as right or wrong, and go on."""
        now = monotonic_ns()
        elapsed = now - connection.start_ns
        problem = self._problem(connection, reply, elapsed - connection.lag_ns)
        if problem is None:
            self.tally.latencies_ns.append(elapsed)
            self.tally.waited_ns += now - self._polled_ns
            self._note_arrivals(connection, reply)
            if isinstance(reply, Reply):
                self._note_form(connection.entry, reply.matched)
        else:
            self.tally.error(_kind(reply), named(connection, problem), elapsed)
        connection.answered, connection.failures = True, 0
        connection.served += 1
        used_up = self._reuse is not None and connection.served >= self._reuse
        self._proceed(
            connection,
            keep_alive=reply.keep_alive and not connection.unsent and not used_up,
            again=problem is not None,
        )

    def _note_form(self, entry: RingEntry, data: bytes) -> None:
        """Count which of several right answers to ``entry`` this one is."""
        form = entry.form(data)
        if form is not None:
            self.tally.forms[form] += 1

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

    def _proceed(self, connection: Connection, *, keep_alive: bool, again: bool = False) -> None:
        """Go on to the next request, unless connections are to stop, or to rest.

        ``again``: its answer was wrong, so that another right one is wanted of a turn.
        """
        connection.entry = connection.next_entry(self._ring)
        connection.reply = None
        more = len(self.tally.latencies_ns) <= self._send_until or (again and self._send_until >= 0)
        if more and not self._stopping:
            self._go_on(connection, keep_alive=keep_alive)
            return
        connection.fresh = False  # so that another may be opened
        self._rest(connection)
        if self._stopping or not keep_alive:
            self._close(connection)

    def _rest(self, connection: Connection) -> None:
        connection.start_ns, connection.off_path = 0, True
        self._resting.append(connection)

    def _go_on(self, connection: Connection, *, keep_alive: bool) -> None:
        """Hand over the next request, on a new connection where this one does not live on."""
        connection.start_ns = monotonic_ns()
        if keep_alive:
            connection.fresh = False
            connection.off_path = self._reuse is not None  # there each answer is counted, by _judge
            self._send(connection)
        else:
            self._reopen(connection)


def _kind(wrong: Reply | Echo) -> ErrorKind:
    """What a complete answer that is not right counts as."""
    answer = wrong.answer(0.0)
    overloaded = answer is not None and answer.status in OVERLOADED
    return ErrorKind.OVERLOADED if overloaded else ErrorKind.WRONG_ANSWER
