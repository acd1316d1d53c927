from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest

from results.histogram import Latency
from results.model import Arrivals
from runners.errors import LoadError
from runners.generator.messages import Measured, Order
from runners.generator.pump.open_pump import OpenPump
from runners.generator.window import warm_up
from runners.generator.window.trial import QUARTERS, measure
from scenarios.answers import json_answer
from scenarios.exchange import Exchange, Request
from tests.support.scripted_server import Peer, Script, ScriptedServer, answer, serving
from tests.support.stalling_server import stalling

GET = Exchange(request=Request(target="/n"), check=json_answer({"n": 1}))
ORDER = Order(
    host="127.0.0.1",
    port=0,
    scenario="n",
    seed=1,
    connections=4,
    rate_rps=200,
    arrivals=Arrivals.CONSTANT,
    warmup_s=0.05,
    window_s=0.5,
    deadline_s=5,
)


def trial(script: Script, order: Order = ORDER) -> Measured:
    with ScriptedServer(script) as server:
        return at(server.port, order)


def at(port: int, order: Order) -> Measured:
    pump = OpenPump()
    for _ in range(order.connections):
        pump.join()
    return measure(pump, replace(order, port=port), [GET]).measured


@pytest.mark.parametrize("arrivals", [*Arrivals, None])
def test_what_a_window_gives(arrivals: Arrivals | None) -> None:
    measured = trial(serving(answer()), replace(ORDER, arrivals=arrivals))

    assert measured.arrivals is not None
    assert measured.arrivals == pytest.approx(100, abs=50 if arrivals == Arrivals.POISSON else 1)
    assert measured.requests == Latency.decode(measured.latency).count
    assert measured.requests + measured.in_flight_end == pytest.approx(measured.arrivals, abs=50)
    assert measured.lateness is not None
    assert Latency.decode(measured.lateness).count == measured.arrivals
    assert measured.late_sends is not None
    assert 0 <= measured.late_sends <= measured.arrivals
    assert measured.waited is not None
    assert not measured.errors
    assert measured.connections_opened == 0
    assert measured.window_s >= 0.5
    assert sum(measured.quarters) == measured.requests


def test_a_closed_load_has_none_of_that() -> None:
    measured = trial(serving(answer()), replace(ORDER, rate_rps=None, arrivals=None))

    found = (measured.arrivals, measured.late_sends, measured.lateness, measured.waited)
    assert found == (None, None, None, None)


def test_requests_in_flight_and_in_line_are_in_the_time_average() -> None:
    """By Little's law: 50 arrivals a second that take 100 ms each are 5 in flight, over 4 connections."""

    def script(peer: Peer) -> None:
        while peer.request() is not None:
            if peer.requests > 2:
                threading.Event().wait(0.1)
            peer.send(answer())

    measured = trial(script, replace(ORDER, rate_rps=30, window_s=1, warmup_s=0.3))

    latencies_s = Latency.decode(measured.latency).percentiles([*range(1, 101)]) / 1e6
    assert measured.in_flight_mean == pytest.approx(30 * float(latencies_s.mean()), rel=0.2)


def test_nothing_that_settled_the_load_is_answered_within_the_window() -> None:
    one_at_a_time = threading.Lock()

    def script(peer: Peer) -> None:
        while peer.request() is not None:
            with one_at_a_time:
                threading.Event().wait(0.01)
            peer.send(answer())

    measured = trial(script, replace(ORDER, connections=30, rate_rps=20, warmup_s=0.001))

    assert measured.arrivals is not None
    assert measured.requests <= measured.arrivals + 1


def test_a_server_that_cannot_keep_up_leaves_a_line_behind() -> None:
    def script(peer: Peer) -> None:
        while peer.request() is not None:
            threading.Event().wait(0.02)
            peer.send(answer())

    measured = trial(script, replace(ORDER, connections=1))

    assert measured.arrivals == pytest.approx(100, abs=1)
    assert measured.requests < 50
    assert measured.waited is not None
    assert measured.waited > 50
    assert measured.in_flight_end > 50


def test_more_than_the_generator_can_offer_is_recorded_as_late() -> None:
    measured = trial(serving(answer()), replace(ORDER, rate_rps=500_000, window_s=0.2, warmup_s=0))

    assert measured.arrivals == pytest.approx(100_000, abs=1)
    assert measured.late_sends is not None
    assert measured.requests + measured.in_flight_end > 0


def test_what_was_due_in_a_window_counts_where_the_generator_comes_back_after_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drive, before_last = warm_up.drive, QUARTERS - 1

    def late(pump: OpenPump, until_ns: int) -> None:
        while len(pump.tally.quarters) == before_last and time.monotonic_ns() < until_ns:
            time.sleep(0.01)
        drive(pump, until_ns)

    monkeypatch.setattr(warm_up, "drive", late)
    measured = trial(serving(answer()), replace(ORDER, rate_rps=100, window_s=0.4, warmup_s=0))
    assert measured.arrivals == pytest.approx(40, abs=1)
    assert measured.late_sends


@pytest.mark.parametrize("rate_rps", [0, -5, 1e12])
def test_what_is_no_rate_is_refused(rate_rps: float) -> None:
    with pytest.raises(LoadError, match="requests/s"):
        trial(serving(answer()), replace(ORDER, rate_rps=rate_rps))


def test_no_arrival_within_the_window_is_a_load_error() -> None:
    with pytest.raises(LoadError, match="no right answer in the window"):
        trial(serving(answer()), replace(ORDER, rate_rps=0.001))


def test_a_server_that_stops_is_felt_by_every_request_due_meanwhile() -> None:
    """D = 400 ms every T = 1 s: a share of (D - x)/T waits longer than x, so p90 is D - T/10."""
    order = replace(ORDER, connections=64, rate_rps=500, window_s=2, warmup_s=0.2)
    with stalling(0.4, 1) as port:
        measured = at(port, order)
        closed = at(port, replace(order, connections=1, rate_rps=None, arrivals=None))

    p50, p90, p99 = (Latency.decode(measured.latency).percentiles([50, 90, 99]) / 1e3).tolist()
    assert p50 < p90
    assert 0.85 * 300 <= p90 < 2 * 300  # a busy machine takes longer to work off the line
    assert 0.9 * 390 <= p99 < 2 * 390
    assert Latency.decode(closed.latency).percentiles(99) / 1e3 < p90  # which is why there is an open load
