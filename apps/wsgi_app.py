# /// script
# requires-python = ">=3.11"
# dependencies = []
#
# [tool.hotlap]
# title = "WSGI floor"
# notes = "No framework: one function that speaks WSGI."
# serialiser = "stdlib json"
# validator = "none"
# floor = true
# implements = ["plaintext", "json"]
#
# [tool.hotlap.targets.wsgi]
# default = "app"
#
# [tool.hotlap.not-applicable]
# "*" = "a floor has no framework: it serves plaintext and json only"
# ///
"""The floor of WSGI servers: what any framework on them is measured against."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from apps import contract

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

Answer = tuple[str, str, bytes]


def plaintext() -> Answer:
    """Answer of ``plaintext``: status, media type, body."""
    return "200 OK", "text/plain; charset=utf-8", contract.greeting().encode()


def message() -> Answer:
    """Answer of ``json``: status, media type, body."""
    return "200 OK", "application/json", json.dumps({"message": contract.greeting()}).encode()


def not_found() -> Answer:
    """Answer of everything else."""
    return "404 Not Found", "text/plain; charset=utf-8", b"Not Found"


ROUTES = {"plaintext": ("/plaintext", plaintext), "json": ("/json", message)}
MOUNTED = dict(ROUTES[group] for group in contract.mounted() if group in ROUTES)


def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Serve one request."""
    is_get = environ["REQUEST_METHOD"] == "GET"
    handler = MOUNTED.get(environ["PATH_INFO"], not_found) if is_get else not_found
    status, media_type, body = handler()
    start_response(status, [("Content-Type", media_type), ("Content-Length", str(len(body)))])
    return [body]
