"""A server with one fault, which shows once it has been asked often enough; standard library only.

``python -m faulty_server FAULT HOST PORT``, ``apps/contract.py`` in reach. Verifying asks less than it takes.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import struct
import sys
import time
from collections.abc import Callable
from itertools import count

from apps import contract

ENOUGH = 300
"""Requests after which a fault shows: the server is warm then."""
SELDOM = 41
"""One answer in so many is wrong where only some are."""
DRIP_S = 0.05
"""Between two bytes of a slow answer."""
REST_S = 0.02
"""Time without a request after which it rests."""


class Server(asyncio.Protocol):
    """One connection."""

    fault = ""
    asked = accepted = 0
    asked_last_s = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note it; the connection of the check after load is the first one after many requests."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        Server.accepted += 1
        if Server.fault == "dies-before-check" and Server.asked > ENOUGH:
            os._exit(3)

    def data_received(self, data: bytes) -> None:
        """Answer: a request comes in one piece."""
        Server.asked += 1
        Server.asked_last_s = time.monotonic()
        late = Server.asked > ENOUGH
        act = ACTS.get(Server.fault) if late else None
        if act is None or not act(self):
            self.transport.write(right(data))


def right(data: bytes) -> bytes:
    """The right answer to a request."""
    greeting = contract.greeting()
    if data.startswith(b"GET /json "):
        return whole(b"application/json", json.dumps({"message": greeting}).encode())
    if data.startswith(b"GET /plaintext "):
        return whole(b"text/plain; charset=utf-8", greeting.encode())
    return whole(b"application/json", b'{"detail": "Not Found"}', status=b"404 Not Found")


def whole(kind: bytes, body: bytes, status: bytes = b"200 OK") -> bytes:
    """A response."""
    head = b"HTTP/1.1 %b\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n"
    return head % (status, kind, len(body)) + body


def _die(_server: Server) -> bool:
    sys.stderr.write("the last words of a server\n")
    sys.stderr.flush()
    os._exit(7)


def _stop(_server: Server) -> bool:
    os.kill(os.getpid(), signal.SIGSTOP)
    return False


def _seldom(answer: bytes) -> Callable[[Server], bool]:
    def act(server: Server) -> bool:
        if Server.asked % SELDOM:
            return False
        server.transport.write(answer)
        return True

    return act


def _drip(server: Server) -> bool:
    answer = right(b"GET /json ")

    def next_byte(at: int) -> None:
        server.transport.write(answer[at : at + 1])
        if at + 1 < len(answer):
            asyncio.get_running_loop().call_later(DRIP_S, next_byte, at + 1)

    next_byte(0)
    return True


def _reset(server: Server) -> bool:
    if Server.asked % SELDOM:
        return False
    wire: socket.socket = server.transport.get_extra_info("socket")
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    server.transport.abort()
    return True


def _never_close(server: Server) -> bool:
    server.transport.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nHello")
    return True


def _out_of_descriptors(server: Server) -> bool:
    """Every connection is cut, as by a server that may open nothing more."""
    server.transport.close()
    return True


def _eat(_server: Server) -> bool:
    """Meet the memory cap that a test has set, and say so last of all, however often."""
    try:
        EATEN.append(bytes(64 << 20))  # zeroes that nobody touches: to give them back takes no time
    except MemoryError:
        sys.stderr.write("MemoryError: the cap is met\n")
        sys.stderr.flush()
        os._exit(9)
    return False


EATEN: list[bytes] = []
ACTS: dict[str, Callable[[Server], bool]] = {
    "dies-in-window": _die,
    "stops": _stop,
    "wrong-under-load": _seldom(whole(b"application/json", b'{"message": "Hello, Wrong!"}')),
    "fails-under-load": _seldom(whole(b"text/plain", b"oops", b"500 Internal Server Error")),
    "drips": _drip,
    "resets": _reset,
    "never-closes": _never_close,
    "refuses": _out_of_descriptors,
    "meets-memory-cap": _eat,
}


async def _die_at_rest() -> None:
    while Server.asked <= ENOUGH or time.monotonic() - Server.asked_last_s < REST_S:  # noqa: ASYNC110
        await asyncio.sleep(REST_S / 4)
    os._exit(5)


def _become_workers() -> None:
    """Fork two workers that end after some requests each, and replace whoever ended."""
    for number in count():
        if os.fork() == 0:
            Server.fault = "dies-in-window"
            return
        if number:
            os.wait()


async def _serve(listener: socket.socket) -> None:
    server = await asyncio.get_running_loop().create_server(Server, sock=listener)
    if Server.fault == "dies-at-rest":
        await _die_at_rest()
    await server.serve_forever()


def main(fault: str, host: str, port: str) -> None:
    """Serve with ``fault``."""
    Server.fault = fault
    if fault == "dies-at-import":
        raise ImportError("no module named hope")
    if fault == "meets-memory-cap":
        import resource  # noqa: PLC0415 - this fault alone

        resource.setrlimit(resource.RLIMIT_AS, (512 << 20, 512 << 20))
    listener = socket.create_server((host, int(port)), backlog=64)
    if fault == "dies-at-bind":
        socket.create_server((host, int(port)))
    if fault == "worker-dies":
        _become_workers()
    asyncio.run(_serve(listener))


if __name__ == "__main__":
    main(*sys.argv[1:])
