"""A relay: turns from rest to rest, one server at a time, and whoever fails leaves the others to go on."""

from __future__ import annotations

import itertools
import os
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace

import pytest

from results.histogram import Latency
from runners.generator.messages import Leg, Order, Relay
from runners.generator.pump.open_pump import OpenPump
from runners.generator.window import relay_runner, relay_server
from runners.generator.window.relay import relay, round_order
from runners.generator.window.warm_up import warm_up
from runners.processes.accounting import CpuReading
from scenarios.answers import json_answer
from scenarios.exchange import Exchange, Request
from tests.support.provoking_server import Fault, faulty
from tests.support.scripted_server import Peer, Script, ScriptedServer, answer, serving

GET = Exchange(request=Request(target="/n"), check=json_answer({"n": 1}))
CONNECTIONS = 4
ROUNDS = 5
ORDER = Order(
    host="127.0.0.1",
    port=0,
    scenario="n",
    seed=1,
    connections=CONNECTIONS,
    warmup_s=0.02,
    window_s=0,
    deadline_s=2,
)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine may keep a turn of some milliseconds from its end for seconds."""
    monkeypatch.setattr(relay_runner, "GRACE_S", 60.0)


def run(
    *scripts: Script,
    rounds: int = ROUNDS,
    turn_s: float = 0.02,
    lengths_s: tuple[float, ...] = (),
    pids: tuple[int | None, ...] = (),
    steady_parts: bool = False,
    rate_rps: float | None = None,
) -> list[Leg]:
    pumps = [OpenPump() for _ in scripts]
    for pump in pumps:
        for _ in range(CONNECTIONS):
            pump.join()
    with ExitStack() as stack:
        servers = [stack.enter_context(ScriptedServer(script)) for script in scripts]
        order = Relay(
            legs=tuple(
                replace(ORDER, port=server.port, server_pid=pid, rate_rps=rate_rps)
                for server, pid in itertools.zip_longest(servers, pids)
            ),
            groups=(0,) * len(servers),
            rounds=rounds,
            turn_s=turn_s,
            lengths_s=lengths_s,
            steady_parts=steady_parts,
            seed=1,
        )
        legs, _ = relay(pumps, order, lambda _name, _seed: [GET])
    return legs


def test_every_server_gets_every_turn_and_its_turns_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay_server, "BUSY_LOOK_S", 600)
    pids = (os.getpid(),) * 3
    for leg in run(serving(answer()), serving(answer()), serving(answer()), pids=pids):
        assert not leg.failed
        assert leg.measured
        assert leg.turns
        assert len(leg.turns.requests) == len(leg.turns.span_us) == len(leg.turns.cpu_us) == ROUNDS
        assert len(leg.turns.generator_delay_us) in (0, ROUNDS)  # a kernel may not count it
        assert leg.measured.requests == sum(leg.turns.requests) == Latency.decode(leg.measured.latency).count
        assert leg.measured.window_s == pytest.approx(sum(leg.turns.span_us) / 1e6, rel=0.01)
        assert leg.turns.rest_cpu_us is not None
        assert leg.turns.led_in >= ROUNDS
        assert leg.measured.in_flight_end == 0
        assert leg.measured.connections_opened == 0
        assert not leg.measured.errors
        assert sorted(leg.turns.begun_us) == list(leg.turns.begun_us)


def test_turns_of_a_leg_may_have_a_length_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    asked_s: list[float] = []
    warm = relay_runner.Runner.warm

    def noting(runner: relay_runner.Runner, turn_s: float) -> None:
        asked_s.append(turn_s)
        warm(runner, turn_s)

    monkeypatch.setattr(relay_runner.Runner, "warm", noting)
    legs = run(serving(answer()), serving(answer()), lengths_s=(0.01, 0.02))
    assert asked_s == [0.01, 0.02]
    assert all(leg.turns for leg in legs)


def test_the_steady_part_of_a_turn_is_whole_cycles_within_it() -> None:
    (leg,) = run(serving(answer()), turn_s=0.1, steady_parts=True)
    assert leg.turns
    assert len(leg.steady_parts) == len(leg.turns.requests)
    assert any(leg.steady_parts)
    for part, requests, span_us in zip(leg.steady_parts, leg.turns.requests, leg.turns.span_us, strict=True):
        if part is not None:
            assert 0 < part.requests < requests - CONNECTIONS
            assert 0 < part.span_us < span_us


def test_a_turn_is_steady_once_a_while_of_it_has_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    def lasted(seconds: float) -> list[tuple[int, int]]:
        monkeypatch.setattr(relay_runner, "STARTING_S", seconds)
        (leg,) = run(serving(answer()), turn_s=0.1, steady_parts=True)
        assert leg.turns
        turns = zip(leg.steady_parts, leg.turns.requests, strict=True)
        return [(part.requests, requests) for part, requests in turns if part]

    at_once, later = lasted(0.0), lasted(0.05)
    assert at_once
    assert later
    for steady, requests in at_once:  # all but a cycle at the start and one at the end
        assert steady == pytest.approx((requests // CONNECTIONS - 2) * CONNECTIONS, abs=CONNECTIONS)
    assert max(steady / requests for steady, requests in later) < 0.8


def test_a_turn_that_is_too_short_has_no_steady_part() -> None:
    (leg,) = run(serving(answer()), turn_s=1e-6, steady_parts=True)  # of as few answers as there may be
    assert leg.turns
    assert leg.steady_parts == (None,) * len(leg.turns.requests)
    (leg,) = run(serving(answer()))
    assert not leg.steady_parts


def test_one_server_at_a_time_is_asked() -> None:
    asked: dict[int, list[float]] = {0: [], 1: []}
    lock = threading.Lock()

    def noting(place: int) -> Script:
        def script(peer: Peer) -> None:
            while peer.request() is not None:
                with lock:
                    asked[place].append(time.monotonic())
                peer.send(answer())

        return script

    first, second = run(noting(0), noting(1))
    assert first.turns
    assert second.turns
    turns = [place for _, place in sorted((at, place) for place, times in asked.items() for at in times)]
    changes = sum(before != after for before, after in itertools.pairwise(turns))
    assert changes <= 1 + 2 * ROUNDS


def get(number: int) -> Exchange:
    return Exchange(request=Request(target=f"/{number}"), check=json_answer({"n": 1}))


RINGS = {"n": [get(number) for number in range(3)], "other": [get(number) for number in range(100, 250)]}
"""What two workloads of one server ask."""


def run_both(script: Script, *, rounds: int = ROUNDS, pid: int | None = None) -> tuple[Leg, Leg]:
    """Legs of one server in two workloads that take turns together."""
    pump = OpenPump()
    for _ in range(CONNECTIONS):
        pump.join()
    with ScriptedServer(script) as server:
        legs = tuple(replace(ORDER, port=server.port, scenario=name, server_pid=pid) for name in RINGS)
        order = Relay(legs=legs, groups=(0, 1), rounds=rounds, turn_s=0.02, seed=1)
        (one, other), _ = relay([pump], order, lambda name, _seed: RINGS[name])
    return one, other


def test_legs_of_one_server_use_the_same_connections_and_go_on_where_they_were(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(relay_server, "BUSY_LOOK_S", 600)
    asked: list[tuple[int, int]] = []
    lock = threading.Lock()

    def script(peer: Peer) -> None:
        while (request := peer.request()) is not None:
            with lock:
                asked.append((peer.number, int(request.split()[1][1:])))
            peer.send(answer())

    one, other = run_both(script, rounds=20, pid=os.getpid())
    for leg in (one, other):
        assert not leg.failed
        assert leg.turns
        assert leg.measured
        assert len(leg.turns.requests) + leg.turns.dropped == 20
        assert leg.measured.connections_opened == 0
        assert leg.turns.rest_us is not None
        assert leg.turns.rest_us < leg.turns.begun_us[-1]
    counted = sum(sum(leg.turns.requests) for leg in (one, other) if leg.turns)
    in_turns = asked[-counted:]
    assert len({peer for peer, _ in in_turns}) == CONNECTIONS
    changes = sum((before < 100) != (after < 100) for (_, before), (_, after) in itertools.pairwise(in_turns))
    assert changes <= 2 * 20
    walk = [number for peer, number in in_turns if peer == in_turns[-1][0] and number >= 100]
    assert all(after == (before + 1 if before < 249 else 100) for before, after in itertools.pairwise(walk))


def test_a_leg_that_falls_silent_leaves_the_other_of_its_server_to_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(relay_server, "DRAIN_S", 0.5)
    monkeypatch.setattr(relay_runner, "GRACE_S", 0.5)
    turns, turn = itertools.count(1), relay_runner.Runner.turn
    silent = threading.Event()

    def turn_until_silence(runner: relay_runner.Runner) -> None:
        turn(runner)
        if next(turns) == 2 * 3:
            silent.set()

    monkeypatch.setattr(relay_runner.Runner, "turn", turn_until_silence)

    def script(peer: Peer) -> None:
        while (request := peer.request()) is not None:
            if silent.is_set() and int(request.split()[1][1:]) >= 100:
                time.sleep(3)
                return
            peer.send(answer())

    good, bad = run_both(script, rounds=8)
    assert "had no answer" in bad.failed
    assert bad.turns
    assert len(bad.turns.requests) == 3
    assert not good.failed
    assert good.turns
    assert len(good.turns.requests) + good.turns.dropped == 8


@pytest.mark.faults("busy-at-rest")
def test_all_legs_leave_with_a_server_that_does_not_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay_server, "BUSY_LOOK_S", 0.04)
    monkeypatch.setattr(relay_server, "BUSY_AT_REST", 0.02)
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as busy:
        try:
            legs = run_both(serving(answer()), rounds=400, pid=busy.pid)
        finally:
            busy.kill()
    assert all(leg.restless and leg.failed.endswith("while it was asked nothing") for leg in legs)


def test_a_turn_is_long_enough_for_one_and_a_half_waves() -> None:
    def slow(peer: Peer) -> None:
        while peer.request() is not None:
            time.sleep(0.01)
            peer.send(answer())

    (leg,) = run(slow, turn_s=0.02)
    assert leg.turns
    assert set(leg.turns.requests) == {6}
    assert min(leg.turns.span_us) >= 20_000


def test_where_the_shortest_turn_is_long_enough_none_is_taken_to_find_its_length(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(relay_runner, "PACING_S", 60.0)
    asked = []

    def slow(peer: Peer) -> None:
        while request := peer.request():
            asked.append(request)
            time.sleep(0.03)
            peer.send(answer())

    (leg,) = run(slow, turn_s=0.02)
    assert leg.turns
    assert set(leg.turns.requests) == {6}
    assert len(asked) < 500


def test_the_turn_that_finds_their_length_is_short_and_sized_by_the_warm_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []
    turn = OpenPump.turn

    def asking(pump: OpenPump, answers: int, until_ns: int, noted: Sequence[int] = ()) -> bool:
        asked.append(answers)
        return turn(pump, answers, until_ns, noted)

    monkeypatch.setattr(OpenPump, "turn", asking)
    monkeypatch.setattr(relay_runner, "warm_up", lambda *of_leg: replace(warm_up(*of_leg), rate_rps=10_000.0))
    run(serving(answer()))
    assert asked[0] == 10_000 * relay_runner.PACING_S
    # then a lead-in and a turn for each round
    assert len(asked) == 1 + 2 * ROUNDS


def test_a_server_whose_turns_are_longer_takes_fewer_of_them_but_three() -> None:
    runner = relay_runner.Runner(relay_server.RelayServer(OpenPump(), ORDER), ORDER, [GET])
    turns = {}
    for expected_s in (0.035, 0.05, 0.07, 0.35, 60.0):
        runner._expected_s = expected_s
        turns[expected_s] = [number for number in range(30) if runner.is_due(number, 30, 0.035)]
    assert [len(numbers) for numbers in turns.values()] == [30, 30, 15, 3, 3]
    assert turns[0.35] == [0, 10, 20]


@pytest.mark.faults("busy-at-rest")
def test_a_server_that_is_never_at_rest_leaves_with_how_busy_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay_server, "BUSY_LOOK_S", 0.2)
    monkeypatch.setattr(relay_server, "BUSY_AT_REST", 0.02)
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as busy:
        try:
            good, bad = run(serving(answer()), serving(answer()), rounds=60, pids=(None, busy.pid))
        finally:
            busy.kill()
    assert not good.failed
    assert bad.failed.endswith("of a CPU busy while it was asked nothing")
    assert bad.restless
    assert not good.restless
    assert bad.turns
    assert good.turns
    assert len(bad.turns.requests) < len(good.turns.requests) == 60


def test_a_server_that_starts_a_process_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    taken, turn = [], relay_runner.Runner.turn

    def forking_after_the_second(runner: relay_runner.Runner) -> None:
        turn(runner)
        taken.append(runner)
        if len(taken) == 2:
            assert forking.stdin
            forking.stdin.write(b"now\n")
            forking.stdin.flush()
            assert forking.stdout
            forking.stdout.readline()

    monkeypatch.setattr(relay_runner.Runner, "turn", forking_after_the_second)
    script = "import os, sys; sys.stdin.readline(); os.fork(); print(flush=True); sys.stdin.readline()"
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as forking:
        (leg,) = run(serving(answer()), rounds=6, pids=(forking.pid,))
    assert leg.failed == "the server started 1 and lost 0 processes while it took turns"
    assert leg.restless
    assert leg.turns
    assert len(leg.turns.requests) == 2


def test_connections_that_the_server_closes_at_rest_are_opened_again_outside_of_what_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken, turn = [], relay_runner.Runner.turn

    def closing_after_the_second(runner: relay_runner.Runner) -> None:
        turn(runner)
        taken.append(runner)
        if len(taken) == 2:
            for peer in peers:
                peer.socket.shutdown(socket.SHUT_RDWR)
            wait_until(lambda: len(runner._pump._epoll.poll(0)) == CONNECTIONS)

    monkeypatch.setattr(relay_runner.Runner, "turn", closing_after_the_second)
    peers: list[Peer] = []

    def script(peer: Peer) -> None:
        if peer.number < CONNECTIONS:
            peers.append(peer)
        serving(answer())(peer)

    (leg,) = run(script)
    assert not leg.failed
    assert leg.turns
    assert len(leg.turns.requests) == ROUNDS
    assert leg.measured
    assert leg.measured.stale == CONNECTIONS
    assert leg.measured.connections_opened == 0


def wait_until(holds: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline_s
        time.sleep(0.001)


def test_connections_that_are_reset_while_a_turn_is_led_in_are_opened_again_outside_of_what_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    led_in, lead_in = [], relay_runner.Runner._lead_in
    resetting, reset = threading.Event(), set()

    def resetting_before_the_third(runner: relay_runner.Runner) -> None:
        led_in.append(runner)
        if len(led_in) == 3:
            resetting.set()
        lead_in(runner)
        resetting.clear()

    def script(peer: Peer) -> None:
        while peer.request() is not None:
            if resetting.is_set() and peer.number < CONNECTIONS:
                reset.add(peer.number)
                return
            peer.send(answer())

    monkeypatch.setattr(relay_runner.Runner, "_lead_in", resetting_before_the_third)
    (leg,) = run(script)
    assert not leg.failed
    assert leg.turns
    assert len(leg.turns.requests) == ROUNDS
    assert leg.measured
    assert leg.measured.stale == len(reset) > 0
    assert not leg.measured.errors


def test_a_server_that_answers_wrongly_from_the_start_leaves_with_the_reason() -> None:
    good, bad = run(serving(answer()), serving(answer(b'{"n": 2}')))
    assert not good.failed
    assert good.turns
    assert len(good.turns.requests) == ROUNDS
    assert "no right answer in the warm-up" in bad.failed
    assert bad.turns is None


def test_a_server_that_falls_silent_leaves_with_the_turns_that_it_had(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(relay_server, "DRAIN_S", 0.5)
    monkeypatch.setattr(relay_runner, "GRACE_S", 0.5)
    silent, taken, turn = threading.Event(), [], relay_runner.Runner.turn

    def turn_until_silence(runner: relay_runner.Runner) -> None:
        turn(runner)
        taken.append(runner)
        if len(taken) == 2 * 3:
            silent.set()

    monkeypatch.setattr(relay_runner.Runner, "turn", turn_until_silence)

    def script(peer: Peer) -> None:
        while peer.request() is not None:
            if silent.is_set():
                time.sleep(3)
                return
            peer.send(answer())

    good, bad = run(serving(answer()), script, rounds=8)
    assert "had no answer" in bad.failed
    assert bad.turns
    assert len(bad.turns.requests) == 3
    assert not good.failed
    assert good.turns
    assert len(good.turns.requests) + good.turns.dropped == 8


def test_a_server_that_closes_every_connection_takes_part() -> None:
    def closing(peer: Peer) -> None:
        if peer.request() is not None:
            peer.send(answer(more=b"Connection: close\r\n"))

    first, second = run(closing, serving(answer()))
    assert first.measured
    assert second.measured
    assert first.measured.connections_opened > 0 == second.measured.connections_opened
    assert not first.failed


def test_connections_that_the_client_closes_after_some_requests_are_opened_within_turns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(globals(), "ORDER", replace(ORDER, reuse=2))
    (leg,) = run(serving(answer()))
    assert not leg.failed
    assert leg.turns
    assert leg.measured
    assert len(leg.turns.requests) == ROUNDS
    opened, requests = leg.measured.connections_opened, leg.measured.requests
    assert requests / 2 - CONNECTIONS <= opened <= requests / 2 + CONNECTIONS * ROUNDS
    assert leg.measured.stale == 0


def test_what_a_server_works_in_a_dropped_turn_is_no_work_at_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its clock here is of answers: each counts as a second of CPU, so rest is measured without time."""
    answers = itertools.count()
    worked = [0]

    def script(peer: Peer) -> None:
        while peer.request() is not None:
            worked[0] = next(answers) + 1
            peer.send(answer())

    # of the turn that finds their length, of the lead-in, of the first turn, and of the rest
    limits = iter([60.0, 60.0, -1.0] + [60.0] * 99)
    monkeypatch.setattr(relay_runner.Runner, "_limit_s", lambda _runner: next(limits))
    monkeypatch.setattr(
        "runners.processes.accounting.ServerClock.read",
        lambda _clock: CpuReading(worked[0] * 1_000_000_000, frozenset({1}), {}),
    )
    (leg,) = run(script, pids=(os.getpid(),))
    assert not leg.failed
    assert leg.turns
    assert leg.turns.dropped == 1
    assert leg.turns.rest_cpu_us == 0


def test_a_leg_tells_how_many_connections_were_served_while_others_hung() -> None:
    pump = OpenPump()
    for _ in range(CONNECTIONS):
        pump.join()
    with faulty(Fault(at_most=(3,))) as (port, pid):
        limited = replace(ORDER, port=port, server_pid=pid, deadline_s=0.6)
        order = Relay(legs=(limited,), groups=(0,), rounds=ROUNDS, turn_s=0.02, seed=1)
        (leg,), _ = relay([pump], order, lambda _name, _seed: [GET])
    assert "1 of 4 connections got no answer" in leg.failed
    assert leg.answered == 3


def test_the_cpu_of_each_process_is_added_up_over_turns() -> None:
    pump = OpenPump()
    for _ in range(CONNECTIONS):
        pump.join()
    with faulty(Fault(workers=2, at_most=(1, 3), work_s=0.0005)) as (port, pid):
        order = Relay(
            legs=(replace(ORDER, port=port, server_pid=pid),), groups=(0,), rounds=ROUNDS, turn_s=0.02, seed=1
        )
        (leg,), _ = relay([pump], order, lambda _name, _seed: [GET])
    assert not leg.failed
    assert leg.measured
    assert len(leg.measured.process_cpu_ns) == 2
    assert sum(leg.measured.process_cpu_ns.values()) == leg.measured.server_cpu_ns


def test_groups_stay_together_and_every_order_comes_up() -> None:
    seen: Counter[tuple[int, ...]] = Counter()
    for number in range(600):
        order = round_order([0, 1, 0, 1, 2], seed=7, number=number)
        assert sorted(order) == [0, 1, 2, 3, 4]
        places = [[0, 1, 0, 1, 2][place] for place in order]
        assert len(list(itertools.groupby(places))) == 3
        seen[tuple(order)] += 1
    assert len(seen) == 6 * 2 * 2
    assert max(seen.values()) < 60
    assert round_order([0, 1, 0], seed=7, number=3) == round_order([0, 1, 0], seed=7, number=3)


def test_an_open_load_takes_turns_in_which_all_that_is_due_is_answered() -> None:
    legs = run(serving(answer()), serving(answer()), rate_rps=500.0, turn_s=0.04)
    for leg in legs:
        assert not leg.failed
        assert leg.turns is None
        assert leg.windows == ROUNDS
        assert leg.measured is not None
        assert not leg.measured.errors
        assert leg.measured.arrivals == leg.measured.requests == Latency.decode(leg.measured.latency).count
    base, head = (leg.measured for leg in legs)
    assert base is not None
    assert head is not None
    assert base.requests == head.requests > ROUNDS  # both sides are due the same


def test_under_an_open_load_an_arrival_waits_for_a_connection_with_its_clock_running() -> None:
    def slow(peer: Peer) -> None:
        while peer.request() is not None:
            time.sleep(0.02)
            peer.send(answer())

    legs = run(slow, slow, rate_rps=1000.0, turn_s=0.04)
    for leg in legs:
        assert leg.measured is not None
        assert leg.measured.waited
        # 4 connections serve 200 requests/s at most: a turn's last arrivals wait for all those before them
        assert Latency.decode(leg.measured.latency).percentiles([90])[0] > 60_000


def test_an_arrival_opens_a_connection_that_the_server_closed() -> None:
    def closing(peer: Peer) -> None:
        if peer.request() is not None:
            peer.send(answer(more=b"Connection: close\r\n"))

    (leg,) = run(closing, rate_rps=500.0, turn_s=0.04)
    assert not leg.failed
    assert leg.measured is not None
    assert not leg.measured.errors
    assert leg.measured.connections_opened == leg.measured.requests
