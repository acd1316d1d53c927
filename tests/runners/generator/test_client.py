from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from results.histogram import Latency
from runners.errors import LoadError
from runners.generator import client
from runners.generator.client import Generator
from runners.generator.messages import Order, Relay
from runners.generator.window.pace import LONGEST_LEAD_IN_S
from runners.processes.ours import environment_of_ours
from tests.support.scripted_server import Peer, ScriptedServer, answer, greeting, serving

CONNECTIONS = 4
FAKE = """
import os, sys
channel = int(sys.argv[-1])
def say(line):
    os.write(channel, line.encode() + b"\\n")
{}
"""


def order(port: int, connections: int = 4, **more: float) -> Order:
    return Order(
        host="127.0.0.1",
        port=port,
        scenario="plaintext",
        seed=1,
        connections=connections,
        warmup_s=0.02,
        window_s=0.1,
        server_pid=os.getpid(),
        cpus=(0,),
        **more,  # type: ignore[arg-type] # only numbers are given
    )


def test_orders_are_measured_by_one_process(tmp_path: Path) -> None:
    pids = set()
    with ScriptedServer(serving(greeting)) as server, Generator((), tmp_path / "log") as generator:
        for connections in (8, 3, 5):
            measured = generator.measure(order(server.port, connections))
            assert generator._process
            pids.add(generator._process.pid)

            assert measured.requests == Latency.decode(measured.latency).count > 0
            assert measured.in_flight_mean == pytest.approx(connections, rel=0.005)
            assert measured.in_flight_end == connections
            assert measured.server_cpu_ns
            assert measured.server_cpu_source == "process-clock"
            assert measured.busy_ticks is not None
            assert not measured.errors
    assert len(pids) == 1


def test_no_right_answer_is_a_load_error_and_the_generator_lives_on(tmp_path: Path) -> None:
    with (
        ScriptedServer(serving(answer(b"Hello, Wurld!"))) as wrong,
        ScriptedServer(serving(greeting)) as server,
        Generator((), tmp_path / "log") as generator,
    ):
        with pytest.raises(
            LoadError, match=r"plaintext at .*no right answer.*wrong-answer \d+.*GET /plaintext"
        ):
            generator.measure(order(wrong.port))
        assert generator._process
        pid = generator._process.pid
        assert generator.measure(order(server.port)).requests
        assert generator._process.pid == pid


@pytest.mark.faults("generator-dies")
def test_a_killed_generator_is_a_load_error_and_the_next_order_starts_another(tmp_path: Path) -> None:
    killed: list[int] = []

    def script(peer: Peer) -> None:
        while peer.request() is not None:
            if not killed and generator._process:
                killed.append(generator._process.pid)
                os.kill(generator._process.pid, signal.SIGKILL)
            peer.send(greeting)

    with ScriptedServer(script) as server, Generator((), tmp_path / "log") as generator:
        with pytest.raises(LoadError, match="the generator died"):
            generator.measure(order(server.port))
        assert generator._process is None
        assert generator.measure(order(server.port)).requests


def test_the_end_kills_the_process(tmp_path: Path) -> None:
    with ScriptedServer(serving(greeting)) as server, Generator((), tmp_path / "log") as generator:
        generator.measure(order(server.port))
        assert generator._process
        pid = generator._process.pid
    assert not Path(f"/proc/{pid}").exists()


def pretending(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: str) -> None:
    """Put another program in the place of the generator."""
    root = tmp_path / "root"
    package = root / "runners" / "generator"
    package.mkdir(parents=True)
    (package.parent / "__init__.py").touch()
    (package / "__init__.py").touch()
    (package / "process.py").write_text(FAKE.format(code))
    monkeypatch.setattr(
        client, "environment_of_ours", lambda: {"PYTHONPATH": str(root), "PATH": os.environ["PATH"]}
    )


def test_a_generator_that_does_not_start_shows_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretending(monkeypatch, tmp_path, "raise SystemExit('no such thing')")

    with Generator((), tmp_path / "log") as generator, pytest.raises(LoadError, match="died") as caught:
        generator.measure(order(1))
    assert "no such thing" in caught.value.log_tail


@pytest.mark.faults("generator-hangs")
def test_a_generator_that_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ready = json.dumps({"Ready": {"pid": 1}})
    pretending(monkeypatch, tmp_path, f"say({ready!r}); os.read(channel, 9999); os.read(channel, 1)")
    monkeypatch.setattr(client, "BESIDES_S", 0.1)
    monkeypatch.setattr(client, "longest_s", lambda order: order.deadline_s)

    begun_s = time.monotonic()
    with (
        Generator((), tmp_path / "log") as generator,
        pytest.raises(LoadError, match="did not answer within"),
    ):
        generator.measure(order(1, deadline_s=0.1))
    assert time.monotonic() - begun_s < client.START_S


@pytest.mark.parametrize("said", ['{"Failed": {"message": "x"}}', '{"Ready": {"pid": 1}}'])
def test_anything_else_than_ready_and_measured_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    code = f"say({said!r}); say({said!r}); os.read(channel, 9999); os.read(channel, 1)"
    pretending(monkeypatch, tmp_path, code)

    with Generator((), tmp_path / "log") as generator, pytest.raises(LoadError):
        generator.measure(order(1))
    assert generator._process is None


def test_it_runs_on_the_cpus_given(tmp_path: Path) -> None:
    cpu = max(os.sched_getaffinity(0))
    with ScriptedServer(serving(greeting)) as server, Generator((cpu,), tmp_path / "log") as generator:
        generator.measure(order(server.port))
        assert generator._process
        assert os.sched_getaffinity(generator._process.pid) == {cpu}


def test_the_environment_of_the_caller_cannot_change_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCUST_SKIP_MONKEY_PATCH", "1")
    monkeypatch.setenv("PYTHONHASHSEED", "0")

    environment = environment_of_ours()

    assert not {"LOCUST_SKIP_MONKEY_PATCH", "PYTHONHASHSEED"} & set(environment)
    assert sys.executable


def test_a_relay_of_more_servers_than_before_and_fewer_again(tmp_path: Path) -> None:
    with (
        ScriptedServer(serving(greeting)) as one,
        ScriptedServer(serving(greeting)) as two,
        ScriptedServer(serving(greeting)) as three,
        Generator((), tmp_path / "log") as generator,
    ):
        for servers in ([one, two, three], [two], [one, three]):
            legs = generator.relay(
                Relay(
                    legs=tuple(replace(order(server.port, 3), server_pid=None) for server in servers),
                    groups=(0,) * len(servers),
                    rounds=3,
                    turn_s=0.3,
                    seed=1,
                )
            )
            assert len(legs) == len(servers)
            for leg in legs:
                assert leg.turns
                assert not leg.failed
                assert len(leg.turns.requests) == 3
        assert generator.measure(order(one.port, 5)).in_flight_mean == pytest.approx(5, rel=0.005)


@pytest.mark.faults("generator-stopped")
def test_a_turn_in_which_the_generator_stood_still_is_dropped_and_the_others_count(tmp_path: Path) -> None:
    paced, counting = threading.Event(), threading.Event()

    def first(peer: Peer) -> None:
        while peer.request() is not None:
            peer.send(greeting)
            if paced.is_set():  # it is asked again: what leads in to a turn that counts
                counting.set()

    def second(peer: Peer) -> None:
        while peer.request() is not None:
            peer.send(greeting)
            paced.set()

    def stop_for_a_while() -> None:
        assert counting.wait(60)
        assert generator._process
        time.sleep(5 * LONGEST_LEAD_IN_S)
        os.kill(generator._process.pid, signal.SIGSTOP)
        time.sleep(5.0)
        os.kill(generator._process.pid, signal.SIGCONT)

    with (
        ScriptedServer(first) as one,
        ScriptedServer(second) as other,
        Generator((), tmp_path / "log") as generator,
    ):
        stopping = threading.Thread(target=stop_for_a_while)
        stopping.start()
        legs = tuple(replace(order(server.port, CONNECTIONS), server_pid=None) for server in (one, other))
        relayed = generator.relay(Relay(legs=legs, groups=(0, 0), rounds=6, turn_s=0.2, seed=1))
        stopping.join()
    assert not any(leg.failed for leg in relayed)
    turns = [leg.turns for leg in relayed if leg.turns]
    assert sum(part.dropped for part in turns) >= 1
    assert all(len(part.requests) + part.dropped == 6 for part in turns)
    assert max(max(part.span_us) for part in turns) < 5_000_000
    assert not any(leg.measured and leg.measured.errors for leg in relayed)


@pytest.mark.parametrize(("warmup_s", "deadline_s"), [(0.25, 30.0), (5.0, 30.0), (120.0, 30.0), (1.0, 300.0)])
def test_an_answer_is_waited_for_as_long_as_what_was_ordered_may_take(
    tmp_path: Path, warmup_s: float, deadline_s: float
) -> None:
    """First all connections are to be answered, then comes the warm-up itself, then the load is to settle."""
    slow = replace(order(1), warmup_s=warmup_s, deadline_s=deadline_s)
    least_s = 2 * warmup_s + 2 * deadline_s + slow.window_s
    generator = Generator((), tmp_path / "log")
    assert generator._patience_s(slow) > least_s
    opened = replace(slow, rate_rps=10.0)
    assert generator._patience_s(opened) > least_s + deadline_s
    in_turns = Relay(legs=(slow, slow), groups=(0, 0), rounds=10, turn_s=1.0, seed=1)
    assert generator._patience_s(in_turns) > 2 * (2 * warmup_s + 2 * deadline_s) + 20
