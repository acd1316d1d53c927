"""What a server hands to an application of each request, as JSON: how servers are told apart by odd bytes.

No framework, and no part of the contract: `hotlap verify --protocol` serves it, and nothing else does.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

    from granian.rsgi import HTTPProtocol, Scope

Message = MutableMapping[str, Any]
PROBED = "x-probe"
"""The header whose values are told."""
JSON = "application/json"


def told(method: str, path: str, headers: int, probed: list[str], body: bytes) -> bytes:
    """What was seen of one request."""
    seen = {"method": method, "path": path, "headers": headers, "probed": probed, "body": len(body)}
    return json.dumps(seen).encode()


async def asgi(
    scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    """Serve a request; agree to start and to stop; refuse a WebSocket."""
    if scope["type"] == "lifespan":
        while (event := await receive())["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        await send({"type": f"{event['type']}.complete"})
        return
    if scope["type"] == "websocket":
        await send({"type": "websocket.close"})
        return
    body = b""
    while (event := await receive())["type"] == "http.request":
        body += event.get("body", b"")
        if not event.get("more_body"):
            break
    probed = [value.decode("latin-1") for name, value in scope["headers"] if name == PROBED.encode()]
    answer = told(scope["method"], scope["path"], len(scope["headers"]), probed, body)
    headers = [(b"content-type", JSON.encode()), (b"content-length", str(len(answer)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})


def wsgi(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Serve a request, whose body is read by its length, or to its end where the server knows that."""
    length = environ.get("CONTENT_LENGTH")
    if environ.get("wsgi.input_terminated"):
        body = environ["wsgi.input"].read()
    else:
        body = environ["wsgi.input"].read(int(length)) if length else b""
    named = [name for name in environ if name.startswith("HTTP_")]
    probed = [environ["HTTP_X_PROBE"]] if "HTTP_X_PROBE" in environ else []
    answer = told(environ["REQUEST_METHOD"], environ["PATH_INFO"], len(named), probed, body)
    start_response("200 OK", [("content-type", JSON), ("content-length", str(len(answer)))])
    return [answer]


async def rsgi(scope: Scope, protocol: HTTPProtocol) -> None:
    """Serve a request; refuse a WebSocket."""
    if scope.proto == "ws":
        protocol.close(None)
        return
    body = await protocol()
    headers = list(scope.headers.items())
    probed = [value for name, value in headers if name == PROBED]
    answer = told(scope.method, scope.path, len(headers), probed, body)
    protocol.response_bytes(200, [("content-type", JSON), ("content-length", str(len(answer)))], answer)
