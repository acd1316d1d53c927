from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from runners.generator.pump import ring as ring_module
from runners.generator.pump.connection import Connection
from runners.generator.pump.reply import Reply
from runners.generator.pump.ring import Heads, Ring
from runners.http.response import ResponseParser
from scenarios.exchange import Exchange, Request
from tests.support.scripted_server import JSON_HEAD, answer

DATE = b"Date: Sun, 22 Nov 2026 08:36:57 GMT\r\n"
LATER = b"Date: Mon, 23 Nov 2026 18:00:00 GMT\r\n"


def exchange(n: int, method: str = "GET") -> Exchange:
    return Exchange(request=Request(method=method, target=f"/{n}"), check=lambda _: None)


def parsed(raw: bytes) -> ResponseParser:
    parser = ResponseParser()
    parser.feed(raw)
    return parser


def test_entries_form_a_circle_of_encoded_requests() -> None:
    ring = Ring([exchange(0), exchange(1, "POST"), exchange(2)], "host:1")
    first = ring.entries[0]

    assert first.request == b"GET /0 HTTP/1.1\r\nHost: host:1\r\n\r\n"
    assert first.size == len(first.request)
    assert first.next.next.next is first
    assert [entry.idempotent for entry in ring.entries] == [True, False, True]


def test_an_empty_ring_is_refused() -> None:
    with pytest.raises(ValueError, match="without exchanges"):
        Ring([], "x")


def test_connections_start_far_from_each_other() -> None:
    ring = Ring([exchange(n) for n in range(512)], "x")
    places = sorted(ring.entries.index(ring.home(number)) for number in range(64))

    assert len(set(places)) == 64
    assert min(b - a for a, b in pairwise(places)) >= 4


def test_every_entry_is_asked_once_before_connections_walk_from_home() -> None:
    ring = Ring([exchange(n) for n in range(10)], "x")
    connections = [Connection() for _ in range(3)]
    asked = []
    for place, connection in enumerate(connections):
        connection.begin(ring, place)
        asked.append(connection.entry)
    for turn in range(7):
        connection = connections[turn % 3]
        connection.entry = connection.next_entry(ring)
        asked.append(connection.entry)

    assert asked == list(ring.entries)
    for place, connection in enumerate(connections):
        connection.entry = connection.next_entry(ring)
        assert connection.entry is ring.home(place)
        assert connection.next_entry(ring) is ring.home(place).next


def test_nothing_is_known_before_it_was_learnt() -> None:
    entry = Ring([exchange(0)], "x").entries[0]

    assert not entry.known
    assert entry.heads.recognise(b"HTTP/1.1 200 OK\r\n\r\n") is None


def test_learning_cuts_head_and_tail() -> None:
    ring = Ring([exchange(0)], "x")
    entry = ring.entries[0]
    whole = answer(b"abc")
    ring.learn(entry, parsed(whole))

    assert whole[: entry.cut] in entry.known
    assert entry.tails == (b"abc",)


def test_all_that_is_as_right_is_learnt_with_one_answer() -> None:
    turning = replace(exchange(0), turned=lambda body: (body, body.replace(b"a", b"b")))
    ring = Ring([turning], "x")
    entry = ring.entries[0]
    ring.learn(entry, parsed(answer(b"1a2")))
    other = answer(b"1b2")

    assert other.endswith(entry.tails)
    assert other[: entry.cut] in entry.known


@pytest.mark.parametrize(
    ("body", "known"), [(b"1a2", True), (b"1b2", True), (b"1c2", False), (b"1a3", False)]
)
def test_an_answer_in_pieces_is_any_that_is_right_and_no_other(body: bytes, known: bool) -> None:  # noqa: FBT001
    ring = Ring([replace(exchange(0), turned=lambda body: (body, body.replace(b"a", b"b")))], "x")
    ring.learn(ring.entries[0], parsed(answer(b"1a2")))
    reply, whole = Reply(ring.entries[0]), answer(body)

    assert not any(reply.feed(piece) for piece in (whole[:-3], whole[-3:-2], whole[-2:-1]))
    assert reply.feed(whole[-1:])
    assert (reply.parser is None) is known


def test_an_answer_without_a_body_is_all_head() -> None:
    ring = Ring([exchange(0)], "x")
    entry = ring.entries[0]
    whole = b"HTTP/1.1 204 No Content\r\n\r\n"
    ring.learn(entry, parsed(whole))

    assert entry.cut is None
    assert whole[: entry.cut] in entry.known


def test_heads_are_shared_by_status_media_type_and_length_only() -> None:
    ring = Ring([exchange(n) for n in range(5)], "x")
    same, twin, longer, text, status = ring.entries
    ring.learn(same, parsed(answer(b"abc")))
    ring.learn(twin, parsed(answer(b"xyz")))
    ring.learn(longer, parsed(answer(b"abcd")))
    ring.learn(text, parsed(answer(b"abc", head=JSON_HEAD.replace(b"json", b"text"))))
    ring.learn(status, parsed(answer(b"abc", head=JSON_HEAD.replace(b"200", b"201"))))

    assert twin.heads is same.heads
    assert len({id(entry.heads) for entry in ring.entries}) == 4


def test_answers_that_cannot_be_recognised_by_their_bytes_are_not_learnt() -> None:
    ring = Ring([exchange(0)], "x")
    entry = ring.entries[0]
    ring.learn(entry, parsed(b"HTTP/1.1 100 Continue\r\n\r\n" + answer()))
    endless = parsed(b"HTTP/1.1 200 OK\r\n\r\nabc")
    endless.eof()
    ring.learn(entry, endless)

    assert not entry.known


def test_a_date_may_differ_and_nothing_else() -> None:
    head = b"HTTP/1.1 200 OK\r\nServer: x\r\n" + DATE + b"\r\n"
    heads = Heads()
    heads.learn(head, keep_alive=True)

    assert heads.recognise(head.replace(DATE, LATER)) is True
    assert head.replace(DATE, LATER) in heads.alive
    assert heads.recognise(head.replace(DATE, LATER.lower())) is None
    assert heads.recognise(head.replace(DATE, b"Date: soon\r\n")) is None
    assert heads.recognise(head.replace(b"Server: x", b"Server: y")) is None
    assert heads.recognise(head.replace(DATE, DATE + LATER)) is None


def test_heads_that_close_are_kept_apart() -> None:
    heads = Heads()
    head = b"HTTP/1.1 200 OK\r\n" + DATE + b"Connection: close\r\n\r\n"
    heads.learn(head, keep_alive=False)

    assert heads.recognise(head) is False
    assert heads.recognise(head.replace(DATE, LATER)) is False
    assert not heads.alive


def test_heads_do_not_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ring_module, "MOST_HEADS", 10)
    heads = Heads()
    known = heads.alive
    for n in range(25):
        heads.learn(b"HTTP/1.1 200 OK\r\nX-Id: %d\r\n\r\n" % n, keep_alive=True)

    assert heads.alive is known
    assert len(known) <= 10
    assert len(heads._shapes) <= 10


def test_a_reply_outlives_what_is_learnt_meanwhile() -> None:
    """Another connection may teach the entry another body while this answer is under way."""
    ring = Ring([exchange(0)], "x")
    entry = ring.entries[0]
    ring.learn(entry, parsed(answer(b"abc")))
    reply = Reply(entry)
    assert not reply.feed(answer(b"abc")[:-2])
    ring.learn(entry, parsed(answer(b"xyz")))

    assert reply.feed(b"bd")
    assert reply.parser is not None
    assert reply.parser.body == b"abd"
