# /// script
# requires-python = ">=3.11"
# dependencies = []
#
# [tool.hotlap]
# title = "ASGI floor"
# notes = "No framework: one coroutine that speaks ASGI."
# serialiser = "stdlib json"
# validator = "none"
# floor = true
# implements = ["plaintext", "json"]
#
# [tool.hotlap.targets.asgi]
# default = "app"
#
# [tool.hotlap.not-applicable]
# "*" = "a floor has no framework: it serves plaintext and json only"
# ///
"""The floor of ASGI servers: what any framework on them is measured against."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

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


ROUTES = {"plaintext": ("/plaintext", plaintext), "json": ("/json", message)}
MOUNTED = dict(ROUTES[group] for group in contract.mounted() if group in ROUTES)


async def lifespan(receive: Receive, send: Send) -> None:
    """Agree to start and to stop."""
    while True:
        event = await receive()
        await send({"type": f"{event['type']}.complete"})
        if event["type"] == "lifespan.shutdown":
            return


async def app(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
    """Serve one connection of kind ``http`` or ``lifespan``."""
    if scope["type"] == "lifespan":
        await lifespan(receive, send)
        return
    handler = MOUNTED.get(scope["path"], not_found) if scope["method"] == "GET" else not_found
    status, media_type, body = handler()
    headers = [(b"content-type", media_type), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
