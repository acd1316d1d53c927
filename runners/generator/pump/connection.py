"""One connection of a load: the place that a Locust user holds, whichever socket serves it just now."""

from __future__ import annotations

import errno
import socket
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from runners.generator.pump.reply import Reply
from runners.generator.pump.ring import Ring, RingEntry
from runners.http.web_socket import Echo, WebSocketClient, close_frame


@dataclass(frozen=True, slots=True)
class Address:
    """Where a load goes, resolved."""

    family: int
    at: tuple[Any, ...]
    """What ``connect`` takes."""

    @classmethod
    def resolve(cls, host: str, port: int) -> Address:
        """First address of ``host``; raises OSError where it has none."""
        family, _, _, _, at = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return cls(family, at)


class Connection:
    """State of one connection; the pump drives it.

    While ``off_path`` is False, a request is in flight and nothing of its answer has arrived.
    """

    __slots__ = (
        "answered",
        "entry",
        "failures",
        "fd",
        "fresh",
        "gone",
        "home",
        "lag_ns",
        "off_path",
        "reply",
        "served",
        "sock",
        "start_ns",
        "unsent",
        "web_socket",
    )

    entry: RingEntry
    """The request in flight, or the next one."""

    def __init__(self) -> None:
        self.sock: Any = None
        self.fd = -1
        self.gone = False
        """Its user has left."""
        self.home: RingEntry | None = None
        """Where it begins to walk the ring, until it does."""
        self.answered = False
        """It has had an answer in this load."""
        self.failures = 0
        """Errors since its last answer."""
        self.start_ns = 0
        """When the request in flight began, monotonic; 0: none is in flight. Open load: when it was due."""
        self.lag_ns = 0
        """Open load: how long after that it was handed over."""
        self.fresh = True
        """Nothing was answered on this socket yet."""
        self.served = 0
        """Answers on this socket off the fast path: all there were, where its reuse is limited."""
        self.off_path = True
        """What comes next is not, or not surely, a whole answer in one piece."""
        self.web_socket: WebSocketClient | None = None
        """The WebSocket on this socket, if it is one."""
        self.reply: Reply | Echo | None = None
        """The answer under way off the fast path."""
        self.unsent = b""
        """Rest of the request that the socket has not taken."""

    def begin(self, ring: Ring, place: int) -> None:
        """Forget the load before this one; in this one it has number ``place``."""
        self.home = ring.home(place)
        self.entry = self.next_entry(ring)
        self.answered, self.failures, self.start_ns, self.lag_ns = False, 0, 0, 0

    def next_entry(self, ring: Ring) -> RingEntry:
        """What is asked next.

        First every entry is asked once, by whichever connection is free, so that all are known as early
        as can be; then each connection walks the ring from its own place.
        """
        if ring.unasked:
            return ring.unasked.pop()
        home, self.home = self.home, None
        return home or self.entry.next

    def opening(self, ring: Ring) -> bytes:
        """First bytes that are sent on a new socket: the request, or a WebSocket's handshake."""
        exchange = self.entry.exchange
        if not exchange.messages:
            return self.entry.request
        self.web_socket = WebSocketClient(exchange.request, ring.host)
        return self.web_socket.take()

    def open(self, address: Address, socket_type: Any) -> None:  # noqa: ANN401 - the original socket class
        """Begin to connect; how it went shows when the socket is written to or read.

        Raises OSError where there is no descriptor or no local port for it.
        """
        self.sock = socket_type(address.family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        self.fd = self.sock.fileno()
        self.fresh = self.off_path = True
        self.served = 0
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.sock.connect_ex(address.at) == errno.EADDRNOTAVAIL:
            raise OSError(
                errno.EADDRNOTAVAIL, "no local port is free: too many connections were closed lately"
            )

    def expect(self) -> Reply | Echo:
        """Make what collects the answer to the request in flight."""
        reply = self.reply = (
            Reply(self.entry) if self.web_socket is None else Echo(self.web_socket, self.entry.exchange)
        )
        return reply

    def close(self) -> None:
        """Close the socket, if there is one, and forget what was under way on it."""
        if self.sock is not None:
            if self.web_socket is not None and self.web_socket.is_open and not self.unsent:
                with suppress(OSError):
                    self.sock.send(close_frame())
            self.sock.close()
        self.web_socket = None
        self.sock, self.fd = None, -1
        self.reply, self.unsent, self.off_path = None, b"", True
