"""WebSocket without sockets: frames encoded ahead, and a client for all that is not the frame expected."""

from __future__ import annotations

import wsproto
from wsproto import events
from wsproto.connection import ConnectionState
from wsproto.frame_protocol import FrameProtocol

from runners.http.response import MAX_BYTES, ProtocolError
from scenarios.exchange import NORMAL_END, SWITCHED, Answer, Exchange, Request

_CLOSE = bytes(FrameProtocol(client=True, extensions=[]).close(NORMAL_END))


def frames(messages: tuple[str | bytes, ...], *, masked: bool) -> bytes:
    """Each message in one frame: ``masked`` as a client sends it, else as a server does."""
    protocol = FrameProtocol(client=masked, extensions=[])
    return b"".join(bytes(protocol.send_data(message)) for message in messages)


class WebSocketClient:
    """One WebSocket, seen by its client: the opening handshake, messages, pings, the end.

    ``take`` gives the bytes to be sent. Whole frames that the pump recognised need not pass through it.
    """

    def __init__(self, request: Request, host: str) -> None:
        self._connection = wsproto.WSConnection(wsproto.ConnectionType.CLIENT)
        headers = [(name.encode(), value.encode()) for name, value in request.headers]
        opening = events.Request(host=host, target=request.target, extra_headers=headers)
        self._outgoing = self._connection.send(opening)
        self._fragments: list[str | bytes] = []
        self._size = 0
        self.status = 0
        """Of the answer to the handshake; 0: none has come yet."""
        self.messages: list[str | bytes] = []
        """Whole messages that came, in order."""
        self.close_code: int | None = None
        """What the server closed with."""

    @property
    def is_open(self) -> bool:
        """Whether messages may be sent."""
        return self.status == SWITCHED and self.close_code is None

    def take(self) -> bytes:
        """Bytes to be sent now, once."""
        outgoing, self._outgoing = self._outgoing, b""
        return outgoing

    def close(self) -> None:
        """Begin the closing handshake, with code 1000."""
        self._outgoing += self._connection.send(events.CloseConnection(code=NORMAL_END))

    def feed(self, data: bytes) -> None:
        """Take what arrived; raises ProtocolError where it is no WebSocket."""
        try:
            self._connection.receive_data(data)
            for event in self._connection.events():
                self._take_event(event)
        except wsproto.utilities.ProtocolError as error:
            raise ProtocolError(f"not a WebSocket ({error}): {data[:80]!r}") from error

    def _take_event(self, event: events.Event) -> None:
        if isinstance(event, events.AcceptConnection):
            self.status = SWITCHED
        elif isinstance(event, events.RejectConnection):
            self.status = event.status_code
        elif isinstance(event, events.TextMessage | events.BytesMessage):
            self._gather(event)
        elif isinstance(event, events.Ping):
            self._outgoing += self._connection.send(event.response())
        elif isinstance(event, events.CloseConnection):
            self._end(event)

    def _end(self, event: events.CloseConnection) -> None:
        state = self._connection.state
        if state not in {ConnectionState.REMOTE_CLOSING, ConnectionState.CLOSED}:  # wsproto's own verdict
            raise ProtocolError(f"not a WebSocket ({event.reason})")
        self.close_code = event.code
        if state is ConnectionState.REMOTE_CLOSING:
            self._outgoing += self._connection.send(event.response())

    def _gather(self, event: events.TextMessage | events.BytesMessage) -> None:
        self._fragments.append(event.data if isinstance(event, events.TextMessage) else bytes(event.data))
        self._size += len(event.data)
        if self._size > MAX_BYTES:
            raise ProtocolError(f"a message of more than {MAX_BYTES} bytes")
        if event.message_finished:
            empty: str | bytes = "" if isinstance(event, events.TextMessage) else b""
            self.messages.append(empty.join(self._fragments))  # type: ignore[arg-type] # parts of one kind
            self._fragments, self._size = [], 0


class Echo:
    """What comes back for one exchange, where it is not the bytes expected or not in one piece."""

    __slots__ = ("_wanted", "_web_socket", "keep_alive", "parser")

    def __init__(self, web_socket: WebSocketClient, exchange: Exchange) -> None:
        self._web_socket = web_socket
        self._wanted = len(exchange.messages)
        self.keep_alive = True
        self.parser = None
        """An echo is known before it comes: nothing is learnt from it."""

    def feed(self, data: bytes) -> bool:
        """Take what arrived; True once as many messages came as were sent. Raises ProtocolError."""
        web_socket = self._web_socket
        web_socket.feed(data)
        if web_socket.status not in {0, SWITCHED}:
            raise ProtocolError(f"the server refuses a WebSocket: status {web_socket.status}")
        if web_socket.close_code is not None:
            raise ProtocolError(f"the server closed the WebSocket with code {web_socket.close_code}")
        return len(web_socket.messages) >= self._wanted

    def eof(self) -> bool:
        """Take the end of the stream, which completes nothing."""
        return False

    def answer(self, elapsed_s: float) -> Answer:
        """The messages that came."""
        messages = tuple(self._web_socket.messages)
        self._web_socket.messages.clear()
        return Answer(status=SWITCHED, headers=(), body=b"", elapsed_s=elapsed_s, messages=messages)

    def arrivals_ns(self) -> list[int]:
        """Nobody watches the pieces of a message."""
        return []


def close_frame() -> bytes:
    """Frame that says a normal end, sent where nobody waits for the answer."""
    return _CLOSE
