from __future__ import annotations

import gc
import os
import socket
import threading
from dataclasses import replace

import pytest

from results.histogram import Latency
from results.model import Arrivals
from runners.errors import LoadError
from runners.generator.locust_stats import Span
from runners.generator.messages import Measured, Order, ServiceTree
from runners.generator.pump import tally as tally_module
from runners.generator.pump.open_pump import OpenPump
from runners.generator.pump.tally import Tally
from runners.generator.window import warm_up
from runners.generator.window.trial import measure
from scenarios.answers import json_answer
from scenarios.exchange import Exchange, Request
from tests.support.provoking_server import Fault, faulty
from tests.support.scripted_server import Peer, Script, ScriptedServer, answer, serving

GET = Exchange(request=Request(target="/n"), check=json_answer({"n": 1}))
ORDER = Order(
    host="127.0.0.1", port=0, scenario="n", seed=1, connections=1, warmup_s=0.02, window_s=0.1, deadline_s=2
)

GONE = 2**22 + 1
"""No process has such a pid: it is above the highest ``pid_max``."""


def trial(script: Script, order: Order = ORDER, exchange: Exchange = GET) -> Measured:
    pump = OpenPump()
    for _ in range(order.connections):
        pump.join()
    with ScriptedServer(script) as server:
        return measure(pump, replace(order, port=server.port), [exchange]).measured


def at(port: int, order: Order) -> Measured:
    pump = OpenPump()
    for _ in range(order.connections):
        pump.join()
    return measure(pump, replace(order, port=port), [GET]).measured


def test_what_a_window_gives() -> None:
    measured = trial(
        serving(answer()),
        replace(
            ORDER,
            connections=5,
            server_pid=os.getpid(),
            services=(ServiceTree(name="database", pid=os.getpid()), ServiceTree(name="gone", pid=GONE)),
            cpus=(0,),
            window_s=0.2,
        ),
    )

    assert measured.window_s >= 0.2
    assert measured.warmup_s >= 0.02
    assert measured.started_unix_s > 1_700_000_000
    assert measured.requests == Latency.decode(measured.latency).count > 0
    assert measured.in_flight_mean == pytest.approx(5, rel=0.005)
    assert measured.in_flight_end == 5
    assert len(measured.quarters) == 4
    assert sum(measured.quarters) == measured.requests
    assert measured.generator_collections == 0
    assert measured.generator_rss_bytes
    assert measured.generator_rss_bytes > 1_000_000
    assert not measured.clock_changed
    assert measured.connections_opened == 0
    assert measured.checked_full == 0
    assert measured.bytes_received == pytest.approx(measured.requests * len(answer()), abs=5 * len(answer()))
    assert measured.bytes_sent > measured.requests * 20
    assert measured.server_cpu_ns is not None
    assert measured.service_cpu_ns.keys() == {"database"}
    assert measured.service_cpu_ns["database"] > 0
    assert measured.generator_cpu_ns > 0
    assert 0 < measured.generator_idle_s < measured.window_s
    assert measured.generator_wait_us > 0
    assert measured.busy_ticks is not None
    assert measured.processes is not None


def test_the_server_and_foreign_work_are_not_measured_where_not_asked() -> None:
    measured = trial(serving(answer()))

    assert (measured.server_cpu_ns, measured.server_cpu_source, measured.processes) == (None, None, None)
    assert (measured.busy_ticks, measured.steal_ticks) == (None, None)


def test_requests_unfinished_and_errors_are_in_the_time_average() -> None:
    """One connection waits through the window, one is refused an answer again and again."""

    def script(peer: Peer) -> None:
        while peer.request() is not None:
            if peer.number == 0 and peer.requests == 60:
                threading.Event().wait(0.5)
            peer.send(answer() if peer.number == 0 or peer.requests % 2 else answer(b'{"n": 2}'))

    measured = trial(script, replace(ORDER, connections=2, window_s=0.2))

    assert measured.errors["wrong-answer"] > 0
    assert 1.5 < measured.in_flight_mean <= 2.001  # below 1 without the one that waits


def test_time_between_requests_is_missing_from_the_time_average() -> None:
    def script(peer: Peer) -> None:
        for _ in range(20):
            if peer.request() is not None:
                peer.send(answer())
        peer.send(b"garbage")

    measured = trial(script, replace(ORDER, window_s=0.3))

    assert measured.errors
    assert measured.in_flight_mean < 0.9


def test_every_connection_answers_before_the_window_opens() -> None:
    def script(peer: Peer) -> None:
        while peer.request() is not None:
            if peer.number == 1 and peer.requests == 1:
                threading.Event().wait(0.3)
            peer.send(answer())

    measured = trial(script, replace(ORDER, connections=2))

    assert measured.warmup_s >= 0.3


def test_a_connection_that_is_never_answered_is_a_load_error() -> None:
    def script(peer: Peer) -> None:
        while peer.request() is not None:
            if peer.number:
                peer.send(answer())

    with pytest.raises(LoadError, match="1 of 2 connections got no answer in the warm-up"):
        trial(script, replace(ORDER, connections=2, deadline_s=0.6))


def test_nothing_but_wrong_answers_is_a_load_error() -> None:
    with pytest.raises(
        LoadError, match=r"no right answer in the warm-up \(errors: wrong-answer \d+; first: "
    ) as caught:
        trial(serving(answer(b'{"n": 2}')))
    assert "GET /n: $.n: wanted int 1, got int 2" in caught.value.message
    assert caught.value.remedy


def test_no_right_answer_in_the_window_is_a_load_error() -> None:
    done = threading.Event()

    def script(peer: Peer) -> None:
        while peer.request() is not None:
            peer.send(answer(b'{"n": 2}') if done.is_set() else answer())
            if peer.requests == 3:
                done.set()

    with pytest.raises(LoadError, match="no right answer in the window"):
        trial(script, replace(ORDER, warmup_s=0))


def test_connections_closed_after_each_request_are_opened_within_the_window() -> None:
    measured = trial(serving(answer()), replace(ORDER, connections=3, reuse=1))

    assert measured.connections_opened >= measured.requests > 0
    assert measured.in_flight_mean == pytest.approx(3, rel=0.02)
    assert not measured.errors


def test_a_dead_server_fails_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    pump = OpenPump()
    pump.join()

    with pytest.raises(LoadError, match="refused"):
        measure(pump, replace(ORDER, port=port, deadline_s=1000), [GET])


def test_a_pump_serves_trial_after_trial_and_leaves_nothing_behind() -> None:
    pump = OpenPump()
    pump.join()
    seen = []

    def script(peer: Peer) -> None:
        while peer.request() is not None:
            peer.send(answer())
        seen.append(peer.number)  # the client has closed

    with ScriptedServer(script) as server:
        for _ in range(2):
            assert measure(pump, replace(ORDER, port=server.port), [GET]).measured.requests
            assert gc.isenabled()
            assert pump.in_flight(0) == (0, 0)
        while len(seen) < 2:
            threading.Event().wait(0.01)
    assert gc.get_freeze_count() == 0


def test_an_exception_leaves_nothing_behind_either() -> None:
    def broken(_: object) -> str | None:
        raise RuntimeError("a check with a bug")

    pump = OpenPump()
    pump.join()
    with ScriptedServer(serving(answer())) as server:
        with pytest.raises(RuntimeError):
            measure(pump, replace(ORDER, port=server.port), [replace(GET, check=broken)])
        assert gc.isenabled()
        assert measure(pump, replace(ORDER, port=server.port), [GET]).measured.requests


@pytest.mark.parametrize("learning_rps", [0.0, 1e9])
def test_every_entry_is_known_before_the_window_opens_where_answers_come_fast(
    learning_rps: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warm_up, "LEARNING_RPS", learning_rps)
    ring = [Exchange(request=Request(target=f"/{n}"), check=json_answer({"n": n})) for n in range(500)]

    def script(peer: Peer) -> None:
        while (request := peer.request()) is not None:
            peer.send(answer(b'{"n": %s}' % request[5:].partition(b" ")[0]))

    pump = OpenPump()
    for _ in range(4):
        pump.join()
    with ScriptedServer(script) as server:
        measured = measure(pump, replace(ORDER, port=server.port, connections=4, warmup_s=0), ring).measured

    assert bool(measured.checked_full) == (learning_rps > 0)


def test_slow_answers_make_few_rounds_and_no_failure() -> None:
    def script(peer: Peer) -> None:
        while peer.request() is not None:
            threading.Event().wait(0.2)
            peer.send(answer())

    measured = trial(script, replace(ORDER, deadline_s=0.38, window_s=0.3))

    assert measured.requests in {1, 2}


def test_the_next_trial_finds_an_idle_server() -> None:
    under_way = []

    def script(peer: Peer) -> None:
        while peer.request() is not None:
            under_way.append(peer.number)
            threading.Event().wait(0.05)
            peer.send(answer())
            under_way.remove(peer.number)

    trial(script, replace(ORDER, connections=5))

    assert not under_way


def test_connections_beyond_a_limit_hang_while_others_are_served_on() -> None:
    order = replace(ORDER, connections=8, deadline_s=0.6)
    with (
        faulty(Fault(at_most=(5,))) as (port, _),
        pytest.raises(LoadError, match="3 of 8 connections got no answer in the warm-up") as caught,
    ):
        at(port, order)
    assert caught.value.answered == 5


def test_a_server_that_hangs_after_some_answers_has_no_limit_of_connections(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(warm_up, "SERVED_ON_S", 0.05)

    def script(peer: Peer) -> None:
        if peer.number < 5 and peer.request() is not None:
            peer.send(answer())
        while peer.request() is not None:
            pass

    with pytest.raises(LoadError, match="3 of 8 connections got no answer") as caught:
        trial(script, replace(ORDER, connections=8, deadline_s=0.6))
    assert caught.value.answered is None


def test_connections_that_are_closed_do_not_hang() -> None:
    def script(peer: Peer) -> None:
        while peer.number < 5 and peer.request() is not None:
            peer.send(answer())

    with pytest.raises(LoadError, match="connections got no answer") as caught:
        trial(script, replace(ORDER, connections=8, deadline_s=0.6))
    assert caught.value.answered is None


def test_the_cpu_of_each_process_is_told() -> None:
    with faulty(Fault(workers=2, at_most=(1, 7), work_s=0.0005)) as (port, parent):
        measured = at(port, replace(ORDER, connections=8, server_pid=parent, window_s=0.3))
    child = next(pid for pid in measured.process_cpu_ns if pid != str(parent))
    assert len(measured.process_cpu_ns) == measured.processes == 2
    assert measured.process_cpu_ns[child] > 0
    assert sum(measured.process_cpu_ns.values()) == measured.server_cpu_ns


@pytest.mark.parametrize("rate_rps", [None, 2_000.0])
def test_a_long_window_keeps_few_latencies_one_by_one_and_counts_all(
    monkeypatch: pytest.MonkeyPatch, rate_rps: float | None
) -> None:
    monkeypatch.setattr(tally_module, "KEPT_MOST", 40)
    monkeypatch.setattr(warm_up, "SLICE_NS", 2_000_000)
    kept: list[int] = []
    fold = Tally.fold_surplus

    def folding(tally: Tally) -> None:
        fold(tally)
        kept.append(len(tally.latencies_ns))

    monkeypatch.setattr(Tally, "fold_surplus", folding)
    pump = OpenPump()
    for _ in range(4):
        pump.join()
    arrivals = None if rate_rps is None else Arrivals.CONSTANT
    order = replace(ORDER, connections=4, window_s=0.5, rate_rps=rate_rps, arrivals=arrivals)
    with ScriptedServer(serving(answer())) as server:
        outcome = measure(pump, replace(order, port=server.port), [GET])
    measured, tally = outcome.measured, outcome.tally
    assert max(kept) <= 40
    assert measured.requests > 100
    assert measured.requests == Latency.decode(measured.latency).count == sum(measured.quarters)
    assert measured.requests == tally.right == Span.from_tally(tally).right
    if rate_rps is None:
        assert measured.in_flight_mean == pytest.approx(4, rel=0.02)
    else:
        assert measured.lateness is not None
        assert Latency.decode(measured.lateness).count == measured.arrivals == 1_000
