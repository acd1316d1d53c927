"""A server of the reference app over real sockets, whose answers a test can replace by wrong ones."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import ClassVar

import wsproto
from wsproto.connection import ConnectionState
from wsproto.events import AcceptConnection, BytesMessage, CloseConnection, Ping, TextMessage

from scenarios.exchange import Answer, Request
from scenarios.upstream import UPSTREAM_MS
from tests.support.reference_app import respond

Respond = Callable[[Request], Answer]


def echo(talk: wsproto.WSConnection, receive: Callable[[], bytes], send: Callable[[bytes], object]) -> None:
    """Send every message back until the client closes or is gone."""
    while talk.state is not ConnectionState.CLOSED and (data := receive()):
        talk.receive_data(data)
        for event in talk.events():
            if isinstance(event, TextMessage | BytesMessage):
                send(talk.send(replace(event)))
            elif isinstance(event, Ping | CloseConnection):
                send(talk.send(event.response()))


def converse(headers: Iterable[tuple[str, str]], path: str, connection: socket.socket) -> None:
    """Open the WebSocket that was asked for, and echo."""
    talk = wsproto.WSConnection(wsproto.ConnectionType.SERVER)
    talk.initiate_upgrade_connection([(name.encode(), value.encode()) for name, value in headers], path)
    connection.sendall(talk.send(AcceptConnection()))
    echo(talk, lambda: connection.recv(1 << 16), connection.sendall)


def send_pieces(answer: Answer, write: Callable[[bytes], object]) -> None:
    """Send a streamed body in chunks, events when they are due."""
    size = len(answer.body) // answer.pieces
    events = [event + b"\n\n" for event in answer.body.split(b"\n\n")[:-1]]
    pieces = events or [answer.body[at : at + size] for at in range(0, len(answer.body), size)]
    begun_s = time.monotonic()
    for piece, due_s in zip(pieces, answer.arrivals_s, strict=True):
        time.sleep(max(begun_s + due_s - time.monotonic(), 0) if events else 0)
        write(b"%x\r\n%b\r\n" % (len(piece), piece))
    write(b"0\r\n\r\n")


class _Handler(BaseHTTPRequestHandler):
    """Answers as ``respond_with`` says."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    respond_with: ClassVar[Respond]

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = tuple(self.headers.items())
        self.close_connection = self.headers.get("Upgrade") == "websocket"
        if self.close_connection:
            converse(self.headers.items(), self.path, self.connection)
            return
        if ms := re.fullmatch(r"/delay(?:-threadpool)?/(1\d|2\d|30)", self.path):
            time.sleep(int(ms[1]) / 1000)
        if re.fullmatch(r"/offers/\d+", self.path):
            time.sleep(UPSTREAM_MS / 1000)
        request = Request(method=self.command, target=self.path, headers=headers, body=body)
        answer = type(self).respond_with(request)
        if answer.status == 0:
            self._fault(answer.body)
            return
        self.send_response_only(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.end_headers()
        if answer.pieces:
            send_pieces(answer, self.wfile.write)
        else:
            self.wfile.write(answer.body)

    def _fault(self, raw: bytes) -> None:
        self.close_connection = True
        if raw:
            self.wfile.write(raw)
        else:
            self.rfile.read(1)

    do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815 - the library's names

    def log_message(self, *_: object) -> None: ...


class _Server(ThreadingHTTPServer):
    """Lets as many connect at once as other servers do."""

    request_queue_size = 128


@contextmanager
def serving(respond_with: Respond = respond) -> Iterator[int]:
    """Serve ``respond_with`` (default: the contract) over HTTP; gives the port.

    An answer with status 0 is a fault: its body goes out raw and the connection closes; an empty one
    hangs until the server ends.
    """
    handler = type("Handler", (_Handler,), {"respond_with": staticmethod(respond_with)})
    server = _Server(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.block_on_close = False
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
