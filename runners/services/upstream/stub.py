"""The upstream itself, a process of its own: answers each request for an item after ``UPSTREAM_MS``.

``python -m runners.services.upstream.stub PORT``. A lease is the first part of a path: ``/3/items/7`` is
asked by the third launch, and ``/3/calls`` tells how often it has asked. Only what apps send is understood:
requests without a body, one at a time on a connection.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections import Counter

from scenarios.upstream import ITEMS, UPSTREAM_MS, upstream_item

HEAD_END = b"\r\n\r\n"
ITEM = re.compile(rb"/(\w+)/items/(\d{1,9})")
CALLS = re.compile(rb"/(\w+)/calls")
REASONS = {200: "OK", 404: "Not Found"}


class Stub(asyncio.Protocol):
    """One connection."""

    def __init__(self, calls: Counter[str], loop: asyncio.AbstractEventLoop) -> None:
        self._calls, self._loop = calls, loop
        self._received = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - of a stream
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Take what came, and answer each whole request."""
        self._received += data
        while HEAD_END in self._received:
            head, _, self._received = self._received.partition(HEAD_END)
            self._take(head.split(b" ", 2)[1])

    def _take(self, path: bytes) -> None:
        if match := ITEM.fullmatch(path):
            self._calls[match[1].decode()] += 1
            item_id = int(match[2])
            known = 1 <= item_id <= ITEMS
            answer = _answer(200, upstream_item(item_id)) if known else _answer(404, {"detail": "Not Found"})
            self._loop.call_later(UPSTREAM_MS / 1000, self._send, answer)
        elif match := CALLS.fullmatch(path):
            self._send(_answer(200, self._calls[match[1].decode()]))
        else:
            self._send(_answer(404, {"detail": "Not Found"}))

    def _send(self, answer: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(answer)


def _answer(status: int, value: object) -> bytes:
    body = json.dumps(value).encode()
    head = f"HTTP/1.1 {status} {REASONS[status]}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def serve(port: int) -> None:
    """Serve on ``port`` of the loopback interface until killed."""
    calls: Counter[str] = Counter()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Stub(calls, loop), "127.0.0.1", port, backlog=2048)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
