"""Sockets of connections: opened, written to, closed, and opened again after an error."""

from __future__ import annotations

import heapq
import os
import select
import socket
from itertools import count
from time import monotonic_ns
from typing import Any

from results.model import ErrorKind
from runners.generator.pump.connection import Address, Connection
from runners.generator.pump.ring import Ring
from runners.generator.pump.tally import Tally

READABLE, WRITABLE = select.EPOLLIN, select.EPOLLOUT
BACK_OFF_NS, BACK_OFF_MOST_NS = 10_000_000, 1_000_000_000
"""Pause of a connection after an error, doubled with each one in a row."""


class Sockets:
    """What a pump does with the socket of one connection; ``Fleet`` has all connections."""

    _address: Address
    _epoll: Any
    _ring: Ring

    def __init__(self, socket_type: Any) -> None:  # noqa: ANN401 - the standard library's or the original
        self.tally = Tally()
        """Takes what is counted now; replaced at the edges of a window."""
        self._socket_type = socket_type or socket.socket
        self._by_fd: dict[int, Connection] = {}
        self._waiting: list[tuple[int, int, Connection]] = []
        """Heap of connections to be opened: when, a number that breaks ties, which."""
        self._order = count()
        self._due_ns = 0
        """When housekeeping is wanted again."""
        self._stopping = False
        """Whether nothing is sent any more."""

    def _open_at(self, when_ns: int, connection: Connection) -> None:
        heapq.heappush(self._waiting, (when_ns, next(self._order), connection))
        self._due_ns = min(self._due_ns, when_ns)

    def _open(self, connection: Connection) -> None:
        """Open a socket for the request whose clock runs, and hand it over."""
        self.tally.connections_opened += 1
        try:
            connection.open(self._address, self._socket_type)
        except OSError as error:
            self._fail(connection, ErrorKind.NO_SOCKET, str(error))
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
        """Deal with a socket that took nothing of ``data`` (the request): it is full, connecting or dead."""
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
        """Deal with a failed read or write; ``handed_over``: the server may have part of the request."""
        if isinstance(error, BlockingIOError):
            return
        if isinstance(error, ConnectionRefusedError):
            self._fail(connection, ErrorKind.REFUSED, str(error))
        elif connection.reply is None:
            self._lost(connection, ErrorKind.RESET, str(error), handed_over=handed_over)
        else:
            self._fail(connection, ErrorKind.RESET, f"{error}, within an answer")

    def _lost(self, connection: Connection, kind: str, detail: str, *, handed_over: bool = True) -> None:
        """Deal with a connection that ended before the first byte of an answer.

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


def named(connection: Connection, text: str) -> str:
    """``text`` behind the request that it is about."""
    request = connection.entry.exchange.request
    return f"{request.method} {request.target}: {text}"
