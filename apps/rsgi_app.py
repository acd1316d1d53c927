# /// script
# requires-python = ">=3.11"
# dependencies = []
#
# [tool.hotlap]
# title = "RSGI floor"
# notes = "No framework: one coroutine that speaks RSGI, Granian's own interface."
# serialiser = "stdlib json"
# validator = "none"
# floor = true
# implements = ["plaintext", "json"]
#
# [tool.hotlap.targets.rsgi]
# default = "app"
#
# [tool.hotlap.not-applicable]
# "*" = "a floor has no framework: it serves plaintext and json only"
# ///
"""The floor of RSGI: what Granian does in its own interface, without any framework."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from apps import contract

if TYPE_CHECKING:
    from granian.rsgi import HTTPProtocol, Scope

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


ROUTES = {"plaintext": ("/plaintext", plaintext), "json": ("/json", message)}
MOUNTED = dict(ROUTES[group] for group in contract.mounted() if group in ROUTES)


async def app(scope: Scope, protocol: HTTPProtocol) -> None:
    """Serve one request."""
    handler = MOUNTED.get(scope.path, not_found) if scope.method == "GET" else not_found
    status, media_type, body = handler()
    headers = [("content-type", media_type), ("content-length", str(len(body)))]
    protocol.response_bytes(status, headers, body)
