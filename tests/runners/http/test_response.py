from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runners.http import response
from runners.http.response import ProtocolError, ResponseParser
from scenarios.exchange import Answer

OK = b"HTTP/1.1 200 OK\r\n"


def parse(*pieces: bytes, method: str = "GET", eof: bool = False) -> ResponseParser:
    parser = ResponseParser(method)
    for piece in pieces:
        parser.feed(piece)
    if eof:
        parser.eof()
    return parser


def outcome(*pieces: bytes, method: str = "GET") -> tuple[Answer, bool, bytes] | str:
    try:
        parser = parse(*pieces, method=method, eof=True)
    except ProtocolError:
        return "protocol"
    return (parser.answer(), parser.keep_alive, parser.raw) if parser.complete else "incomplete"


def test_content_length() -> None:
    parser = parse(OK + b"Content-Length: 3\r\nX-Y:  z \r\n\r\nabc")

    assert parser.complete
    assert parser.keep_alive
    assert parser.answer(0.5) == Answer(
        status=200, headers=(("content-length", "3"), ("x-y", "z")), body=b"abc", elapsed_s=0.5
    )


@pytest.mark.parametrize("status", [204, 304])
def test_no_body_by_status(status: int) -> None:
    assert parse(b"HTTP/1.1 %d X\r\n\r\n" % status).complete


def test_the_answer_to_head_has_no_body() -> None:
    parser = parse(OK + b"Content-Length: 3\r\n\r\n", method="HEAD")

    assert parser.complete
    assert parser.body == b""
    assert outcome(OK + b"Content-Length: 3\r\n\r\nabc", method="HEAD") == "protocol"


def test_chunked_with_extension_and_trailer() -> None:
    parser = parse(OK + b"Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nX-T: 1\r\n\r\n")

    assert parser.complete
    assert parser.body == b"abcde"
    assert parser.headers == [("transfer-encoding", "chunked")]


def test_interim_responses_are_forgotten() -> None:
    parser = parse(
        b"HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 100 C\r\n\r\n" + OK + b"Content-Length: 0\r\n\r\n"
    )

    assert parser.complete
    assert parser.interim
    assert parser.headers == [("content-length", "0")]


def test_a_body_to_the_end_of_the_stream() -> None:
    parser = parse(OK + b"\r\nab", b"c")
    assert not parser.complete
    assert parser.eof()
    assert parser.body == b"abc"
    assert not parser.framed
    assert not parser.keep_alive


@pytest.mark.parametrize(
    "cut",
    [
        b"",
        b"HTTP/1.1 2",
        OK,
        OK + b"Content-Length: 3\r\n\r\nab",
        OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nab",
    ],
)
def test_an_answer_cut_short_is_not_complete(cut: bytes) -> None:
    assert outcome(cut) == "incomplete"


@pytest.mark.parametrize(
    ("more", "keep_alive"),
    [(b"Connection: close\r\n", False), (b"Connection: keep-alive\r\n", True), (b"", True)],
)
def test_keep_alive(more: bytes, *, keep_alive: bool) -> None:
    assert parse(OK + more + b"Content-Length: 0\r\n\r\n").keep_alive is keep_alive
    assert parse(b"HTTP/1.0 200 OK\r\n" + more + b"Content-Length: 0\r\n\r\n").keep_alive is (
        b"alive" in more
    )


@pytest.mark.parametrize("body", [b"", b"abc", b"\r\n", b"\r\n\r\n"])
@pytest.mark.parametrize("extra", [b"\r\n", b"\n", b"x", OK + b"Content-Length: 0\r\n\r\n"])
def test_extra_bytes_are_refused(body: bytes, extra: bytes) -> None:
    whole = OK + b"Content-Length: %d\r\n\r\n" % len(body) + body

    assert outcome(whole) != "protocol"
    assert outcome(whole + extra) == "protocol"
    assert outcome(whole, extra) == "protocol"
    assert outcome(extra[:2] + whole) == "protocol"


@pytest.mark.parametrize("extra", [b"\r\n", b"\n", b"x"])
def test_extra_bytes_behind_chunks_are_refused(extra: bytes) -> None:
    whole = OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"

    assert outcome(whole) != "protocol"
    assert outcome(whole + extra) == "protocol"


@pytest.mark.parametrize(
    "bad",
    [
        b"SSH-2.0-x\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        OK + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        OK + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    ],
)
def test_not_one_response(bad: bytes) -> None:
    assert outcome(bad) == "protocol"


def test_an_endless_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(response, "MAX_BYTES", 100)

    with pytest.raises(ProtocolError, match="more than 100 bytes"):
        parse(OK + b"\r\n" + b"x" * 101)


tokens = st.from_regex(rb"\A[A-Za-z][A-Za-z0-9-]{0,12}\Z").filter(
    lambda name: name.lower() not in {b"connection", b"upgrade", b"content-length", b"transfer-encoding"}
)
values = st.from_regex(rb"\A([!-~]([ -~]{0,20}[!-~])?)?\Z")
headers = st.lists(st.tuples(tokens, values), max_size=5)
bodies = st.binary(max_size=300)
statuses = st.sampled_from([200, 201, 204, 301, 304, 401, 422, 500, 503])


@st.composite
def responses(draw: st.DrawFn) -> bytes:
    """Whole responses, some behind interim ones, some with a few bytes more than they should have."""
    status, body = draw(statuses), draw(bodies)
    lines = [b"HTTP/1.1 %d Reason" % status, *(name + b": " + value for name, value in draw(headers))]
    if draw(st.booleans()):
        lines.append(b"Connection: close")
    if status in (204, 304):
        wire = b""
    elif draw(st.booleans()):
        lines.append(b"Content-Length: %d" % len(body))
        wire = body
    else:
        lines.append(b"Transfer-Encoding: chunked")
        edges = sorted({0, len(body), *draw(st.lists(st.integers(0, len(body)), max_size=4))})
        chunks = [b"%x\r\n%s\r\n" % (b - a, body[a:b]) for a, b in pairwise(edges)]
        wire = b"".join(chunks) + b"0\r\n\r\n"
    interim = b"HTTP/1.1 100 Continue\r\n\r\n" * draw(st.sampled_from([0, 0, 1, 2]))
    extra = draw(st.sampled_from([b"", b"", b"", b"\r\n", b"HTTP/1.1 200 OK\r\n\r\n"]))
    return interim + b"\r\n".join([*lines, b"", b""]) + wire + extra


@given(responses(), st.data())
@settings(max_examples=300, deadline=None)
def test_any_segmentation_gives_the_same_answer(whole: bytes, data: st.DataObject) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(whole)), max_size=8))
    edges = [0, *sorted(cuts), len(whole)]
    pieces = [whole[a:b] for a, b in pairwise(edges)]

    assert outcome(*filter(None, pieces)) == outcome(whole)
    assert outcome(*(whole[i : i + 1] for i in range(len(whole)))) == outcome(whole)


@given(st.binary(max_size=200))
@settings(deadline=None)
def test_garbage_never_gives_an_answer(garbage: bytes) -> None:
    assert outcome(garbage) in {"protocol", "incomplete"}
