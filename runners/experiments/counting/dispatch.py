"""Calls an app without a server: run by the environment's own interpreter, standard library only.

``python dispatch.py INTERFACE TARGET COMMANDS ANSWERS``: the last two are descriptors of pipes. A line of
COMMANDS that begins with ``{`` hands over batches of requests, or nothing, and is answered by a line with all
answers since the last one. Any other byte is the number of a batch to ask, answered by a byte when it was
asked: nothing but calling the app lies between the two.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import io
import json
import os
import sys
from base64 import b64decode, b64encode
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any
from urllib.parse import unquote

Headers = list[tuple[bytes, bytes]]
Answer = tuple[int, Headers, list[bytes]]
HOST, PORT, CLIENT_PORT = "127.0.0.1", 8000, 50000
FIRST_BATCH = ord("A")


class DecodedRequest:
    """One request, decoded once, before anything is counted."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self.method: str = fields["method"]
        self.raw_path, _, self.query = fields["target"].partition("?")
        self.path = unquote(self.raw_path)
        self.body = b64decode(fields["body"] or "")
        self.headers = [(name.lower(), value) for name, value in fields["headers"]]
        self.raw_headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in self.headers]


Call = Callable[[DecodedRequest], Awaitable[Answer]]


class AppCaller:
    """Calls an app that has nothing to start or to stop."""

    def __init__(self, app: Any) -> None:  # noqa: ANN401 - whatever the target is
        self.app = app

    async def start(self) -> None:
        """Let the app begin."""

    async def stop(self) -> None:
        """Let it end."""

    async def call(self, request: DecodedRequest) -> Answer:
        """One request: status, headers and pieces of the body."""
        raise NotImplementedError


class Asgi(AppCaller):
    """Calls an ASGI app as a server does, with its lifespan around everything."""

    def __init__(self, app: Any) -> None:  # noqa: ANN401 - whatever the target is
        super().__init__(app)
        self.state: dict[str, Any] = {}
        self.events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.replies: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start the app; one that has no lifespan goes without, as servers do."""
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self.state}
        self.task = asyncio.create_task(self.app(scope, self.events.get, self.replies.put))
        await self.events.put({"type": "lifespan.startup"})
        reply = asyncio.create_task(self.replies.get())
        await asyncio.wait((self.task, reply), return_when=asyncio.FIRST_COMPLETED)
        if reply.done() and reply.result()["type"] == "lifespan.startup.failed":
            raise RuntimeError(f"lifespan.startup.failed: {reply.result().get('message', '')}")
        reply.cancel()

    async def stop(self) -> None:
        """Shut the app down and wait for it."""
        if self.task is not None and not self.task.done():
            await self.events.put({"type": "lifespan.shutdown"})
            await self.replies.get()
            await self.task

    async def call(self, request: DecodedRequest) -> Answer:
        """One request: status, headers and pieces of the body."""
        cycle = Cycle(request.body)
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "server": (HOST, PORT),
            "client": (HOST, CLIENT_PORT),
            "scheme": "http",
            "root_path": "",
            "method": request.method,
            "path": request.path,
            "raw_path": request.raw_path.encode("ascii"),
            "query_string": request.query.encode("ascii"),
            "headers": list(request.raw_headers),
            "state": self.state.copy(),
        }
        try:
            await self.app(scope, cycle.receive, cycle.send)
        except Exception:
            if not cycle.ended:  # behind a whole answer a server logs what was raised, and goes on
                raise
        return cycle.status, cycle.headers, cycle.pieces


class Cycle:
    """One request and its answer, as ASGI's messages carry them."""

    __slots__ = ("asked", "body", "ended", "headers", "pieces", "status", "waiting")

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.asked = False
        self.ended = False
        self.status = 0
        self.headers: Headers = []
        self.pieces: list[bytes] = []
        self.waiting: asyncio.Future[None] | None = None

    async def receive(self) -> dict[str, Any]:
        """The whole body at once, then nothing until the answer is complete."""
        if not self.asked:
            self.asked = True
            return {"type": "http.request", "body": self.body, "more_body": False}
        if not self.ended:
            self.waiting = self.waiting or asyncio.get_running_loop().create_future()
            await asyncio.shield(self.waiting)
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        """Keep a part of the answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = list(message.get("headers", ()))
            return
        self.pieces.append(bytes(message.get("body", b"")))
        if not message.get("more_body", False):
            self.ended = True
            if self.waiting is not None and not self.waiting.done():
                self.waiting.set_result(None)


class Wsgi(AppCaller):
    """Calls a WSGI app as a server does."""

    async def call(self, request: DecodedRequest) -> Answer:
        """One request: status, headers and pieces of the body."""
        began: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], _error: object = None) -> object:
            began[:] = (status, headers)
            return began.append

        returned = self.app(self._environ(request), start_response)
        try:
            pieces = list(returned)
        finally:
            if hasattr(returned, "close"):
                returned.close()
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in began[1]]
        return int(began[0][:3]), headers, pieces

    def _environ(self, request: DecodedRequest) -> dict[str, Any]:
        environ: dict[str, Any] = {
            "REQUEST_METHOD": request.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": request.path.encode().decode("latin-1"),
            "QUERY_STRING": request.query,
            "RAW_URI": request.raw_path,
            "SERVER_NAME": HOST,
            "SERVER_PORT": str(PORT),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": HOST,
            "REMOTE_PORT": str(CLIENT_PORT),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(request.body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in request.headers:
            key = name.upper().replace("-", "_")
            environ[key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"] = value
        return environ


class RsgiScope:
    """What an RSGI app reads of a request."""

    def __init__(self, request: DecodedRequest) -> None:
        self.proto = "http"
        self.http_version = "1.1"
        self.rsgi_version = "1.5"
        self.server, self.client = f"{HOST}:{PORT}", f"{HOST}:{CLIENT_PORT}"
        self.scheme = "http"
        self.method = request.method
        self.path = request.path
        self.query_string = request.query
        self.headers = dict(request.headers)


class RsgiProtocol:
    """What an RSGI app answers through; granian's own is written in Rust and cannot be made from here."""

    __slots__ = ("body", "headers", "pieces", "status")

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.status = 0
        self.headers: Headers = []
        self.pieces: list[bytes] = []

    async def __call__(self) -> bytes:
        """The body of the request."""
        return self.body

    def _start(self, status: int, headers: list[tuple[str, str]]) -> None:
        self.status = status
        self.headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]

    def response_empty(self, status: int, headers: list[tuple[str, str]]) -> None:
        """Answer without a body."""
        self._start(status, headers)

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        """Answer with bytes."""
        self._start(status, headers)
        self.pieces.append(body)

    def response_str(self, status: int, headers: list[tuple[str, str]], body: str) -> None:
        """Answer with text."""
        self.response_bytes(status, headers, body.encode())

    def response_stream(self, status: int, headers: list[tuple[str, str]]) -> RsgiProtocol:
        """Begin an answer that is sent in pieces."""
        self._start(status, headers)
        return self

    async def send_bytes(self, data: bytes) -> None:
        """Send a piece."""
        self.pieces.append(data)

    async def send_str(self, data: str) -> None:
        """Send a piece of text."""
        self.pieces.append(data.encode())


class Rsgi(AppCaller):
    """Calls an RSGI app through objects of the same shape as granian's."""

    def __init__(self, app: Any) -> None:  # noqa: ANN401 - whatever the target is
        super().__init__(getattr(app, "__rsgi__", app))

    async def call(self, request: DecodedRequest) -> Answer:
        """One request: status, headers and pieces of the body."""
        protocol = RsgiProtocol(request.body)
        await self.app(RsgiScope(request), protocol)
        return protocol.status, protocol.headers, protocol.pieces


KINDS: dict[str, type[AppCaller]] = {"asgi": Asgi, "wsgi": Wsgi, "rsgi": Rsgi}


async def ask(call: Call, batch: list[DecodedRequest], answers: list[Answer]) -> None:
    """Ask every request of ``batch`` and keep the answers."""
    for request in batch:
        answer = await call(request)
        answers.append(answer)


def plain(answer: Answer) -> list[Any]:
    """An answer as JSON carries it; ``pieces`` as a server's chunked coding would show them."""
    status, headers, pieces = answer
    shown = [[name.decode("latin-1").lower(), value.decode("latin-1")] for name, value in headers]
    return [status, shown, b64encode(b"".join(pieces)).decode("ascii"), sum(map(bool, pieces))]


async def serve(app: AppCaller, commands: int, answers: int) -> None:
    """Do what is commanded until the pipe is closed."""
    await app.start()
    batches: list[list[DecodedRequest]] = []
    kept: list[Answer] = []
    source = os.fdopen(commands, "rb")
    os.write(answers, b"ready\n")
    while first := source.read(1):
        if first == b"{":
            command = json.loads(first + source.readline())
            if "batches" in command:
                batches = [[DecodedRequest(fields) for fields in batch] for batch in command["batches"]]
            line = json.dumps([plain(answer) for answer in kept]).encode() + b"\n"
            kept.clear()
            gc.collect()
            with os.fdopen(os.dup(answers), "wb") as sink:
                sink.write(line)
        else:
            await ask(app.call, batches[first[0] - FIRST_BATCH], kept)
            os.write(answers, b".")
    await app.stop()


def run_to_end(work: Coroutine[Any, Any, None]) -> None:
    """Run what never waits; unlike under ``asyncio.run`` no event loop is seen by what it calls."""
    with suppress(StopIteration):
        work.send(None)


def main(interface: str, target: str, commands: str, answers: str) -> None:
    """Import the app, start it, do what is commanded."""
    module, _, name = target.partition(":")
    app = getattr(importlib.import_module(module), name)
    work = serve(KINDS[interface](app), int(commands), int(answers))
    (run_to_end if interface == "wsgi" else asyncio.run)(work)


if __name__ == "__main__":
    main(*sys.argv[1:])
