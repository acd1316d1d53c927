"""One request at a time over one connection: how the harness asks a server outside of load."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from types import TracebackType
from typing import Self

from runners.http.address import Endpoint
from runners.http.methods import IDEMPOTENT
from runners.http.pieces import Reads, arrived_ns
from runners.http.response import ProtocolError, ResponseParser
from runners.http.web_socket import WebSocketClient, frames
from scenarios.exchange import Answer, Exchange, Request

ANSWER_DEADLINE_S = 5.0
"""A server that takes longer for one answer, connecting included, hangs."""
RECEIVE_BYTES = 1 << 18
"""Taken from a socket at once at most."""


class MalformedAnswerError(ConnectionError):
    """What came back is not HTTP/1.1, or more than one answer."""


class ClosedWithoutAnswerError(ConnectionError):
    """The connection was closed or reset before the first byte of an answer."""


class HttpClient:
    """A client that keeps its connection while the server does, and opens another where it does not.

    Used as a context manager. A request is sent twice where its method allows that and a kept connection was
    closed before the first byte of its answer: a server may close one just then.
    """

    def __init__(
        self, host: str, port: int, timeout_s: float = ANSWER_DEADLINE_S, *, resends: bool = True
    ) -> None:
        """Without ``resends`` no request is ever sent twice."""
        self.host, self.port, self.timeout_s, self.resends = host, port, timeout_s, resends
        self._socket: socket.socket | None = None
        self.connections = 0
        """Connections until now."""
        self.reused = False
        """Whether the last request went out on a connection that had answered one before."""

    @property
    def kept(self) -> socket.socket | None:
        """The connection that the next request would go out on; None: the last one was not kept."""
        return self._socket

    def send(self, request: Request) -> Answer:
        """Send ``request`` and read its whole answer.

        Raises TimeoutError past the deadline, ConnectionError where the server refuses, closes or resets
        the connection, and of these MalformedAnswerError where what came is not one HTTP/1.1 answer.
        """
        return self.ask(Exchange(request=request, check=lambda _: None))

    def ask(self, exchange: Exchange) -> Answer:
        """Send the request of ``exchange`` and read its whole answer, with arrivals where it watches them.

        An exchange of messages has a WebSocket of its own, from the opening handshake to the closing one.

        Raises as ``send``.
        """
        if exchange.messages:
            return converse(self.host, self.port, exchange, self.timeout_s)
        kept = self.resends and self._socket is not None and exchange.request.method in IDEMPOTENT
        try:
            return self._ask(exchange)
        except ClosedWithoutAnswerError:
            if not kept:
                raise
            return self._ask(exchange)

    def _ask(self, exchange: Exchange) -> Answer:
        """The answer; afterwards the connection is closed, unless it may be used again."""
        keep_alive = False
        try:
            answer, keep_alive = self._exchange(exchange)
        finally:
            if not keep_alive:
                self.close()
        return answer

    def _exchange(self, exchange: Exchange) -> tuple[Answer, bool]:
        """The answer, and whether the connection may be used again."""
        request, begun_s = exchange.request, time.monotonic()
        connection = self._connection()
        connection.settimeout(self.timeout_s)
        sent_s = time.monotonic()
        with suppress(BrokenPipeError, ConnectionResetError):  # it may have answered before it read all
            connection.sendall(request.encode(str(Endpoint(self.host, self.port))))
        response, reads = _receive(connection, request.method, begun_s + self.timeout_s)
        elapsed_s = time.monotonic() - sent_s
        watch = exchange.watch if response.pieces else None
        instants_ns = arrived_ns(reads, response, watch) if watch else []
        return response.answer(elapsed_s, [at / 1e9 - sent_s for at in instants_ns]), response.keep_alive

    def _connection(self) -> socket.socket:
        """The kept connection where it is still open and silent, else a new one."""
        if self._socket is not None and _readable(self._socket):
            self.close()
        self.reused = self._socket is not None
        if self._socket is None:
            self._socket = socket.create_connection((self.host, self.port), timeout=self.timeout_s)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections += 1
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


def converse(host: str, port: int, exchange: Exchange, timeout_s: float = ANSWER_DEADLINE_S) -> Answer:
    """Open a WebSocket, send the messages of ``exchange``, receive as many, close it; raises as ``send``."""
    begun_s = time.monotonic()
    web_socket = WebSocketClient(exchange.request, str(Endpoint(host, port)))
    with socket.create_connection((host, port), timeout=timeout_s) as connection:
        receive = partial(_receive_until, connection, web_socket, begun_s + timeout_s)
        receive(until=lambda: web_socket.status > 0)
        if web_socket.is_open:
            with suppress(BrokenPipeError, ConnectionResetError):  # what it sent says why it did not read
                connection.sendall(frames(exchange.messages, masked=True))
            receive(
                until=lambda: len(web_socket.messages) >= len(exchange.messages) or not web_socket.is_open
            )
        if web_socket.is_open:
            web_socket.close()
            receive(until=lambda: not web_socket.is_open)
    return Answer(
        status=web_socket.status,
        headers=(),
        body=b"",
        elapsed_s=time.monotonic() - begun_s,
        messages=tuple(web_socket.messages),
        close_code=web_socket.close_code,
    )


def _receive_until(
    connection: socket.socket, web_socket: WebSocketClient, deadline_s: float, *, until: Callable[[], bool]
) -> None:
    """Read, and send what the WebSocket is to send, until ``until`` says so."""
    while outgoing := web_socket.take():
        connection.sendall(outgoing)
    while not until():
        left_s = deadline_s - time.monotonic()
        if left_s <= 0:
            raise TimeoutError("timed out")
        connection.settimeout(left_s)
        data = connection.recv(RECEIVE_BYTES)
        if not data:
            raise ConnectionAbortedError("closed without the closing handshake of a WebSocket")
        try:
            web_socket.feed(data)
        except ProtocolError as error:
            raise MalformedAnswerError(str(error)) from error
        connection.sendall(web_socket.take())


def send(host: str, port: int, request: Request, timeout_s: float = ANSWER_DEADLINE_S) -> Answer:
    """Send one request, over a connection of its own; raises as ``HttpClient.send``."""
    with HttpClient(host, port, timeout_s) as client:
        return client.send(request)


def ask(host: str, port: int, exchange: Exchange, timeout_s: float = ANSWER_DEADLINE_S) -> Answer:
    """Ask once, over a connection of its own; raises as ``HttpClient.send``."""
    with HttpClient(host, port, timeout_s) as client:
        return client.ask(exchange)


def _receive(connection: socket.socket, method: str, deadline_s: float) -> tuple[ResponseParser, Reads]:
    response, reads = ResponseParser(method), Reads()
    while not response.complete:
        left_s = deadline_s - time.monotonic()
        if left_s <= 0:
            raise TimeoutError("timed out")
        connection.settimeout(left_s)
        try:
            data = connection.recv(RECEIVE_BYTES)
        except ConnectionResetError as error:
            if response.begun:
                raise
            raise ClosedWithoutAnswerError(str(error)) from error
        if not data and not response.eof():
            kind = ConnectionAbortedError if response.begun else ClosedWithoutAnswerError
            raise kind(f"closed {'within' if response.begun else 'without'} an answer")
        if data:
            reads.note(len(data))
            _feed(response, data)
    return response, reads


def _feed(response: ResponseParser, data: bytes) -> None:
    try:
        response.feed(data)
    except ProtocolError as error:
        raise MalformedAnswerError(str(error)) from error


def _readable(connection: socket.socket) -> bool:
    """Whether something came on a connection that should be silent: nearly always that it was closed."""
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return bool(poll.poll(0))
