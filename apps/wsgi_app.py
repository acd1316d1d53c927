# /// script
# requires-python = ">=3.11"
# dependencies = []
#
# [tool.hotlap]
# title = "WSGI floor"
# documentation = "https://peps.python.org/pep-3333/"
# notes = "No framework: one function that speaks WSGI."
# serialiser = "stdlib json"
# validator = "none"
# floor = true
# implements = ["plaintext", "json", "stream"]
#
# [tool.hotlap.targets.wsgi]
# default = "app"
#
# [tool.hotlap.not-applicable]
# "*" = "a floor has no framework: it serves what shows the server"
#
# [tool.hotlap.boundaries]
# serialisation = ["json/__init__.py::dumps"]
# ///
"""The floor of WSGI servers: what any framework on them is measured against."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

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


def asked_chunks(query: str) -> int | None:
    """Read ``chunks`` of a query; None where it is no number of its range."""
    text = dict(parse_qsl(query)).get("chunks", str(contract.STREAM_CHUNKS))
    return int(text) if text.isdecimal() and 1 <= int(text) <= contract.STREAM_CHUNKS_MAX else None


def unprocessable() -> Answer:
    """Answer of ``stream`` to a bad number of chunks."""
    return "422 Unprocessable Content", "application/json", json.dumps({"detail": "chunks"}).encode()


ROUTES = {"plaintext": ("/plaintext", plaintext), "json": ("/json", message)}
MOUNTED = dict(ROUTES[group] for group in contract.mounted() if group in ROUTES)
STREAMS = "stream" in contract.mounted()


def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Serve one request."""
    is_get = environ["REQUEST_METHOD"] == "GET"
    handler = MOUNTED.get(environ["PATH_INFO"], not_found) if is_get else not_found
    if STREAMS and environ["PATH_INFO"] == "/stream":
        chunks = asked_chunks(environ["QUERY_STRING"])
        if chunks is not None:
            start_response("200 OK", [("Content-Type", "application/octet-stream")])
            return contract.stream_chunks(chunks)
        handler = unprocessable
    status, media_type, body = handler()
    start_response(status, [("Content-Type", media_type), ("Content-Length", str(len(body)))])
    return [body]
