"""One request at a time over one connection: how the harness asks a server outside of load."""

from __future__ import annotations

import select
import socket
import time
from contextlib import suppress
from http import HTTPStatus
from types import TracebackType
from typing import Self

from httptools import HttpParserError, HttpResponseParser

from scenarios.exchange import Answer, Request

DEADLINE_S = 5.0
"""A whole exchange, connecting included, that takes longer has hung."""
READ_BYTES = 1 << 18


class MalformedAnswerError(ConnectionError):
    """What came back is not HTTP/1.1, or more than one answer."""


class Exchanger:
    """A client that keeps its connection while the server does, and opens another where it does not.

    Used as a context manager. Nothing is ever sent twice.
    """

    def __init__(self, host: str, port: int, timeout_s: float = DEADLINE_S) -> None:
        self.host, self.port, self.timeout_s = host, port, timeout_s
        self._socket: socket.socket | None = None

    def exchange(self, request: Request) -> Answer:
        """Send ``request`` and read its whole answer.

        Raises TimeoutError past the deadline, ConnectionError where the server refuses, closes or resets
        the connection, and of these MalformedAnswerError where what came is not one HTTP/1.1 answer.
        """
        kept = False
        try:
            answer, kept = self._exchange(request)
        finally:
            if not kept:
                self.close()
        return answer

    def _exchange(self, request: Request) -> tuple[Answer, bool]:
        begun_s = time.monotonic()
        connection = self._connection()
        connection.settimeout(self.timeout_s)
        sent_s = time.monotonic()
        with suppress(BrokenPipeError, ConnectionResetError):  # it may have answered before it read all
            connection.sendall(request.encode(f"{self.host}:{self.port}"))
        response = _receive(connection, begun_s + self.timeout_s)
        elapsed_s = time.monotonic() - sent_s
        answer = Answer(
            status=response.status,
            headers=tuple(response.headers),
            body=b"".join(response.pieces),
            elapsed_s=elapsed_s,
        )
        return answer, response.keep_alive

    def _connection(self) -> socket.socket:
        """Give the kept connection where it is still open and silent, else a new one."""
        if self._socket is not None and _readable(self._socket):
            self.close()
        if self._socket is None:
            self._socket = socket.create_connection((self.host, self.port), timeout=self.timeout_s)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._socket

    def close(self) -> None:
        """Close the connection; the next exchange opens another."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def exchange(host: str, port: int, request: Request, timeout_s: float = DEADLINE_S) -> Answer:
    """Ask once, over a connection of its own; raises as ``Exchanger.exchange``."""
    with Exchanger(host, port, timeout_s) as exchanger:
        return exchanger.exchange(request)


class _Response:
    """One final response as httptools reports it piece by piece; interim ones (1xx) are skipped."""

    def __init__(self) -> None:
        self._parser = HttpResponseParser(self)
        self.status = 0
        self.headers: list[tuple[str, str]] = []
        self.pieces: list[bytes] = []
        self.complete = False
        self.keep_alive = False
        self._headers_complete = False
        self._surplus = False

    def feed(self, data: bytes) -> None:
        """Take what arrived; raises MalformedAnswerError."""
        try:
            self._parser.feed_data(data)
        except HttpParserError as error:
            raise MalformedAnswerError(f"not HTTP/1.1 ({error}): {data[:80]!r}") from error
        if self._surplus:
            raise MalformedAnswerError("another answer came behind the one that was asked for")

    def end(self) -> None:
        """Take the end of the stream: the end of a body without a stated length, else a ConnectionError."""
        if not self._headers_complete:
            raise ConnectionAbortedError("closed without an answer")
        if {name for name, _ in self.headers} & {"content-length", "transfer-encoding"}:
            raise ConnectionAbortedError(f"closed within a body, after {sum(map(len, self.pieces))} bytes")
        self.complete = True

    def on_message_begin(self) -> None:
        self._surplus = self.complete
        if not self.complete:
            self.headers, self.pieces, self._headers_complete = [], [], False

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.complete:
            self.headers.append((name.decode("latin-1").lower(), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        if not self.complete:
            self.status = self._parser.get_status_code()
            self._headers_complete = True

    def on_body(self, piece: bytes) -> None:
        if not self.complete:
            self.pieces.append(piece)

    def on_message_complete(self) -> None:
        if not self.complete and self.status >= HTTPStatus.OK:
            self.keep_alive = self._parser.should_keep_alive()
            self.complete = True


def _receive(connection: socket.socket, deadline_s: float) -> _Response:
    response = _Response()
    while not response.complete:
        left_s = deadline_s - time.monotonic()
        if left_s <= 0:
            raise TimeoutError("timed out")
        connection.settimeout(left_s)
        data = connection.recv(READ_BYTES)
        response.feed(data) if data else response.end()
    return response


def _readable(connection: socket.socket) -> bool:
    """Whether something came on a connection that should be silent: nearly always that it was closed."""
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return bool(poll.poll(0))
