"""Bytes sent as they are, in pieces, and what came back: HTTP/1.1 by h11, HTTP/2 by h2."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import h11
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import Event, ResponseReceived
from h2.exceptions import ProtocolError as Http2Error

RECEIVE_BYTES = 1 << 16
WAIT_S = 1.0
"""For answers that do not come, unless a step says otherwise."""
LINGER_S = 0.03
"""After the last answer, for the end of the connection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Pieces that are sent one after the other, and the requests whose answers are awaited then."""

    pieces: tuple[bytes, ...]
    answering: tuple[h11.Request, ...] = ()
    """Well-formed requests of which the answers are read as answers to."""
    pause_s: float = 0.0
    """Between pieces; shorter where the server says something meanwhile."""
    wait_s: float = WAIT_S
    interim: bool = False
    """An interim answer (1xx) ends the waiting too."""


@dataclass(slots=True, kw_only=True)
class Heard:
    """What came back over one connection."""

    statuses: list[int] = field(default_factory=list)
    interim: list[int] = field(default_factory=list)
    """Statuses of interim answers."""
    headers: list[dict[str, str]] = field(default_factory=list)
    """Of each answer, names in lower case."""
    bodies: list[bytes] = field(default_factory=list)
    """Of each answer; of one that is not whole what there is of it."""
    closed: bool = False
    reset: bool = False
    nonsense: str = ""
    """Why what came is no answer to what was asked."""


def converse(host: str, port: int, steps: Sequence[Step]) -> Heard:
    """Send ``steps`` over one connection, each after the answers to the one before; what came back.

    A step after one whose answers did not come is sent all the same, unless the server ended the connection.
    Raises ConnectionRefusedError where nobody listens; nothing else that a server does is an error.
    """
    reader = _Reader()
    with socket.create_connection((host, port), timeout=WAIT_S) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for step in steps:
            if reader.is_over:
                break
            reader.expect(step.answering)
            _send(connection, step)
            reader.read(connection, step.wait_s, interim=step.interim)
        if not reader.is_over:
            reader.read(connection, LINGER_S, to_end=True)
    return reader.heard


def _send(connection: socket.socket, step: Step) -> None:
    """Send all pieces, or as many as the server takes."""
    with suppress(ConnectionError, TimeoutError):
        for place, piece in enumerate(step.pieces):
            if place and step.pause_s and _is_readable(connection, step.pause_s):
                return
            connection.sendall(piece)


def _is_readable(connection: socket.socket, within_s: float) -> bool:
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return bool(poll.poll(1000 * within_s))


class _Reader:
    """Takes what comes over one connection as answers to what is expected, in order."""

    def __init__(self) -> None:
        self.heard = Heard()
        self._h11 = h11.Connection(h11.CLIENT)
        self._expected: list[h11.Request] = []
        self._unanswered = 0

    @property
    def is_over(self) -> bool:
        """Whether nothing more can come."""
        return self.heard.closed or self.heard.reset or bool(self.heard.nonsense)

    def expect(self, requests: Sequence[h11.Request]) -> None:
        """Take what comes as answers to ``requests`` too."""
        self._expected += requests
        self._unanswered += len(requests)
        self._begin()

    def _begin(self) -> None:
        if self._expected and self._h11.our_state is h11.IDLE:
            self._h11.send(self._expected.pop(0))
            with suppress(h11.LocalProtocolError):  # a request that states a length which is not sent here
                self._h11.send(h11.EndOfMessage())

    def read(
        self, connection: socket.socket, within_s: float, *, interim: bool = False, to_end: bool = False
    ) -> None:
        """Read until all is answered (with ``interim``: or something is), or to the end, or for so long."""
        until_s, before = time.monotonic() + within_s, len(self.heard.interim)
        while not self.is_over and (to_end or self._unanswered):
            if interim and len(self.heard.interim) > before:
                return
            left_s = until_s - time.monotonic()
            if left_s <= 0 or not _is_readable(connection, left_s):
                return
            try:
                self._take(connection.recv(RECEIVE_BYTES))
            except ConnectionError:
                self.heard.reset = True

    def _take(self, data: bytes) -> None:
        self.heard.closed = not data
        try:
            self._h11.receive_data(data)
            while not isinstance(event := self._h11.next_event(), (type, h11.ConnectionClosed)):
                self._note(event)
        except h11.RemoteProtocolError as error:
            if data:  # the end of a connection within an answer is none of h11's right ones either
                self.heard.nonsense = str(error)

    def _note(self, event: object) -> None:
        heard = self.heard
        if isinstance(event, h11.InformationalResponse):
            heard.interim.append(event.status_code)
        elif isinstance(event, h11.Response):
            heard.statuses.append(event.status_code)
            heard.headers.append({name.decode(): value.decode("latin-1") for name, value in event.headers})
            heard.bodies.append(b"")
        elif isinstance(event, h11.Data):
            heard.bodies[-1] += event.data
        elif isinstance(event, h11.EndOfMessage):
            self._unanswered -= 1
            if self._h11.our_state is self._h11.their_state is h11.DONE:
                self._h11.start_next_cycle()
                self._begin()


def ask_http2(host: str, port: int, path: str) -> str:
    """What a server answers to HTTP/2 with prior knowledge, in words."""
    client = H2Connection(H2Configuration(client_side=True))
    client.initiate_connection()
    names = {":method": "GET", ":scheme": "http", ":authority": f"{host}:{port}", ":path": path}
    client.send_headers(1, list(names.items()), end_stream=True)
    with socket.create_connection((host, port), timeout=WAIT_S) as connection:
        until_s = time.monotonic() + WAIT_S
        try:
            connection.sendall(client.data_to_send())
            while (left_s := until_s - time.monotonic()) > 0 and _is_readable(connection, left_s):
                data = connection.recv(RECEIVE_BYTES)
                if not data:
                    return "closed"
                if data.startswith(b"HTTP/1."):
                    return data.partition(b"\r\n")[0].decode("latin-1")
                if answered := _http2_status(client.receive_data(data)):
                    return f"HTTP/2 {answered}"
                connection.sendall(client.data_to_send())
        except Http2Error as error:
            return f"not HTTP/2: {error}"
        except ConnectionError:
            return "reset"
    return f"no answer within {WAIT_S:g} s"


def _http2_status(events: Sequence[Event]) -> str:
    for event in events:
        if isinstance(event, ResponseReceived):
            return next((value.decode() for name, value in event.headers or () if name == b":status"), "")
    return ""
