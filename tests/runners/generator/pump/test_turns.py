"""Turns: exactly so many right answers, from rest to rest, whatever goes wrong on the way."""

from __future__ import annotations

import select
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import pytest

from runners.generator.pump.connection import Address
from runners.generator.pump.open_pump import OpenPump
from runners.generator.pump.pump import Pump
from runners.generator.pump.ring import Ring
from runners.generator.pump.tally import Tally
from scenarios.answers import json_answer
from scenarios.exchange import Exchange, Request
from tests.support.scripted_server import Peer, Script, ScriptedServer, answer, serving

GET = Exchange(request=Request(target="/n"), check=json_answer({"n": 1}))
SECOND_NS = 1_000_000_000


def take_one(tokens: list[str]) -> bool:
    """Whether there was one; of two threads that ask at once, one takes it."""
    try:
        tokens.pop()
    except IndexError:
        return False
    return True


def soon(seconds: float = 10) -> int:
    return time.monotonic_ns() + round(seconds * SECOND_NS)


@contextmanager
def resting(script: Script, *, connections: int, exchanges: Sequence[Exchange] = (GET,)) -> Iterator[Pump]:
    """A pump whose connections have all been answered once and rest."""
    with ScriptedServer(script) as server:
        pump = Pump()
        for _ in range(connections):
            pump.join()
        ring = Ring(exchanges, f"127.0.0.1:{server.port}")
        pump.aim(Address.resolve("127.0.0.1", server.port), ring, timeout_s=5)
        try:
            assert pump.ask_all_once(soon())
            pump.pause(soon())
            pump.tally = Tally()
            yield pump
        finally:
            pump.release()


@pytest.mark.parametrize("answers", [1, 3, 4, 5, 97, 500])
def test_a_turn_has_exactly_so_many_answers_and_ends_at_rest(answers: int) -> None:
    asked: list[int] = []

    def script(peer: Peer) -> None:
        while peer.request() is not None:
            asked.append(peer.number)
            peer.send(answer())

    with resting(script, connections=4) as pump:
        before = len(asked)
        for turn in range(1, 4):
            assert pump.turn(answers, soon())
            assert len(pump.tally.latencies_ns) == turn * answers
            assert pump.in_flight(time.monotonic_ns()) == (0, 0)
            assert len(asked) - before == turn * answers


def test_nothing_is_sent_between_turns() -> None:
    with resting(serving(answer()), connections=3) as pump:
        assert pump.turn(30, soon())
        sent = pump.tally.sent
        pump.drive(soon(0.05))
        assert pump.tally.sent == sent
        assert len(pump.tally.latencies_ns) == 30


def test_a_turn_ends_with_its_last_answer_and_not_with_its_time() -> None:
    with resting(serving(answer()), connections=2) as pump:
        until_ns = soon(60)
        assert pump.turn(10, until_ns)
        assert time.monotonic_ns() < until_ns - 30 * SECOND_NS


def test_a_connection_closed_at_rest_is_opened_again_in_the_next_turn() -> None:
    closings: list[str] = []

    def script(peer: Peer) -> None:
        while peer.request() is not None:
            last = take_one(closings)
            peer.send(answer())
            if last:
                return

    with resting(script, connections=2) as pump:
        closings.append("once")
        assert pump.turn(20, soon())
        assert len(pump.tally.latencies_ns) == 20
        assert pump.tally.connections_opened == 1


@pytest.mark.parametrize("place", range(1, 21))
def test_wherever_an_answer_is_wrong_the_turn_has_all_its_right_ones(place: int) -> None:
    asked: list[None] = []

    def script(peer: Peer) -> None:
        while peer.request() is not None:
            asked.append(None)
            peer.send(answer(b'{"n": 2}') if len(asked) == place else answer())

    with resting(script, connections=4) as pump:
        asked.clear()
        assert pump.turn(20, soon())
        assert pump.tally.errors == {"wrong-answer": 1}
        assert len(asked) == 21
        assert pump.in_flight(time.monotonic_ns()) == (0, 0)


def test_a_wrong_answer_is_asked_again_and_never_counted_as_right() -> None:
    wrong: list[str] = []

    def script(peer: Peer) -> None:
        while peer.request() is not None:
            peer.send(answer(b'{"n": 2}') if take_one(wrong) else answer())

    with resting(script, connections=2) as pump:
        wrong.append("once")
        assert pump.turn(20, soon())
        assert pump.tally.errors == {"wrong-answer": 1}
        assert len(pump.tally.latencies_ns) == 20


def test_a_server_that_stops_answering_makes_the_turn_fail_at_its_time() -> None:
    silent = threading.Event()

    def script(peer: Peer) -> None:
        while peer.request() is not None and not silent.is_set():
            peer.send(answer())
        time.sleep(1)

    with resting(script, connections=2) as pump:
        silent.set()
        assert not pump.turn(20, soon(0.1))
        assert not pump.tally.latencies_ns


def test_resume_goes_on_without_end_after_a_turn() -> None:
    with resting(serving(answer()), connections=2) as pump:
        assert pump.turn(5, soon())
        pump.resume()
        while len(pump.tally.latencies_ns) < 50:
            pump.drive(soon(0.01))


class NotedPolls:
    """An epoll that notes how long it was to wait."""

    def __init__(self) -> None:
        self.epoll, self.waits_s = select.epoll(), list[float]()
        self.register, self.modify, self.close = self.epoll.register, self.epoll.modify, self.epoll.close

    def poll(self, timeout_s: float, most: int) -> list[tuple[int, int]]:
        self.waits_s.append(timeout_s)
        return self.epoll.poll(timeout_s, most)


@pytest.mark.parametrize("awake", [True, False])
@pytest.mark.parametrize("is_open", [True, False])
def test_a_pump_that_stays_awake_never_waits_in_a_poll(*, awake: bool, is_open: bool) -> None:
    polls = NotedPolls()
    with ScriptedServer(serving(answer(b'{"n": 1}'))) as server:
        pump = OpenPump(epoll_type=lambda: polls)
        pump.join()
        ring = Ring([GET], f"127.0.0.1:{server.port}")
        pump.aim(Address.resolve("127.0.0.1", server.port), ring, timeout_s=5, awake=awake)
        assert pump.ask_all_once(soon())
        pump.pause(soon())
        if is_open:
            assert pump.open_turn(np.arange(1, 6) * 20_000_000, 10 * SECOND_NS)
        else:
            assert pump.turn(50, soon())
        pump.release()
    assert (max(polls.waits_s) == 0) == awake
