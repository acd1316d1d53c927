# /// script
# requires-python = ">=3.11"
# dependencies = []
#
# [tool.hotlap]
# title = "RSGI floor"
# documentation = "https://github.com/emmett-framework/granian/blob/master/docs/spec/RSGI.md"
# notes = "No framework: one coroutine that speaks RSGI, Granian's own interface."
# serialiser = "stdlib json"
# validator = "none"
# floor = true
# implements = ["plaintext", "json", "stream", "websocket"]
#
# [tool.hotlap.targets.rsgi]
# default = "app"
#
# [tool.hotlap.not-applicable]
# "*" = "a floor has no framework: it serves what shows the server"
#
# [tool.hotlap.boundaries]
# serialisation = ["json/__init__.py::dumps"]
# ///
"""The floor of RSGI: what Granian does in its own interface, without any framework."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from apps import contract

if TYPE_CHECKING:
    from granian.rsgi import HTTPProtocol, Scope, WebsocketProtocol

Answer = tuple[int, str, bytes]


def plaintext() -> Answer:
    """Answer of ``plaintext``: status, media type, body."""
    return 200, "text/plain; charset=utf-8", contract.greeting().encode()


def message() -> Answer:
    """Answer of ``json``: status, media type, body."""
    return 200, "application/json", json.dumps({"message": contract.greeting()}).encode()


def not_found() -> Answer:
    """Answer of everything else."""
    return 404, "text/plain; charset=utf-8", b"Not Found"


def asked_chunks(query: str) -> int | None:
    """Read ``chunks`` of a query; None where it is no number of its range."""
    text = dict(parse_qsl(query)).get("chunks", str(contract.STREAM_CHUNKS))
    return int(text) if text.isdecimal() and 1 <= int(text) <= contract.STREAM_CHUNKS_MAX else None


def unprocessable() -> Answer:
    """Answer of ``stream`` to a bad number of chunks."""
    return 422, "application/json", json.dumps({"detail": "chunks"}).encode()


async def stream(chunks: int, protocol: HTTPProtocol) -> None:
    """Send the answer of ``stream``: chunks as they are made."""
    transport = protocol.response_stream(200, [("content-type", "application/octet-stream")])
    for chunk in contract.stream_chunks(chunks):
        await transport.send_bytes(chunk)


ROUTES = {"plaintext": ("/plaintext", plaintext), "json": ("/json", message)}
MOUNTED = dict(ROUTES[group] for group in contract.mounted() if group in ROUTES)
STREAMS = "stream" in contract.mounted()
ECHOES = "websocket" in contract.mounted()
CLOSED, BYTES = 0, 1
"""Kinds of WebSocket messages in RSGI; the third is text."""


async def echo(protocol: WebsocketProtocol) -> None:
    """Send every message back as it came, until the client closes."""
    transport = await protocol.accept()
    while (message := await transport.receive()).kind != CLOSED:
        if message.kind == BYTES:
            await transport.send_bytes(message.data)
        else:
            await transport.send_str(message.data)
    protocol.close(None)


async def app(scope: Scope, protocol: HTTPProtocol | WebsocketProtocol) -> None:
    """Serve one request or one WebSocket."""
    if scope.proto == "ws":
        if ECHOES and scope.path == "/ws":
            await echo(protocol)
        else:
            protocol.close(None)
        return
    handler = MOUNTED.get(scope.path, not_found) if scope.method == "GET" else not_found
    if STREAMS and scope.path == "/stream":
        chunks = asked_chunks(scope.query_string)
        if chunks is not None:
            await stream(chunks, protocol)
            return
        handler = unprocessable
    status, media_type, body = handler()
    headers = [("content-type", media_type), ("content-length", str(len(body)))]
    protocol.response_bytes(status, headers, body)
