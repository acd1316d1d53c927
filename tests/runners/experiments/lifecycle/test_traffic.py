"""Load while a probe looks on: every request has an outcome; a closed kept connection is told apart."""

from __future__ import annotations

import socket
from random import Random

from results.model import ErrorKind
from runners.experiments.lifecycle.traffic import Asked, Traffic, kinds, wait_until
from scenarios.exchange import Answer, Exchange, Request
from tests.support.scripted_server import Peer, ScriptedServer, answer, serving

RIGHT = answer(b'{"n": 1}')


def check(reply: Answer) -> str | None:
    return None if reply.body == b'{"n": 1}' else f"wanted n, got {reply.body!r}"


EXCHANGES = (Exchange(request=Request(target="/"), check=check),)


def asked_of(server: ScriptedServer, *, until: int) -> list[Asked]:
    with Traffic("127.0.0.1", server.port, EXCHANGES, 1) as traffic:
        assert wait_until(lambda: len(traffic.asked) >= until, 10) is not None
    return traffic.asked


def test_right_answers_on_one_connection() -> None:
    with ScriptedServer(serving(RIGHT)) as server:
        first, *others = asked_of(server, until=5)
    assert first.error is None
    assert not first.reused
    assert all(asked.error is None and asked.reused for asked in others[:3])
    assert all(asked.latency_s > 0 for asked in others)


def test_a_wrong_answer_and_a_kept_connection_that_is_closed_are_told() -> None:
    def serve(peer: Peer) -> None:
        for piece in (RIGHT, answer(b"[]")):
            if peer.request():
                peer.send(piece)
        peer.request()

    with ScriptedServer(serve) as server:
        right, wrong, stale, *_ = asked_of(server, until=4)
    assert (right.error, wrong.error, stale.error) == (None, ErrorKind.WRONG_ANSWER, ErrorKind.CLOSED)
    assert "wanted n" in wrong.detail
    assert stale.is_stale
    assert not wrong.is_stale


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with Traffic("127.0.0.1", port, EXCHANGES, 2) as traffic:
        assert wait_until(lambda: len(traffic.asked) >= 4, 10) is not None
    assert {asked.error for asked in traffic.asked} == {ErrorKind.REFUSED}
    assert not any(asked.is_stale for asked in traffic.asked)
    assert traffic.answered() == 0
    assert kinds(traffic.asked[:3]) == "3 refused"


def test_none_is_said_of_no_errors() -> None:
    assert kinds([]) == "none"


def test_what_never_comes_is_waited_for_so_long() -> None:
    random = Random(1)
    assert wait_until(lambda: random.random() < 0, 0.02) is None
