"""A WebSocket that is kept open: one message there and back, then nothing."""

from __future__ import annotations

import socket
from collections.abc import Callable
from types import TracebackType
from typing import Self

from runners.http.address import Endpoint
from runners.http.client import ANSWER_DEADLINE_S
from runners.http.response import ProtocolError
from runners.http.web_socket import WebSocketClient, frames
from scenarios.exchange import Request

TARGET = "/ws"
RECEIVE_BYTES = 4096


class IdleWebSocket:
    """A client's end; used as a context manager, at whose end the connection is closed without a word."""

    def __init__(self, host: str, port: int) -> None:
        """Connect and shake hands; raises OSError where the server does not."""
        self.socket = socket.create_connection((host, port), timeout=ANSWER_DEADLINE_S)
        self._client = WebSocketClient(Request(target=TARGET), str(Endpoint(host, port)))
        try:
            self.socket.sendall(self._client.take())
            self._receive(lambda: self._client.status > 0)
            self._must_be_open()
        except BaseException:
            self.socket.close()
            raise

    def echo(self, message: str) -> None:
        """Send ``message`` and wait for it; raises OSError where something else comes, or nothing."""
        self.socket.sendall(frames((message,), masked=True))
        self._receive(lambda: bool(self._client.messages))
        if self._client.messages != [message]:
            raise ConnectionAbortedError(f"wanted {message!r}, got {self._client.messages!r}")

    def _must_be_open(self) -> None:
        if not self._client.is_open:
            raise ConnectionAbortedError(f"the handshake is answered with {self._client.status}")

    def _receive(self, is_there: Callable[[], bool]) -> None:
        while not is_there():
            data = self.socket.recv(RECEIVE_BYTES)
            if not data:
                raise ConnectionAbortedError("closed without the closing handshake of a WebSocket")
            try:
                self._client.feed(data)
            except ProtocolError as error:
                raise ConnectionAbortedError(str(error)) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.socket.close()
