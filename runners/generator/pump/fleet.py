"""The connections of a process: who holds one, how they are opened, sent on, lost and opened again."""

from __future__ import annotations

import heapq
import os
import select
import socket
from collections.abc import Callable
from itertools import count
from time import monotonic_ns
from typing import Any

from runners.generator.pump.connection import Address, Connection
from runners.generator.pump.ring import Ring
from runners.generator.pump.tally import Tally

READABLE, WRITABLE = select.EPOLLIN, select.EPOLLOUT
YIELD_NS = 25_000_000
"""Other greenlets get their turn this often."""
SWEEP_NS = 250_000_000
"""Requests past their deadline are looked for this often."""
RETRY_NS = 5_000_000
"""Connections that wait for a place among the fresh ones look again this often."""
FRESH_MOST = 1000
"""Connections that may be open without an answer yet: a server's backlog is finite."""
BACK_OFF_NS, BACK_OFF_MOST_NS = 10_000_000, 1_000_000_000
"""Pause of a connection after an error, doubled with each one in a row."""


class Fleet:
    """Connections, their sockets and what is sent on them; ``Pump`` adds what is read.

    ``idle`` lets other greenlets run. The socket and epoll classes are given where the modules have been
    monkey-patched: the originals are needed.
    """

    _address: Address
    _epoll: Any
    _ring: Ring

    def __init__(
        self,
        idle: Callable[[], object] = lambda: None,
        *,
        socket_type: Any = None,  # noqa: ANN401 - classes of the standard library
        epoll_type: Any = None,  # noqa: ANN401
    ) -> None:
        self.connections: dict[Connection, None] = {}
        """In the order in which they joined."""
        self.tally = Tally()
        """What is counted now; replaced at the edges of a window."""
        self._idle = idle
        self._socket_type = socket_type or socket.socket
        self._epoll_type = epoll_type or select.epoll
        self._by_fd: dict[int, Connection] = {}
        self._waiting: list[tuple[int, int, Connection]] = []
        """Heap of connections to be opened: when, a number that breaks ties, which."""
        self._order = count()
        self._loaded = False
        """There is a load: address, ring and epoll are set."""
        self._held: list[Connection] | None = None
        """Connections that have been answered and wait for the others; None: nobody waits."""
        self._stopping = False
        self._reuse: int | None = None
        """Requests after which a connection is closed; None: it is kept as long as the server keeps it."""
        self._timeout_ns = 0
        self._due_ns = self._yield_ns = self._sweep_ns = 0

    # Users and loads.

    def join(self) -> Connection:
        """One more connection; it is opened soon where a load is under way."""
        connection = Connection()
        self.connections[connection] = None
        if self._loaded:
            self._begin(connection, len(self.connections) - 1)
        return connection

    def leave(self, connection: Connection) -> None:
        """One connection less; a request in flight on it is given up and counted nowhere."""
        connection.gone, connection.start_ns = True, 0
        self._close(connection)
        self.connections.pop(connection, None)

    def aim(self, address: Address, ring: Ring, *, timeout_s: float, reuse: int | None = None) -> None:
        """Begin a load: connections are opened once it is driven, and closed after ``reuse`` requests."""
        self.release()
        self._reuse = reuse
        self._address, self._ring, self._timeout_ns = address, ring, round(timeout_s * 1e9)
        self._epoll = self._epoll_type()
        self._loaded, self._stopping, self._held = True, False, None
        self._yield_ns = monotonic_ns() + YIELD_NS
        self._sweep_ns = 0
        for place, connection in enumerate(self.connections):
            self._begin(connection, place)

    def release(self) -> None:
        """End the load: close all connections, whose users stay."""
        for connection in self.connections:
            connection.start_ns = 0
            self._close(connection)
        self._waiting.clear()
        if self._loaded:
            self._epoll.close()
        self._loaded = False

    def in_flight(self, now_ns: int) -> tuple[int, int]:
        """(requests in flight, sum of the ns that they have been so)."""
        starts = [connection.start_ns for connection in self.connections if connection.start_ns]
        return len(starts), now_ns * len(starts) - sum(starts)

    def _begin(self, connection: Connection, place: int) -> None:
        connection.begin(self._ring, place)
        self._open_at(0, connection)

    # Sockets.

    def _open_at(self, when_ns: int, connection: Connection) -> None:
        heapq.heappush(self._waiting, (when_ns, next(self._order), connection))
        self._due_ns = min(self._due_ns, when_ns)

    def _open(self, connection: Connection) -> None:
        """Open a socket for the request whose clock runs, and hand it over."""
        self.tally.opened += 1
        try:
            connection.open(self._address, self._socket_type)
        except OSError as error:
            self._fail(connection, "no-socket", str(error))
            return
        self._by_fd[connection.fd] = connection
        self._epoll.register(connection.fd, READABLE)
        self._write(connection, connection.opening(self._ring))

    def _reopen(self, connection: Connection) -> None:
        self._close(connection)
        self._open(connection)

    def _close(self, connection: Connection) -> None:
        self._by_fd.pop(connection.fd, None)  # closing takes it out of the epoll set as well
        connection.close()

    # Requests.

    def _send(self, connection: Connection) -> None:
        """Hand over the request of ``connection``, as much as its socket takes."""
        self._write(connection, connection.entry.request)

    def _write(self, connection: Connection, data: bytes) -> None:
        try:
            taken = os.write(connection.fd, data)
        except OSError as error:
            self._unsendable(connection, error, data)
            return
        self.tally.sent += taken
        if taken != len(data):
            self._send_later(connection, data[taken:])

    def _unsendable(self, connection: Connection, error: OSError, data: bytes | None = None) -> None:
        """Nothing of ``data`` (the request) was taken: the socket is full, connecting or dead."""
        if isinstance(error, BlockingIOError):
            self._send_later(connection, connection.entry.request if data is None else data)
        else:
            self._broken(connection, error, handed_over=False)

    def _send_later(self, connection: Connection, rest: bytes) -> None:
        connection.unsent, connection.off_path = rest, True
        self._epoll.modify(connection.fd, READABLE | WRITABLE)

    def _flush(self, connection: Connection) -> None:
        """Hand over more of a request that was not taken whole."""
        try:
            taken = os.write(connection.fd, connection.unsent)
        except OSError as error:
            self._broken(connection, error)
            return
        self.tally.sent += taken
        connection.unsent = connection.unsent[taken:]
        if not connection.unsent:
            self._epoll.modify(connection.fd, READABLE)

    # Errors.

    def _broken(self, connection: Connection, error: OSError, *, handed_over: bool = True) -> None:
        """Reading or writing failed; ``handed_over``: the server may have part of the request."""
        if isinstance(error, BlockingIOError):
            return
        if isinstance(error, ConnectionRefusedError):
            self._fail(connection, "refused", str(error))
        elif connection.reply is None:
            self._lost(connection, "reset", str(error), handed_over=handed_over)
        else:
            self._fail(connection, "reset", f"{error}, within an answer")

    def _lost(self, connection: Connection, kind: str, detail: str, *, handed_over: bool = True) -> None:
        """The connection ended before the first byte of an answer.

        One that had answered before may have been closed as idle while the request was on its way: the
        request goes out again on a new connection with its clock running, if it may be sent twice.
        """
        if connection.fresh or (handed_over and not connection.entry.idempotent):
            self._fail(connection, kind, detail)
        elif self._stopping:
            connection.start_ns = 0
            self._close(connection)
        else:
            self.tally.stale += 1
            self._reopen(connection)

    def _fail(self, connection: Connection, kind: str, detail: str) -> None:
        """Count an error, and let the connection pause before its next request."""
        now = monotonic_ns()
        self.tally.error(kind, named(connection, detail), now - connection.start_ns)
        self._close(connection)
        connection.entry = connection.next_entry(self._ring)
        connection.start_ns = 0
        pause_ns = min(BACK_OFF_NS << min(connection.failures, 16), BACK_OFF_MOST_NS)
        connection.failures += 1
        if not self._stopping:
            self._open_at(now + pause_ns, connection)

    # Housekeeping.

    def _keep_house(self, now_ns: int) -> None:
        """Open what is due, give up what is late, let others run; sets when it is wanted again."""
        self._open_due(now_ns)
        if now_ns >= self._sweep_ns:
            self._give_up(now_ns - self._timeout_ns)
            self._sweep_ns = now_ns + SWEEP_NS
        if now_ns >= self._yield_ns:
            self._idle()
            self._yield_ns = monotonic_ns() + YIELD_NS
        self._due_ns = self._yield_ns
        if self._waiting:
            self._due_ns = min(self._yield_ns, max(self._waiting[0][0], now_ns + RETRY_NS))

    def _open_due(self, now_ns: int) -> None:
        waiting = self._waiting
        if not waiting or waiting[0][0] > now_ns:
            return
        room = FRESH_MOST - sum(connection.fresh for connection in self._by_fd.values())
        while room > 0 and waiting and waiting[0][0] <= now_ns:
            connection = heapq.heappop(waiting)[2]
            if not connection.gone:
                connection.start_ns = monotonic_ns()
                self._open(connection)
                room -= 1

    def _give_up(self, begun_before_ns: int) -> None:
        late = [each for each in self.connections if 0 < each.start_ns < begun_before_ns]
        for connection in late:
            self._fail(connection, "timeout", f"unanswered for {self._timeout_ns / 1e9:g} s")


def named(connection: Connection, text: str) -> str:
    """``text`` behind the request that it is about."""
    request = connection.entry.exchange.request
    return f"{request.method} {request.target}: {text}"
