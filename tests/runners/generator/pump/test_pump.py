from __future__ import annotations

import errno
import socket
import threading
import time
from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest

from runners.generator.pump.connection import Address, Connection
from runners.generator.pump.off_path import READ_BYTES
from runners.generator.pump.pump import Pump
from runners.generator.pump.ring import Ring
from runners.generator.pump.tally import Tally
from scenarios import event_stream
from scenarios.answers import json_answer
from scenarios.exchange import Answer, Exchange, Request, Watch
from tests.support.pumping import drive_until, right
from tests.support.scripted_server import JSON_HEAD, Peer, Script, ScriptedServer, answer, serving

GET = Exchange(request=Request(target="/n"), check=json_answer({"n": 1}))
POST = Exchange(request=Request(method="POST", target="/n", body=b"{}"), check=json_answer({"n": 1}))
UNAUTHORISED = b"HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\n"


def load(
    script: Script,
    done: Callable[[Tally], bool],
    exchanges: Sequence[Exchange] = (GET,),
    *,
    connections: int = 1,
    timeout_s: float = 5,
    reuse: int | None = None,
) -> Tally:
    """Drive a load until ``done``, and fail where it never is."""
    with ScriptedServer(script) as server:
        pump = Pump()
        for _ in range(connections):
            pump.join()
        ring = Ring(exchanges, f"127.0.0.1:{server.port}")
        pump.aim(Address.resolve("127.0.0.1", server.port), ring, timeout_s=timeout_s, reuse=reuse)
        try:
            drive_until(pump, lambda: done(pump.tally))
        finally:
            pump.release()
        return pump.tally


def test_counts_right_answers_and_parses_only_the_first() -> None:
    tally = load(serving(answer()), lambda t: right(t) >= 50)

    assert not tally.errors
    assert tally.checked_full == 1
    assert tally.connections_opened == 1
    assert tally.received >= 50 * len(answer())
    assert all(latency > 0 for latency in tally.latencies_ns)


def test_every_connection_is_served() -> None:
    seen: set[int] = set()

    def script(peer: Peer) -> None:
        while peer.request() is not None:
            seen.add(peer.number)
            peer.send(answer())

    tally = load(script, lambda _: len(seen) == 20, connections=20)

    assert tally.connections_opened == 20


@pytest.mark.parametrize(
    "cuts",
    [
        pytest.param([answer().index(b"\r\n\r\n") + 4], id="head and body apart"),
        pytest.param([answer().index(b"\r\n\r\n") + 2], id="within the end of the head"),
        pytest.param([5, 20, 60], id="within the head"),
        pytest.param([len(answer()) - 3], id="within the body"),
        pytest.param(list(range(1, len(answer()))), id="byte by byte"),
    ],
)
def test_split_sends(cuts: list[int]) -> None:
    whole = answer()
    edges = [0, *cuts, len(whole)]
    pieces = [whole[a:b] for a, b in pairwise(edges)]

    def script(peer: Peer) -> None:
        while peer.request() is not None:
            peer.send(*pieces)

    tally = load(script, lambda t: right(t) >= 3)

    assert not tally.errors
    assert tally.connections_opened == 1


def test_a_body_in_pieces_behind_a_known_head_is_compared_and_not_parsed() -> None:
    head, _, body = answer().partition(b"\r\n\r\n")

    def script(peer: Peer) -> None:
        while peer.request() is not None:
            peer.send(head + b"\r\n\r\n", body[:3], body[3:])

    tally = load(script, lambda t: right(t) >= 4)

    assert tally.checked_full == 1


def test_chunked_answers() -> None:
    chunked = JSON_HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\n" + b'{"n\r\n5\r\n": 1}\r\n0\r\n\r\n'

    tally = load(
        serving(chunked),
        lambda t: right(t) + t.errors.total() >= 5,
        [Exchange(request=GET.request, check=loose)],
    )

    assert not tally.errors
    assert tally.checked_full == 1


def loose(reply: Answer) -> str | None:
    """As of ``GET``, without asking for a Content-Length."""
    return None if reply.body == b'{"n": 1}' else f"got {reply.body!r}"


def test_connection_close_opens_one_for_each_request() -> None:
    def script(peer: Peer) -> None:
        if peer.request() is not None:
            peer.send(answer(more=b"Connection: close\r\n"))

    tally = load(script, lambda t: right(t) >= 10)

    assert tally.connections_opened == right(tally) + 1
    assert not tally.stale
    assert not tally.errors


@pytest.mark.parametrize("reuse", [1, 3])
def test_a_client_that_closes_after_so_many_requests(reuse: int) -> None:
    asked: dict[int, int] = {}

    def script(peer: Peer) -> None:
        while peer.request() is not None:
            asked[peer.number] = asked.get(peer.number, 0) + 1
            peer.send(answer())

    tally = load(script, lambda t: right(t) >= 30, connections=2, reuse=reuse)

    assert not tally.errors
    assert not tally.stale
    assert max(asked.values()) == reuse
    assert sum(count < reuse for count in asked.values()) <= 2  # two were under way at the end
    assert tally.checked_full == 1


def test_a_server_that_closes_sooner_is_asked_on_a_new_connection() -> None:
    def script(peer: Peer) -> None:
        if peer.request() is not None:
            peer.send(answer(more=b"Connection: close\r\n"))

    tally = load(script, lambda t: right(t) >= 10, reuse=5)

    assert tally.connections_opened == right(tally) + 1
    assert not tally.errors


def test_without_a_free_local_port_no_socket_is_the_error(monkeypatch: pytest.MonkeyPatch) -> None:
    class Exhausted(socket.socket):
        def connect_ex(self, _address: object) -> int:
            return errno.EADDRNOTAVAIL

    monkeypatch.setattr(socket, "socket", Exhausted)
    pump = Pump()
    pump.join()
    pump.aim(Address(socket.AF_INET, ("127.0.0.1", 9)), Ring([GET], "h"), timeout_s=5)
    try:
        drive_until(pump, lambda: pump.tally.errors["no-socket"] > 1)
    finally:
        pump.release()
    assert "no local port is free" in pump.tally.example


def test_a_body_that_the_end_of_the_stream_delimits() -> None:
    def script(peer: Peer) -> None:
        if peer.request() is not None:
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + b'{"n": 1}')

    tally = load(script, lambda t: right(t) >= 3, [Exchange(request=GET.request, check=loose)])

    assert not tally.errors


def test_a_keep_alive_limit_that_is_announced_is_not_stale() -> None:
    def script(peer: Peer) -> None:
        for more in (b"", b"", b"Connection: close\r\n"):
            if peer.request() is not None:
                peer.send(answer(more=more))

    tally = load(script, lambda t: right(t) >= 12)

    assert not tally.stale
    assert not tally.errors
    assert tally.connections_opened >= 4


def close_after_three(peer: Peer) -> None:
    for _ in range(3):
        if peer.request() is not None:
            peer.send(answer())
    peer.request()


def test_a_kept_connection_closed_before_an_answer_is_stale_and_asked_again() -> None:
    tally = load(close_after_three, lambda t: right(t) >= 10)

    assert not tally.errors
    assert tally.stale >= 3


def test_a_request_that_may_not_be_sent_twice_is_not() -> None:
    tally = load(close_after_three, lambda t: right(t) >= 9 and bool(t.errors), [POST])

    assert not tally.stale
    assert set(tally.errors) == {"closed"}


@pytest.mark.parametrize(
    "interim", [b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"]
)
def test_interim_responses_are_passed_over(interim: bytes) -> None:
    tally = load(serving(interim + answer(), answer(), interim * 2 + answer()), lambda t: right(t) >= 5)

    assert not tally.errors


def test_close_within_a_body() -> None:
    def script(peer: Peer) -> None:
        if peer.request() is not None:
            peer.send(answer()[:-2] if peer.number else answer())

    tally = load(script, lambda t: bool(t.errors["closed"]))

    assert right(tally) == 1


def test_close_before_any_answer_on_a_new_connection_is_an_error() -> None:
    def script(peer: Peer) -> None:
        peer.request()

    tally = load(script, lambda t: t.errors["closed"] >= 2)

    assert not right(tally)
    assert not tally.stale
    assert "GET /n: closed before an answer" in tally.example


@pytest.mark.parametrize(
    "extra", [b"x", b"\r\n", answer()], ids=["a byte", "a blank line", "a whole second answer"]
)
@pytest.mark.parametrize("first", [True, False], ids=["first answer", "later answer"])
def test_bytes_that_nobody_asked_for(extra: bytes, *, first: bool) -> None:
    replies = (answer() + extra,) if first else (answer(), answer(), answer() + extra)

    tally = load(serving(*replies), lambda t: bool(t.errors["protocol"]))

    assert right(tally) == (0 if first else 2)


def test_bytes_that_nobody_asked_for_in_a_segment_of_their_own() -> None:
    def script(peer: Peer) -> None:
        while peer.request() is not None:
            peer.send(answer() if peer.requests < 3 else answer() + b"", b"\r\n")

    tally = load(script, lambda t: bool(t.errors["protocol"]))

    assert tally.errors.keys() == {"protocol"}


def test_a_wrong_body_of_the_same_length_is_never_throughput() -> None:
    tally = load(serving(answer(), answer(b'{"n": 2}')), lambda t: t.errors["wrong-answer"] >= 5)

    assert right(tally) == 1
    assert "GET /n: $.n: wanted int 1, got int 2" in tally.example


def test_a_wrong_type_is_a_wrong_answer() -> None:
    tally = load(serving(answer(b'{"n": 1.0}')), lambda t: t.errors["wrong-answer"] >= 2)

    assert not right(tally)


def test_a_wrong_status_with_the_right_body_is_never_throughput() -> None:
    wrong = answer(head=JSON_HEAD.replace(b"200 OK", b"500 OK"))

    tally = load(serving(answer(), wrong), lambda t: t.errors["wrong-answer"] >= 5)

    assert right(tally) == 1


def test_a_refusal_for_overload_is_told_from_a_wrong_answer() -> None:
    busy = answer(head=JSON_HEAD.replace(b"200 OK", b"503 OK"))

    tally = load(serving(answer(), busy), lambda t: t.errors["overloaded"] >= 5)

    assert right(tally) == 1
    assert "wrong-answer" not in tally.errors


def test_a_head_right_for_one_status_does_not_vouch_for_another() -> None:
    """Both entries have the same body, and the server mixes up whom it lets in."""
    refused = Exchange(request=Request(target="/refused"), check=json_answer({"n": 1}, 401))

    def script(peer: Peer) -> None:
        while (request := peer.request()) is not None:
            let_in = (b"/refused" in request) == (peer.requests > 6)
            peer.send(answer() if let_in else answer(head=UNAUTHORISED))

    tally = load(script, lambda t: t.errors["wrong-answer"] >= 4, [GET, refused])

    assert right(tally) == 6


def test_a_new_date_is_no_reason_to_check_again() -> None:
    later = answer(head=JSON_HEAD.replace(b":57", b":58"))

    tally = load(serving(answer(), later, answer(), later), lambda t: right(t) >= 10)

    assert tally.checked_full == 1


@pytest.mark.parametrize("date", [b"Date: yesterday", b"Date: Sun, 22 Nov 2026 08:36:57 GMT\r\nX-Other: 1"])
def test_any_other_new_head_is_checked(date: bytes) -> None:
    other = answer(head=JSON_HEAD.replace(b"Date: Sun, 22 Nov 2026 08:36:57 GMT", date))

    tally = load(serving(answer(), other), lambda t: right(t) >= 10)

    assert tally.checked_full == 2


def test_an_answer_that_differs_in_bytes_but_not_in_meaning_is_right() -> None:
    tally = load(
        serving(answer(b'{"n": 1}'), answer(b'{"n":1}'), answer(b'{ "n" : 1 }')), lambda t: right(t) >= 6
    )

    assert not tally.errors
    assert tally.checked_full == 3


def test_an_answer_faster_than_asked_is_wrong() -> None:
    slow = Exchange(request=GET.request, check=GET.check, min_elapsed_s=0.1)

    def script(peer: Peer) -> None:
        while peer.request() is not None:
            if peer.requests <= 2:
                threading.Event().wait(0.12)
            peer.send(answer())

    tally = load(script, lambda t: t.errors["wrong-answer"] >= 2, [slow])

    assert right(tally) == 2
    assert "before 100.00 ms" in tally.example


def drop(*_requests: object) -> None:
    """Read and never answer."""


def test_a_server_that_never_answers() -> None:
    tally = load(
        lambda peer: drop(peer.request(), peer.request()), lambda t: t.errors["timeout"] >= 2, timeout_s=0.05
    )

    assert not right(tally)
    assert "unanswered for 0.05 s" in tally.example


def test_a_reset_within_an_answer() -> None:
    def script(peer: Peer) -> None:
        if peer.request() is not None:
            peer.send(answer()[:-3])
            threading.Event().wait(0.02)
            peer.reset()

    tally = load(script, lambda t: bool(t.errors))

    assert set(tally.errors) == {"reset"}


def test_refused_connections_are_not_tried_in_a_busy_loop() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    pump = Pump()
    pump.join()
    pump.aim(Address.resolve("127.0.0.1", port), Ring([GET], "x"), timeout_s=5)

    drive_until(pump, lambda: pump.tally.errors["refused"] >= 4)
    pump.release()

    assert pump.tally.failed_ns < pump.tally.idle_ns
    assert set(pump.tally.errors) == {"refused"}


def test_a_connection_recovers_from_errors() -> None:
    def script(peer: Peer) -> None:
        if peer.number >= 3:
            serving(answer())(peer)

    tally = load(script, lambda t: right(t) >= 5)

    assert tally.errors["closed"] + tally.errors["reset"] == 3


def large(size: int) -> Exchange:
    return Exchange(request=Request(target="/large"), check=json_answer("x" * size))


@pytest.mark.parametrize("size", [1_500_000, READ_BYTES - 150, READ_BYTES])
def test_large_answers_are_compared_whole(size: int) -> None:
    body = b'"' + b"x" * size + b'"'
    wrong = b'"' + b"x" * (size - 1) + b'y"'

    tally = load(
        serving(answer(body), answer(body), answer(body), answer(wrong)),
        lambda t: bool(t.errors),
        [large(size)],
    )

    assert right(tally) == 3
    assert tally.checked_full == 1 + tally.errors["wrong-answer"]
    assert set(tally.errors) == {"wrong-answer"}


def test_requests_too_large_for_one_send() -> None:
    body = bytes(range(256)) * 50_000
    exchange = Exchange(request=Request(method="POST", target="/n", body=body), check=GET.check)
    arrived: list[bool] = []

    def script(peer: Peer) -> None:
        while (request := peer.request()) is not None:
            arrived.append(request.endswith(b"\r\n\r\n" + body))
            peer.send(answer())

    tally = load(script, lambda t: right(t) >= 3, [exchange])

    assert not tally.errors
    assert all(arrived)
    assert tally.connections_opened == 1


def test_an_answer_before_the_request_was_read_ends_the_connection() -> None:
    body = bytes(24_000_000)
    exchange = Exchange(request=Request(method="POST", target="/n", body=body), check=GET.check)

    enough = threading.Event()

    def script(peer: Peer) -> None:
        peer.socket.recv(1)
        peer.send(answer())
        enough.wait(10)  # and read no more: one write can pass all of the body to whoever reads as fast

    tally = load(script, lambda t: right(t) >= 3, [exchange])
    enough.set()

    assert not tally.errors
    assert tally.connections_opened >= 3


def test_users_join_and_leave_while_a_load_is_driven() -> None:
    pump = Pump(lambda: steps.pop()() if steps else None)
    first, second = pump.join(), pump.join()
    joined: list[Connection] = []
    steps: list[Callable[[], object]] = [lambda: joined.append(pump.join()), lambda: pump.leave(first)]

    with ScriptedServer(serving(answer())) as server:
        pump.aim(Address.resolve("127.0.0.1", server.port), Ring([GET], "x"), timeout_s=5)
        drive_until(pump, lambda: bool(joined) and joined[0].answered)
        assert list(pump.connections) == [second, *joined]
        assert pump.in_flight(time.monotonic_ns())[0] == 2
        pump.release()

    assert not pump.tally.errors


def test_drain_waits_for_what_is_under_way_and_sends_no_more() -> None:
    asked: list[int] = []

    def script(peer: Peer) -> None:
        while peer.request() is not None:
            threading.Event().wait(0.02)
            asked.append(peer.number)
            peer.send(answer())

    with ScriptedServer(script) as server:
        pump = Pump()
        for _ in range(3):
            pump.join()
        pump.aim(Address.resolve("127.0.0.1", server.port), Ring([GET], "x"), timeout_s=5)
        drive_until(pump, lambda: right(pump.tally) >= 6)
        pump.drain(time.monotonic_ns() + 5_000_000_000)
        assert right(pump.tally) == len(asked)
        assert pump.in_flight(time.monotonic_ns()) == (0, 0)
        pump.release()


def test_many_connections_are_opened_a_part_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runners.generator.pump.fleet.FRESH_MOST", 5)

    tally = load(serving(answer()), lambda t: t.connections_opened >= 30, connections=30)

    assert tally.connections_opened == 30
    assert not tally.errors


def test_connections_wait_for_each_other_before_the_second_request() -> None:
    late = threading.Event()
    early: list[int] = []

    def script(peer: Peer) -> None:
        while peer.request() is not None:
            if peer.number == 4:
                late.wait(0.2)
                late.set()
            elif peer.requests == 2 and not late.is_set():
                early.append(peer.number)
            peer.send(answer())

    with ScriptedServer(script) as server:
        pump = Pump()
        for _ in range(5):
            pump.join()
        pump.aim(Address.resolve("127.0.0.1", server.port), Ring([GET], "x"), timeout_s=5)
        assert pump.ask_all_once(time.monotonic_ns() + 5_000_000_000)
        assert right(pump.tally) == 5
        drive_until(pump, lambda: right(pump.tally) >= 20)
        pump.release()

    assert late.is_set()
    assert not early
    assert not pump.tally.errors


def test_connections_that_wait_for_others_make_room_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runners.generator.pump.fleet.FRESH_MOST", 2)
    with ScriptedServer(serving(answer())) as server:
        pump = Pump()
        for _ in range(7):
            pump.join()
        pump.aim(Address.resolve("127.0.0.1", server.port), Ring([GET], "x"), timeout_s=5)
        assert pump.ask_all_once(time.monotonic_ns() + 5_000_000_000)
        pump.release()


@pytest.mark.parametrize("announced", [True, False])
def test_a_connection_closed_while_it_waits_is_opened_again(*, announced: bool) -> None:
    def script(peer: Peer) -> None:
        if peer.request() is not None:
            if peer.number == 1:
                threading.Event().wait(0.1)
            peer.send(answer(more=b"Connection: close\r\n" if announced else b""))
            if peer.number > 1:
                serving(answer())(peer)

    with ScriptedServer(script) as server:
        pump = Pump()
        pump.join()
        pump.join()
        pump.aim(Address.resolve("127.0.0.1", server.port), Ring([GET], "x"), timeout_s=5)
        assert pump.ask_all_once(time.monotonic_ns() + 5_000_000_000)
        drive_until(pump, lambda: right(pump.tally) >= 10)
        pump.release()

    assert not pump.tally.errors


def test_waiting_for_others_ends_without_them() -> None:
    with ScriptedServer(lambda peer: drop(peer.request(), peer.request())) as server:
        pump = Pump()
        pump.join()
        pump.aim(Address.resolve("127.0.0.1", server.port), Ring([GET], "x"), timeout_s=5)
        assert not pump.ask_all_once(time.monotonic_ns() + 20_000_000)
        assert not pump.ask_all_once(time.monotonic_ns() + 9_000_000_000, lambda: True)
        pump.release()


def test_waiting_ends_where_connections_are_taken_and_never_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runners.generator.pump.pump.LOOKS_TO_ANSWER", 20)
    monkeypatch.setattr("runners.generator.pump.pump.LOOKS_TO_DRAIN", 20)
    ended = threading.Event()

    def script(peer: Peer) -> None:
        if peer.number:
            ended.wait()
        else:
            serving(answer())(peer)

    with ScriptedServer(script) as server:
        pump = Pump()
        for _ in range(3):
            pump.join()
        pump.aim(Address.resolve("127.0.0.1", server.port), Ring([GET], "x"), timeout_s=900)
        forever_ns = time.monotonic_ns() + 900_000_000_000
        assert not pump.ask_all_once(forever_ns)
        pump.drain(forever_ns)
        assert time.monotonic_ns() < forever_ns
        assert pump.in_flight(time.monotonic_ns())[0] == 2
        pump.release()
        ended.set()


def chunk(piece: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(piece), piece)


def streaming(peer: Peer) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    while peer.request() is not None:
        peer.send(head, chunk(b"data: 1\n\n"), chunk(b"data: 2\n\n"), chunk(b"data: 3\n\n"), b"0\r\n\r\n")


def test_the_arrival_of_events_is_watched_in_every_answer() -> None:
    seen: list[Answer] = []
    watch = Watch(ends=event_stream.ends, interval_s=0.002)
    one = Exchange(request=Request(target="/e"), check=seen.append, watch=watch)

    tally = load(streaming, lambda t: right(t) >= 5, [one])

    assert not tally.errors
    assert tally.checked_full == 1
    assert len(tally.first_ns) == right(tally)
    assert len(tally.jitter_ns) == 2 * right(tally)
    both = [*zip(tally.first_ns, tally.latencies_ns, strict=True)]
    assert all(0 < first <= whole for first, whole in both)
    assert any(first < whole for first, whole in both)  # all where nothing delays who reads
    assert seen[0].pieces == 3


def test_a_watched_answer_in_one_piece_is_watched_too() -> None:
    one = Exchange(request=Request(target="/e"), check=lambda _: None, watch=Watch(ends=event_stream.ends))

    tally = load(serving(answer(b"data: 1\n\ndata: 2\n\n")), lambda t: right(t) >= 5, [one])

    assert len(tally.first_ns) == right(tally)
    assert not tally.jitter_ns
    assert tally.checked_full == 1
