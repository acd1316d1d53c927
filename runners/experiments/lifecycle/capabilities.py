"""L6: what a stack can do by real handshakes: keep-alive, chunks, WebSocket, hooks, streams, HTTP/2."""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Callable
from contextlib import closing
from random import Random

from runners.errors import LifecycleError
from runners.experiments.lifecycle.hooks import Hooks
from runners.experiments.lifecycle.probe import Observation, Probe, Subject
from runners.http.client import ANSWER_DEADLINE_S, HttpClient, ask
from runners.launching.server import LocalServer
from runners.verify.checks import judge
from scenarios.exchange import SWITCHED, Answer, Exchange

GROUPS = ("json", "orders", "sse", "websocket", "lifespan")
PIECES = 3
"""That a chunked body is sent in."""
HALF = 0.5
"""A stream's first event comes before this part of its time is over, where it is sent as it is made."""
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0"
"""How a client that knows that a server speaks HTTP/2 begins (RFC 9113, 3.4): magic and empty SETTINGS."""
FRAME_HEAD, FRAME_TYPE, SETTINGS = 9, 3, 4
"""Length of a frame's head, place of its type in it, and the type that a server answers with first."""


def observe(subject: Subject) -> Observation:
    """Try each capability once against one launch, HTTP/2 against another where that needs an option."""
    groups = tuple(group for group in GROUPS if subject.has(group))
    hooks = Hooks.beside(subject.folder)
    observation = Observation()
    with subject.start(groups, variables=hooks.variables) as server:
        answers = {
            "keep-alive": _tried(lambda: keeps_alive(subject, server)),
            "chunked request": _tried_with(subject, "orders", lambda: takes_chunks(subject, server)),
            "websocket": _tried(lambda: has_web_socket(subject, server)),
            "stream before its end": _tried_with(
                subject, "sse", lambda: streams(subject, server, observation)
            ),
            "start hook": _tried_with(
                subject, "lifespan", lambda: "yes" if hooks.calls_of("start") else "no: it did not run"
            ),
        }
        if subject.variant.http2 is None:
            answers["http/2"] = _tried(lambda: speaks_http2(server.host, server.port))
    if subject.variant.http2 is not None:
        with subject.start(("json",), http2=True) as server:
            answers["http/2"] = _tried(lambda: speaks_http2(server.host, server.port))
    observation.answers = answers
    return observation


def _tried(act: Callable[[], str]) -> str:
    """What ``act`` says; an answer that does not come is one too."""
    try:
        return act()
    except OSError as error:
        return f"no: {error}"


def _tried_with(subject: Subject, family: str, act: Callable[[], str]) -> str:
    """What ``act`` says, or why the app has nothing to try it with."""
    missing = subject.framework.absence(family, subject.variant.name)
    return f"not applicable: {missing[1]}" if missing else _tried(act)


def keeps_alive(subject: Subject, server: LocalServer) -> str:
    """Whether the second request on one connection is answered."""
    exchange = _first(subject, "json")
    with HttpClient(server.host, server.port) as client:
        _must_be_right(subject, server, exchange, client.ask(exchange))
        if client.kept is None:
            return "no: it closes each connection after its answer"
        _must_be_right(subject, server, exchange, client.ask(exchange))
        return "yes" if client.reused else "no: it closed the connection, though it said otherwise"


def takes_chunks(subject: Subject, server: LocalServer) -> str:
    """Whether a body that comes in chunks, without a length, is read as one."""
    exchange = _first(subject, "orders")
    request, body = exchange.request, exchange.request.body or b""
    size = -(-len(body) // PIECES)
    pieces = (body[place : place + size] for place in range(0, len(body), size))
    with closing(http.client.HTTPConnection(server.host, server.port, timeout=ANSWER_DEADLINE_S)) as client:
        headers = {**dict(request.headers), "Transfer-Encoding": "chunked"}
        client.request(request.method, request.target, pieces, headers, encode_chunked=True)
        try:
            response = client.getresponse()
            answer = Answer(
                status=response.status,
                headers=tuple((name.lower(), value) for name, value in response.getheaders()),
                body=response.read(),
            )
        except http.client.HTTPException as error:
            return f"no: {type(error).__name__} {error}"
    problem = judge(exchange, answer)
    return f"no: {problem}" if problem else "yes"


def has_web_socket(subject: Subject, server: LocalServer) -> str:
    """Whether a WebSocket opens and gives messages back."""
    exchange = _first(subject, "websocket")
    answer = ask(server.host, server.port, exchange)
    if answer.status != SWITCHED:
        return f"no: the handshake is answered with {answer.status}"
    problem = judge(exchange, answer)
    return f"no: {problem}" if problem else "yes"


def streams(subject: Subject, server: LocalServer, observation: Observation) -> str:
    """Whether a stream's first event comes before its last one is made; ``observation`` gets the times."""
    exchange = _first(subject, "sse")
    answer = ask(server.host, server.port, exchange)
    _must_be_right(subject, server, exchange, answer)
    if not answer.arrivals_s:
        return "no: it comes in one piece"
    observation.values |= {"first_event_s": answer.arrivals_s[0], "stream_s": answer.elapsed_s}
    return "yes" if answer.arrivals_s[0] < HALF * answer.elapsed_s else "no: events come late, or together"


def speaks_http2(host: str, port: int) -> str:
    """Whether the preface of HTTP/2, sent with prior knowledge, is answered with SETTINGS."""
    deadline_s = time.monotonic() + ANSWER_DEADLINE_S
    received = b""
    with socket.create_connection((host, port), timeout=ANSWER_DEADLINE_S) as connection:
        connection.sendall(PREFACE)
        while len(received) < FRAME_HEAD and time.monotonic() < deadline_s:
            if not (data := connection.recv(4096)):
                break
            received += data
    if len(received) >= FRAME_HEAD and received[FRAME_TYPE] == SETTINGS:
        return "yes"
    line = received.partition(b"\r\n")[0].decode("latin-1")
    return f"no: answered {line!r}" if line else "no: the connection is closed"


def _first(subject: Subject, scenario: str) -> Exchange:
    return subject.scenarios[scenario].ring(Random(0))[0]


def _must_be_right(subject: Subject, server: LocalServer, exchange: Exchange, answer: Answer) -> None:
    if problem := judge(exchange, answer):
        error: LifecycleError = subject.error(f"{exchange.request.target}: {problem}", server)
        raise error


PROBE = Probe(
    name="capabilities",
    number="L6",
    observe=observe,
    seconds=3.0,
)
