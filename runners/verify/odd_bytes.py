"""Odd bytes that servers are held against: what is sent, and how what comes back is said in a few words."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import h11
from wsproto import ConnectionType, WSConnection
from wsproto import events as ws_events

from runners.http.conversation import Heard, Step, ask_http2, converse

PATH = "/seen"
OTHER = "/other"
HOST = ("Host", "localhost")
POST_LENGTH = 11
SLOW_S = 0.25
"""Between the pieces of a slow head."""
UNFINISHED_S = 2.0
"""How long a head that never ends is watched."""


def request(method: str = "GET", path: str = PATH, *headers: tuple[str, str]) -> h11.Request:
    """A well-formed request."""
    return h11.Request(method=method, target=path, headers=[HOST, *headers])


def encode(asked: h11.Request, body: Sequence[bytes] = (), trailers: Sequence[tuple[str, str]] = ()) -> bytes:
    """A request as h11 writes it, its body by its own length or in chunks, as its headers say."""
    writer = h11.Connection(h11.CLIENT)
    parts = [writer.send(asked), *(writer.send(h11.Data(data=piece)) for piece in body)]
    return b"".join(part or b"" for part in (*parts, writer.send(h11.EndOfMessage(headers=list(trailers)))))


GET, NEXT = request(), request("GET", OTHER)
CHUNKED = request("POST", PATH, ("Transfer-Encoding", "chunked"))
POST = request("POST", PATH, ("Content-Length", str(POST_LENGTH)))
AND_ONE_MORE = Step(pieces=(encode(NEXT),), answering=(NEXT,))
"""Another request on the same connection: whether the server knows where the one before it ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OddBytes:
    """Something that is sent over a connection of its own."""

    about: str
    steps: tuple[Step, ...]
    tell: Callable[[Heard], str]
    must: str = ""
    """What hotlap's own load relies on: how the answer begins, whether or not the connection is kept; empty:
    any answer is a finding."""


def raw(text: str) -> bytes:
    """``text`` with the line ends of HTTP, and the empty line that ends a head."""
    return (text.strip() + "\n\n").replace("\n", "\r\n").encode("latin-1")


def plain(heard: Heard) -> str:
    """Statuses, and how the connection ended if it did."""
    said = [*map(str, heard.interim), *map(str, heard.statuses)]
    end = "not HTTP/1.1" if heard.nonsense else "reset" if heard.reset else "closed" if heard.closed else ""
    if not said:
        return f"{end} without an answer" if end else "no answer"
    return ", ".join([" then ".join(said), *([end] if end else [])])


def seen(heard: Heard, tell: Callable[[dict[str, object]], str]) -> str:
    """Statuses, and what the application saw of the first request where it was asked."""
    try:
        told = json.loads(heard.bodies[0])
        return f"{plain(heard)}: {tell(told)}"
    except (IndexError, ValueError, KeyError, TypeError):
        return plain(heard)


def of_body(heard: Heard) -> str:
    """Statuses, and how much of the body the application got."""
    return seen(heard, lambda told: f"{told['body']} bytes")


def of_path(heard: Heard) -> str:
    """Statuses, and the path that the application saw."""
    return seen(heard, lambda told: str(told["path"]))


def of_values(heard: Heard) -> str:
    """Statuses, and the values of the header that the application saw."""
    return seen(heard, lambda told: json.dumps(told["probed"]))


def of_head(heard: Heard) -> str:
    """Statuses, and what the answer to a HEAD has."""
    if not heard.statuses:
        return plain(heard)
    length = heard.headers[0].get("content-length", "none")
    return f"{plain(heard)}: content-length {length}, {'a body' if heard.bodies[0] else 'no body'}"


def of_order(heard: Heard) -> str:
    """Statuses, and the paths in the order of their answers."""
    try:
        paths = [json.loads(body)["path"] for body in heard.bodies]
    except (ValueError, KeyError, TypeError):
        return plain(heard)
    return f"{plain(heard)}: {', '.join(paths) or 'nothing'}"


def simple(
    about: str,
    sent: bytes,
    *,
    tell: Callable[[Heard], str] = plain,
    answering: h11.Request = GET,
    more: bool = False,
) -> OddBytes:
    """Bytes sent at once, awaiting one answer, and perhaps one more request behind it."""
    step = Step(pieces=(sent,), answering=(answering,))
    return OddBytes(about=about, steps=(step, AND_ONE_MORE) if more else (step,), tell=tell)


def head(*lines: str, method: str = "GET", path: str = PATH) -> bytes:
    """A head of these lines behind the request line."""
    return raw("\n".join([f"{method} {path} HTTP/1.1", *lines]))


def bytewise(data: bytes) -> tuple[bytes, ...]:
    """Each byte a piece."""
    return tuple(data[place : place + 1] for place in range(len(data)))


def _must() -> tuple[OddBytes, ...]:
    """What hotlap's own load may send: requests in as many pieces as the network makes of them."""
    sent, body = encode(GET), encode(POST, [b"hello world"])
    return (
        OddBytes(about="GET", steps=(Step(pieces=(sent,), answering=(GET,)),), tell=of_path, must="200"),
        OddBytes(
            about="a head in two pieces",
            steps=(Step(pieces=(sent[:20], sent[20:]), answering=(GET,), pause_s=0.02),),
            tell=of_path,
            must="200",
        ),
        OddBytes(
            about="a head byte by byte",
            steps=(Step(pieces=bytewise(sent), answering=(GET,)),),
            tell=of_path,
            must="200",
        ),
        OddBytes(
            about="a body in three pieces",
            steps=(Step(pieces=(body[:-9], body[-9:-4], body[-4:]), answering=(POST,), pause_s=0.02),),
            tell=of_body,
            must=f"200: {POST_LENGTH} bytes",
        ),
    )


def _framing() -> tuple[OddBytes, ...]:
    expecting = request("POST", PATH, ("Content-Length", str(POST_LENGTH)), ("Expect", "100-continue"))
    pieces = [b"hello", b" world"]
    both = head(f"Host: {HOST[1]}", "Content-Length: 4", "Transfer-Encoding: chunked", method="POST")
    two = head(f"Host: {HOST[1]}", "Content-Length: 4", "Content-Length: 5", method="POST")
    return (
        OddBytes(
            about="two requests at once (pipelined)",
            steps=(Step(pieces=(encode(GET) + encode(NEXT),), answering=(GET, NEXT)),),
            tell=of_order,
        ),
        simple("a body in chunks", encode(CHUNKED, pieces), tell=of_body, answering=CHUNKED, more=True),
        simple(
            "chunks with a trailer",
            encode(CHUNKED, pieces, [("X-Probe", "late")]),
            tell=of_body,
            answering=CHUNKED,
            more=True,
        ),
        OddBytes(
            about="Expect: 100-continue",
            steps=(
                Step(pieces=(_head_of(expecting),), answering=(expecting,), interim=True),
                Step(pieces=(b"hello world",)),
            ),
            tell=of_body,
        ),
        simple("Content-Length with chunks", both + b"5\r\nhello\r\n0\r\n\r\n", tell=of_body, more=True),
        simple("two lengths that differ", two + b"hello", tell=of_body),
    )


def _head_of(asked: h11.Request) -> bytes:
    return h11.Connection(h11.CLIENT).send(asked) or b""


def _methods() -> tuple[OddBytes, ...]:
    asking_head, options = request("HEAD"), request("OPTIONS")
    star = request("OPTIONS", "*")
    return (
        simple("HEAD", encode(asking_head), tell=of_head, answering=asking_head, more=True),
        simple("OPTIONS", encode(options), answering=options),
        simple("OPTIONS *", encode(star), tell=of_path, answering=star),
        simple("an unknown method", encode(request("BREW"))),
        simple("HTTP/1.0 without a Host", raw(f"GET {PATH} HTTP/1.0"), tell=of_path),
    )


def _heads() -> tuple[OddBytes, ...]:
    host = f"Host: {HOST[1]}"
    return (
        *(
            simple(f"a header of {size // 1000} KB", head(host, f"X-Probe: {'a' * size}"))
            for size in (7_000, 30_000, 100_000)
        ),
        *(
            simple(f"{count} headers", head(host, *(f"X-{place}: a" for place in range(count))))
            for count in (90, 300)
        ),
        simple("a repeated header", head(host, "X-Probe: a", "X-Probe: b"), tell=of_values),
        simple("a repeated Host", head(host, "Host: other")),
        simple("no Host", head("X-Probe: a")),
        simple("an absolute target", head(host, path=f"http://example.invalid{PATH}"), tell=of_path),
        simple("a folded header", head(host, "X-Probe: a", "  b"), tell=of_values),
        simple("a blank before the colon", head(host, "X-Probe : a"), tell=of_values),
        simple("a NUL in a header", head(host, "X-Probe: a\0b"), tell=of_values),
        simple("bare LF", head(host).replace(b"\r", b""), tell=of_path),
        simple("a blank line before the request", b"\r\n" + head(host), tell=of_path),
    )


def _slow() -> tuple[OddBytes, ...]:
    sent = encode(GET)
    quarter = len(sent) // 4
    pieces = tuple(sent[place : place + quarter] for place in range(0, len(sent), quarter))
    return (
        OddBytes(
            about=f"a head that takes {SLOW_S * (len(pieces) - 1):g} s",
            steps=(Step(pieces=pieces, answering=(GET,), pause_s=SLOW_S),),
            tell=of_path,
        ),
        OddBytes(
            about=f"a head that never ends, for {UNFINISHED_S:g} s",
            steps=(Step(pieces=(sent[:-2],), answering=(GET,), wait_s=UNFINISHED_S),),
            tell=lambda heard: plain(heard).replace("no answer", "waits on"),
        ),
    )


def _upgrades() -> tuple[OddBytes, ...]:
    web_socket = WSConnection(ConnectionType.CLIENT).send(ws_events.Request(host=HOST[1], target=PATH))
    upgrading = request("GET", PATH, ("Connection", "Upgrade"), ("Upgrade", "websocket"))
    settings = ("HTTP2-Settings", "AAMAAABk")
    h2c = request("GET", PATH, ("Connection", "Upgrade, HTTP2-Settings"), ("Upgrade", "h2c"), settings)
    return (
        simple("a WebSocket to an application without", web_socket, answering=upgrading),
        simple("an upgrade to HTTP/2", encode(h2c), answering=h2c),
    )


CATALOGUE = (*_must(), *_framing(), *_methods(), *_heads(), *_slow(), *_upgrades())
"""All of them, in the order in which they are sent and shown."""
HTTP2 = "HTTP/2 with prior knowledge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a server answered to all odd bytes."""

    answers: tuple[tuple[str, str], ...]
    """(what was sent, what came back)"""
    broken: tuple[str, ...]
    """What hotlap's own load relies on and does not get, in words."""


def is_ready(host: str, port: int) -> str | None:
    """None where a server answers an ordinary request, else how it does not."""
    answer = _answer(host, port, CATALOGUE[0])
    return None if answer.startswith(CATALOGUE[0].must) else answer


def hold_against(host: str, port: int, *, is_aborted: Callable[[], bool] = lambda: False) -> Told:
    """Send all odd bytes to a server that serves ``apps.seen_bytes``, each over a connection of its own.

    Takes some seconds. At the end it must still answer as at the beginning.
    """
    sends = [(odd.about, odd.must, partial(_answer, host, port, odd)) for odd in CATALOGUE]
    sends.append((HTTP2, "", partial(ask_http2, host, port, PATH)))
    answers, broken = [], []
    for about, must, send in [*sends, ("GET after all of these", *sends[0][1:])]:
        if is_aborted():
            break
        try:
            answer = send()
        except OSError as error:
            answer = f"not reached: {error}"
        answers.append((about, answer))
        if not answer.replace(", closed", "").startswith(must):
            broken.append(f"{about}: {answer}, in place of {must}")
    return Told(answers=tuple(answers), broken=tuple(broken))


def _answer(host: str, port: int, odd: OddBytes) -> str:
    return odd.tell(converse(host, port, odd.steps))
