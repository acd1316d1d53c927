"""A server that answers as a test says, byte by byte, over real sockets."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from itertools import cycle
from types import TracebackType
from typing import Self

from apps import contract

JSON_HEAD = b"HTTP/1.1 200 OK\r\nDate: Sun, 22 Nov 2026 08:36:57 GMT\r\nContent-Type: application/json\r\n"


def answer(body: bytes = b'{"n": 1}', head: bytes = JSON_HEAD, more: bytes = b"") -> bytes:
    """A response with Content-Length; ``more`` are further header lines."""
    return head + more + b"Content-Length: %d\r\n\r\n" % len(body) + body


TEXT_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n"
_greetings = cycle([answer(text.encode(), head=TEXT_HEAD) for text in contract.GREETINGS])
Piece = bytes | Callable[[], bytes]
"""What is sent, or what makes it anew each time."""


def greeting() -> bytes:
    """The next right answer of ``plaintext``, as the contract rotates it."""
    return next(_greetings)


class Peer:
    """The server's side of one connection."""

    def __init__(self, connection: socket.socket, number: int) -> None:
        self.socket = connection
        self.number = number
        """How many connections were accepted before."""
        self.requests = 0
        self._buffer = bytearray()

    def request(self) -> bytes | None:
        """The next request, body included; None when the client has closed."""
        while (end := self._buffer.find(b"\r\n\r\n") + 4) < 4:
            if not self._more():
                return None
        length = 0
        for line in self._buffer[:end].split(b"\r\n"):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        while len(self._buffer) < end + length:
            if not self._more():
                return None
        request = bytes(self._buffer[: end + length])
        del self._buffer[: end + length]
        self.requests += 1
        return request

    def _more(self) -> bool:
        data = self.socket.recv(1 << 16)
        self._buffer += data
        return bool(data)

    def send(self, *pieces: Piece) -> None:
        """Send pieces as segments of their own, each received before the next is sent or soon after."""
        for piece in pieces:
            self.socket.sendall(piece if isinstance(piece, bytes) else piece())
            if len(pieces) > 1:
                threading.Event().wait(0.002)

    def reset(self) -> None:
        """Close by a reset."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


Script = Callable[[Peer], None]
"""Serves one connection; it is closed at the end."""


def serving(*replies: Piece) -> Script:
    """Answer every request with ``replies`` in turn, the last one forever."""

    def script(peer: Peer) -> None:
        while peer.request() is not None:
            peer.send(replies[min(peer.requests, len(replies)) - 1])

    return script


class ScriptedServer:
    """Runs a script per connection, each in a thread."""

    def __init__(self, script: Script, host: str = "127.0.0.1", port: int = 0) -> None:
        self._script = script
        self._listener = socket.create_server((host, port), backlog=512)
        self.port: int = self._listener.getsockname()[1]
        self.accepted = 0
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._open.append(connection)
                peer = Peer(connection, self.accepted)
                self.accepted += 1
                threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer: Peer) -> None:
        with suppress(OSError), peer.socket:
            self._script(peer)

    def close(self) -> None:
        """Stop listening and cut every connection."""
        for connection in (self._listener, *self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
