"""All connections of a process: they join and leave, begin and end loads, and time out."""

from __future__ import annotations

import heapq
import select
import sys
from collections.abc import Callable, Sequence
from time import monotonic_ns
from typing import Any

from results.model import ErrorKind
from runners.generator.pump.connection import Address, Connection, Place
from runners.generator.pump.ring import Ring
from runners.generator.pump.sockets import Sockets

YIELD_NS = 25_000_000
"""Other greenlets get their turn this often."""
SWEEP_NS = 250_000_000
"""Requests past their deadline are looked for this often."""
STANDSTILL_NS = 1_000_000_000
"""Whatever is due and comes so late says that we stood still ourselves: nobody else is late then."""
RETRY_NS = 5_000_000
"""Connections that wait to be opened, as too many others have no answer yet, look again this often."""
UNLIMITED = sys.maxsize
FRESH_MOST = 1000
"""Connections that may be open without an answer yet: a server's backlog is finite."""


class Fleet(Sockets):
    """All connections of a process, and the load they serve.

    ``idle`` lets other greenlets run. The socket and epoll classes are passed in where the modules have been
    monkey-patched: the originals are needed.
    """

    def __init__(
        self,
        idle: Callable[[], object] = lambda: None,
        *,
        socket_type: Any = None,  # noqa: ANN401 - classes of the standard library
        epoll_type: Any = None,  # noqa: ANN401
    ) -> None:
        super().__init__(socket_type)
        self.connections: dict[Connection, None] = {}
        """In the order in which they joined."""
        self._idle = idle
        self._epoll_type = epoll_type or select.epoll
        self._loaded = False
        """Whether there is a load: address, ring and epoll are set."""
        self._resting: list[Connection] = []
        """Connections that have been answered and send nothing until they are told to."""
        self._send_until = UNLIMITED
        """Right answers in the tally up to which a connection that is answered sends again; -1: none does."""
        self._stop_at = UNLIMITED
        """Right answers in the tally at which ``drive`` returns."""
        self._awake = False
        """Whether polls return at once: a CPU that sleeps is woken at the cost of whoever answers."""
        self._reuse: int | None = None
        """Requests after which a connection is closed; None: it is kept as long as the server keeps it."""
        self.stood_still_ns = 0
        """Time in which the pump was driven and did not run: the process, or the machine, stood still."""
        self._timeout_ns = 0
        self._yield_ns = self._sweep_ns = 0

    def join(self) -> Connection:
        """Add a connection; it is opened soon where a load is under way."""
        connection = Connection()
        self.connections[connection] = None
        if self._loaded:
            self._begin(connection, len(self.connections) - 1)
        return connection

    def leave(self, connection: Connection) -> None:
        """Remove a connection; a request in flight on it is given up and counted nowhere."""
        connection.gone, connection.start_ns = True, 0
        self._close(connection)
        self.connections.pop(connection, None)

    def aim(
        self,
        address: Address,
        ring: Ring,
        *,
        timeout_s: float,
        reuse: int | None = None,
        awake: bool = False,
    ) -> None:
        """Begin a load: connections are opened once it is driven, and closed after ``reuse`` requests.

        It polls without sleeping where it is ``awake``.
        """
        self.release()
        self._reuse, self._awake = reuse, awake
        self._address, self._ring, self._timeout_ns = address, ring, round(timeout_s * 1e9)
        self._epoll = self._epoll_type()
        self._loaded, self._stopping = True, False
        self._resting, self._send_until, self._stop_at = [], UNLIMITED, UNLIMITED
        self._yield_ns = monotonic_ns() + YIELD_NS
        self._sweep_ns = 0
        for place, connection in enumerate(self.connections):
            self._begin(connection, place)

    def places(self) -> tuple[Place, ...]:
        """Where each connection is in its walk of the ring."""
        return tuple(connection.place for connection in self.connections)

    def walk(self, ring: Ring, places: Sequence[Place]) -> None:
        """Ask another ring of the same server, connections at their ``places`` in it; all are at rest."""
        self._ring = ring
        for connection, place in zip(self.connections, places, strict=True):
            connection.go_to(place)

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

    def _housekeep(self, now_ns: int) -> None:
        """Open connections that are due, give up late requests, let other greenlets run; set ``_due_ns``."""
        self._open_due(now_ns)
        if now_ns >= self._sweep_ns:
            if now_ns - self._sweep_ns < STANDSTILL_NS:
                self._give_up(now_ns - self._timeout_ns)
            self._sweep_ns = now_ns + SWEEP_NS  # after a standstill of ours, answers lie there unread
        if now_ns >= self._yield_ns:
            if now_ns - self._yield_ns > STANDSTILL_NS:
                self.stood_still_ns += now_ns - self._yield_ns
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
        connections = self.connections
        for connection in [late for late in connections if 0 < late.start_ns < begun_before_ns]:
            self._fail(connection, ErrorKind.TIMEOUT, f"unanswered for {self._timeout_ns / 1e9:g} s")
