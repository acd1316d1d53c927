# /// script
# requires-python = ">=3.11"
# dependencies = []
#
# [tool.hotlap]
# title = "ASGI floor"
# documentation = "https://asgi.readthedocs.io/en/latest/specs/main.html"
# notes = "No framework: one coroutine that speaks ASGI."
# serialiser = "stdlib json"
# validator = "none"
# floor = true
# quick = ["uvicorn-standard"]
# implements = ["plaintext", "json", "stream", "websocket", "lifespan"]
#
# [tool.hotlap.targets.asgi]
# default = "app"
#
# [tool.hotlap.not-applicable]
# "*" = "a floor has no framework: it serves what shows the server"
#
# [tool.hotlap.boundaries]
# serialisation = ["json/__init__.py::dumps"]
# ///
"""The floor of ASGI servers: what any framework on them is measured against."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

from apps import contract

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Answer = tuple[int, bytes, bytes]


def plaintext() -> Answer:
    """Answer of ``plaintext``: status, media type, body."""
    return 200, b"text/plain; charset=utf-8", contract.greeting().encode()


def message() -> Answer:
    """Answer of ``json``: status, media type, body."""
    return 200, b"application/json", json.dumps({"message": contract.greeting()}).encode()


def not_found() -> Answer:
    """Answer of everything else."""
    return 404, b"text/plain; charset=utf-8", b"Not Found"


def asked_chunks(query: str) -> int | None:
    """Read ``chunks`` of a query; None where it is no number of its range."""
    text = dict(parse_qsl(query)).get("chunks", str(contract.STREAM_CHUNKS))
    return int(text) if text.isdecimal() and 1 <= int(text) <= contract.STREAM_CHUNKS_MAX else None


def unprocessable() -> Answer:
    """Answer of ``stream`` to a bad number of chunks."""
    return 422, b"application/json", json.dumps({"detail": "chunks"}).encode()


def hook_state(opened_by: int) -> Answer:
    """Answer of ``lifespan``: what the start hook left, 0 where the server keeps no state."""
    return 200, b"application/json", json.dumps(contract.hook_state(opened_by)).encode()


async def stream(chunks: int, send: Send) -> None:
    """Send the answer of ``stream``: chunks as they are made."""
    headers = [(b"content-type", b"application/octet-stream")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    for chunk in contract.stream_chunks(chunks):
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


ROUTES = {"plaintext": ("/plaintext", plaintext), "json": ("/json", message)}
MOUNTED = dict(ROUTES[group] for group in contract.mounted() if group in ROUTES)
STREAMS = "stream" in contract.mounted()
ECHOES = "websocket" in contract.mounted()
HOOKS = "lifespan" in contract.mounted()


async def lifespan(state: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
    """Agree to start and to stop; the hooks note it where this launch looks at them."""
    while True:
        event = await receive()
        if HOOKS and event["type"] == "lifespan.startup":
            state["opened_by"] = contract.hooked("start")
        elif HOOKS:
            contract.hooked("stop")
        await send({"type": f"{event['type']}.complete"})
        if event["type"] == "lifespan.shutdown":
            return


async def echo(receive: Receive, send: Send) -> None:
    """Send every message back as it came, until the client closes."""
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": event.get("text"), "bytes": event.get("bytes")})


async def app(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
    """Serve one request, one WebSocket, or the lifespan."""
    if scope["type"] == "lifespan":
        await lifespan(scope.get("state", {}), receive, send)
        return
    if scope["type"] == "websocket":
        if ECHOES and scope["path"] == "/ws":
            await echo(receive, send)
        else:
            await send({"type": "websocket.close"})
        return
    handler = MOUNTED.get(scope["path"], not_found) if scope["method"] == "GET" else not_found
    if STREAMS and scope["path"] == "/stream":
        chunks = asked_chunks(scope["query_string"].decode())
        if chunks is not None:
            await stream(chunks, send)
            return
        handler = unprocessable
    if HOOKS and scope["path"] == "/lifespan":
        handler = partial(hook_state, scope.get("state", {}).get("opened_by", 0))
    status, media_type, body = handler()
    headers = [(b"content-type", media_type), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
