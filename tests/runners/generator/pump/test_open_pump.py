from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import pytest

from runners.generator.pump.connection import Address
from runners.generator.pump.open_pump import OpenPump
from runners.generator.pump.ring import Ring
from runners.generator.pump.tally import Tally
from scenarios.answers import json_answer
from scenarios.exchange import Exchange, Request
from tests.support.scripted_server import Peer, Script, ScriptedServer, answer, serving

GET = Exchange(request=Request(target="/n"), check=json_answer({"n": 1}))
MS = 1_000_000


@contextmanager
def offering_pump(
    script: Script,
    connections: int = 1,
    *,
    timeout_s: float = 5,
    exchange: Exchange = GET,
    idle: Callable[[], object] = lambda: None,
) -> Iterator[OpenPump]:
    """A pump whose connections were all answered twice, and have no request in flight."""
    with ScriptedServer(script) as server:
        pump = OpenPump(idle)
        for _ in range(connections):
            pump.join()
        ring = Ring([exchange], f"127.0.0.1:{server.port}")
        pump.aim(Address.resolve("127.0.0.1", server.port), ring, timeout_s=timeout_s)
        try:
            assert pump.ask_all_once(time.monotonic_ns() + 5_000 * MS)
            while pump.in_flight(0)[0]:
                drive(pump, [], 1)
            yield pump
        finally:
            pump.release()


def drive(pump: OpenPump, offsets_ms: Sequence[float], until_ms: float) -> Tally:
    """Offer a schedule and follow it."""
    pump.tally = tally = Tally()
    begun_ns = pump.offer((np.array(offsets_ms) * MS).astype(np.int64))
    pump.drive(begun_ns + round(until_ms * MS))
    return tally


def drive_all(pump: OpenPump, offsets_ms: Sequence[float], until_ms: float) -> Tally:
    """Offer a schedule and follow it until all is answered, however busy the machine is."""
    tally = drive(pump, offsets_ms, until_ms)
    deadline_s = time.monotonic() + 10
    while pump.in_flight(time.monotonic_ns())[0]:
        assert time.monotonic() < deadline_s
        pump.drive(time.monotonic_ns() + MS)
    return tally


def late(first: int, wait_s: float) -> Script:
    """Answer at once, but request number ``first`` of each connection after ``wait_s``."""

    def script(peer: Peer) -> None:
        while peer.request() is not None:
            if peer.requests == first:
                threading.Event().wait(wait_s)
            peer.send(answer())

    return script


def test_every_arrival_is_sent_and_answered() -> None:
    with offering_pump(serving(answer()), 3) as pump:
        tally = drive_all(pump, range(0, 100, 2), 200)

        assert len(tally.latencies_ns) == len(tally.lateness_ns) == 50
        assert not tally.errors
        assert tally.connections_opened == 0
        assert pump.in_flight(time.monotonic_ns()) == (0, 0)


def test_nothing_is_sent_before_it_is_due() -> None:
    seen = []

    def script(peer: Peer) -> None:
        while peer.request() is not None:
            seen.append(time.monotonic_ns())
            peer.send(answer())

    with offering_pump(script) as pump:
        del seen[:]
        begun_ns = time.monotonic_ns()
        tally = drive_all(pump, [30, 60], 100)

    assert [at_ns - begun_ns > due * MS for at_ns, due in zip(seen, (30, 60), strict=True)] == [True, True]
    assert all(lateness_ns > 0 for lateness_ns in tally.lateness_ns)


def test_latency_counts_from_the_instant_that_was_intended() -> None:
    """One connection is stalled for 200 ms: nine arrivals behind it wait, each less by 10 ms."""
    with offering_pump(late(3, 0.2)) as pump:
        tally = drive_all(pump, range(0, 100, 10), 400)

    assert tally.in_line == 9
    waited_ms = [latency_ns / MS for latency_ns in tally.latencies_ns]
    assert len(waited_ms) == 10
    for number, each in enumerate(waited_ms):
        assert 200 - 10 * number - 1 < each


def test_waiting_for_a_connection_is_no_lateness_of_the_generator() -> None:
    with offering_pump(late(3, 0.3)) as pump:
        tally = drive(pump, range(0, 100, 10), 500)

    assert len(tally.lateness_ns) == 10
    assert sorted(tally.lateness_ns)[5] < 100 * MS


def test_the_generator_standing_still_is_lateness() -> None:
    def script(peer: Peer) -> None:
        while peer.request() is not None:
            peer.send(answer())

    paused: list[int] = []

    def pause() -> None:
        if not paused:
            threading.Event().wait(0.2)
        paused.append(1)

    with offering_pump(script) as pump:
        pump._idle = pause
        tally = drive(pump, range(0, 150, 10), 400)

    assert len(tally.lateness_ns) == 15
    assert sum(lateness_ns > 30 * MS for lateness_ns in tally.lateness_ns) >= 5


def test_requests_in_line_are_in_flight() -> None:
    with offering_pump(late(3, 1.0)) as pump:
        drive(pump, [0, 10, 20], 100)
        now_ns = time.monotonic_ns()
        count, carried_ns = pump.in_flight(now_ns)

        assert count == 3
        assert carried_ns > (100 + 90 + 80 - 3) * MS
        assert pump.in_flight(now_ns + MS) == (3, carried_ns + 3 * MS)


def test_a_schedule_goes_on_with_what_stands_in_line_from_the_one_before() -> None:
    with offering_pump(late(3, 0.4)) as pump:
        drive(pump, [0, 10, 20], 50)
        tally = drive_all(pump, [0, 10], 500)

        assert len(tally.latencies_ns) == 5
        assert len(tally.lateness_ns) == 2  # those of this stretch


def test_a_connection_that_the_server_closes_is_opened_by_an_arrival() -> None:
    def script(peer: Peer) -> None:
        if peer.request() is not None:
            peer.send(answer(more=b"Connection: close\r\n"))

    with offering_pump(script, 2) as pump:
        tally = drive_all(pump, range(0, 100, 10), 200)

    assert not tally.errors
    assert len(tally.latencies_ns) == tally.connections_opened == 10


def test_a_connection_closed_as_idle_is_opened_by_an_arrival() -> None:
    def script(peer: Peer) -> None:
        if peer.request() is not None:
            peer.send(answer())

    with offering_pump(script) as pump:
        tally = drive_all(pump, [50], 150)

    assert not tally.errors
    assert (len(tally.latencies_ns), tally.connections_opened, tally.stale) == (1, 1, 0)


def test_refused_connections_are_errors_at_the_pace_of_the_schedule() -> None:
    with ScriptedServer(serving(answer())) as server:
        pump = OpenPump()
        pump.join()
        ring = Ring([GET], f"127.0.0.1:{server.port}")
        pump.aim(Address.resolve("127.0.0.1", server.port), ring, timeout_s=1)
        assert pump.ask_all_once(time.monotonic_ns() + 5_000 * MS)
        drive(pump, [], 20)
    tally = drive(pump, range(0, 200, 5), 600)
    pump.release()

    assert not tally.latencies_ns
    assert tally.errors.total() == len(tally.lateness_ns) == 40
    assert tally.errors["refused"] >= 38


def test_wrong_answers_are_errors() -> None:
    with offering_pump(serving(answer(), answer(), answer(), answer(b'{"n": 2}'))) as pump:
        tally = drive_all(pump, [0, 10, 20], 100)

    assert tally.errors == {"wrong-answer": 2}


def test_answered_too_early_is_wrong_however_late_it_was_sent() -> None:
    slow = Exchange(request=GET.request, check=GET.check, min_elapsed_s=0.2)

    def script(peer: Peer) -> None:
        while peer.request() is not None:
            if peer.requests < 4:
                threading.Event().wait(0.3)
            peer.send(answer())

    with offering_pump(script, exchange=slow) as pump:
        tally = drive_all(pump, [0, 10], 300)

    assert tally.errors == {"wrong-answer": 1}  # the second one waited for 290 ms, and was answered at once


def test_late_answers_and_those_in_line_for_as_long_time_out() -> None:
    with offering_pump(late(3, 5), timeout_s=0.3) as pump:
        pump._sweep_ns = 0
        tally = drive(pump, [0, 10, 20, 800], 1100)

    assert tally.errors["timeout"] == 3
    assert len(tally.latencies_ns) == 1


def test_a_drained_pump_is_idle_and_serves_a_closed_load_again() -> None:
    with offering_pump(late(5, 0.1)) as pump:
        drive(pump, range(0, 20, 2), 30)
        pump.drain(time.monotonic_ns() + 2_000 * MS)
        assert pump.in_flight(time.monotonic_ns())[0] == 0
        assert not pump._by_fd


def test_users_may_come_and_go() -> None:
    with offering_pump(serving(answer()), 2) as pump:
        pump.leave(next(iter(pump.connections)))
        pump.join()
        tally = drive_all(pump, range(0, 50, 5), 150)

    assert not tally.errors
    assert len(tally.latencies_ns) == 10
    assert tally.connections_opened == 1


def test_others_get_their_turn_while_arrivals_never_pause() -> None:
    turns: list[int] = []
    with offering_pump(serving(answer()), 4, idle=lambda: turns.append(1)) as pump:
        del turns[:]
        drive(pump, np.arange(0, 400, 0.1).tolist(), 400)

    assert len(turns) >= 2


@pytest.mark.parametrize("ms", [0.5, 1.9, 2.5, 40])
def test_a_poll_that_blocks_ends_before_the_next_arrival(ms: float) -> None:
    with offering_pump(serving(answer())) as pump:
        tally = drive_all(pump, [ms, 2 * ms], 2 * ms + 30)

    assert len(tally.latencies_ns) == 2
