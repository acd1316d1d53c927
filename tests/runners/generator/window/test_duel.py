from __future__ import annotations

import itertools
import os
import threading
import time
from dataclasses import replace

import pytest

from results.histogram import Latency
from runners.errors import DuelError
from runners.generator.messages import Duel, Measured, Order
from runners.generator.pump.open_pump import OpenPump
from runners.generator.window.duel import duel, quarters
from scenarios.answers import json_answer
from scenarios.exchange import Exchange, Request
from tests.support.scripted_server import Peer, Script, ScriptedServer, answer, serving

GET = Exchange(request=Request(target="/n"), check=json_answer({"n": 1}))
CONNECTIONS = 4
ORDER = Order(
    host="127.0.0.1",
    port=0,
    scenario="n",
    seed=1,
    connections=CONNECTIONS,
    warmup_s=0.02,
    window_s=0,
    deadline_s=2,
    server_pid=os.getpid(),
    cpus=(0,),
)


def fight(first: Script, second: Script, rounds: int = 4) -> tuple[Measured, Measured]:
    pumps = OpenPump(), OpenPump()
    for pump in pumps:
        for _ in range(CONNECTIONS):
            pump.join()
    with ScriptedServer(first) as one, ScriptedServer(second) as two:
        order = Duel(
            first=replace(ORDER, port=one.port),
            second=replace(ORDER, port=two.port),
            rounds=rounds,
            slice_s=0.05,
            drop_s=0.01,
        )
        outcomes = duel(pumps, order, lambda _name, _seed: [GET])
    return outcomes[0].measured, outcomes[1].measured


def test_windows_of_each_side_are_added_up() -> None:
    for measured in fight(serving(answer()), serving(answer())):
        assert measured.window_s > 0.1
        assert measured.requests == Latency.decode(measured.latency).count == sum(measured.quarters) > 0
        assert len(measured.quarters) == 4
        assert measured.in_flight_mean == pytest.approx(CONNECTIONS, rel=0.02)
        assert measured.connections_opened == 0
        assert not measured.errors
        assert measured.server_cpu_ns
        assert measured.busy_ticks is not None


def test_a_side_is_asked_nothing_while_the_other_has_its_window() -> None:
    asked: dict[int, list[float]] = {0: [], 1: []}
    lock = threading.Lock()

    def noting(side: int) -> Script:
        def script(peer: Peer) -> None:
            while peer.request() is not None:
                with lock:
                    asked[side].append(time.monotonic())
                peer.send(answer())

        return script

    fight(noting(0), noting(1))
    turns = [side for _, side in sorted((at, side) for side, times in asked.items() for at in times)]
    changes = sum(one != other for one, other in itertools.pairwise(turns))
    assert changes == 2 * (1 + 4) - 1  # warm-up and windows of both in turn, and nothing in between


def test_the_side_at_fault_is_named() -> None:
    with pytest.raises(DuelError, match="no right answer") as raised:
        fight(serving(answer()), serving(answer(b'{"n": 2}')))
    assert raised.value.place == 1


def test_servers_that_close_each_connection_take_part() -> None:
    def closing(peer: Peer) -> None:
        if peer.request() is not None:
            peer.send(answer(more=b"Connection: close\r\n"))

    first, second = fight(closing, serving(answer()))
    assert first.connections_opened > 0 == second.connections_opened
    assert first.requests
    assert not first.errors


def test_quarters_are_counted_where_windows_divide_by_four() -> None:
    assert quarters([1, 2, 3, 4]) == [1, 2, 3, 4]
    assert quarters([1] * 8) == [2, 2, 2, 2]
    assert quarters([1, 2, 3]) == []
    assert quarters([]) == []
