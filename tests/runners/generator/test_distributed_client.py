"""Several generators as one: real processes on the loopback interface."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest

from results.histogram import Latency
from results.model import Arrivals
from runners.errors import LoadError, PlanError
from runners.generator import distributed_client
from runners.generator.messages import Order
from runners.http.address import Endpoint
from runners.processes import ports
from runners.processes.ours import environment_of_ours, python_m
from tests.support.lenient_generator import LenientGenerator
from tests.support.processes import COVERAGE, running
from tests.support.scripted_server import Peer, ScriptedServer, greeting, serving


def order(port: int, connections: int = 4) -> Order:
    return Order(
        host="127.0.0.1",
        port=port,
        scenario="plaintext",
        seed=1,
        connections=connections,
        warmup_s=0.05,
        window_s=0.4,
        server_pid=os.getpid(),
        cpus=(0,),
    )


def worker(*options: str) -> AbstractContextManager[subprocess.Popen[str]]:
    return running(python_m("runners.generator.worker", *options), env=environment_of_ours())


def worker_where(name: str, value: str, *options: str) -> subprocess.CompletedProcess[str]:
    """What came of a worker's process in whose module ``name`` is something else."""
    code = f"from runners.generator import worker as w; w.{name}; w.{name} = {value}; w.main()"
    return subprocess.run(
        [sys.executable, "-c", code, *options],
        env=environment_of_ours(),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_several_measure_as_one_over_trials(tmp_path: Path) -> None:
    with (
        ScriptedServer(serving(greeting)) as server,
        LenientGenerator((), tmp_path / "generator.log", local=2) as generator,
    ):
        for connections in (6, 3, 3):
            measured = generator.measure(order(server.port, connections))
            assert measured.requests == Latency.decode(measured.latency).count > 0
            assert measured.in_flight_mean == pytest.approx(connections, rel=0.01)
            assert measured.in_flight_end == connections
            assert measured.server_cpu_source == "process-clock"
            assert measured.busy_ticks is not None
            assert not measured.errors
        measured = generator.measure(
            replace(order(server.port, 4), rate_rps=1000.0, arrivals=Arrivals.POISSON)
        )
        assert measured.arrivals == pytest.approx(400, abs=110)
        with pytest.raises(LoadError, match="1 connections cannot be shared by 2 generators"):
            generator.measure(order(server.port, 1))
        pids = [each.pid for each in generator._workers.values()]
    assert len(pids) == 2
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


@pytest.mark.faults("locust-worker-lost")
def test_one_killed_in_the_middle_makes_the_trial_invalid_and_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(COVERAGE, raising=False)
    killed: list[int] = []

    def script(peer: Peer) -> None:
        while peer.request() is not None:
            if not killed and peer.number == 3:
                killed.append(generator._workers[1].pid)
                os.kill(killed[0], signal.SIGKILL)
            peer.send(greeting)

    with (
        ScriptedServer(script) as server,
        LenientGenerator((), tmp_path / "generator.log", local=2) as generator,
    ):
        with pytest.raises(
            LoadError, match=r"invalid: generator \d of 2 .pid \d+, this machine. disappeared"
        ):
            generator.measure(order(server.port))
        assert generator.measure(order(server.port)).requests


def test_a_server_that_refuses_is_an_error_of_all(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with (
        LenientGenerator((), tmp_path / "generator.log", local=2) as generator,
        pytest.raises(LoadError, match=r"generator \d of 2 .*no answer in the warm-up .*refused"),
    ):
        generator.measure(order(port))


@pytest.mark.faults("worker-of-another-version")
def test_a_worker_joins_and_one_too_many_or_of_other_sources_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listen = Endpoint("127.0.0.1", ports.free_port())
    monkeypatch.setattr(distributed_client, "GATHER_JOINED_S", 30.0)
    with (
        ScriptedServer(serving(greeting)) as server,
        LenientGenerator((), tmp_path / "log", local=1, joined=1, listen=listen) as generator,
        worker("--master", str(listen)) as joined,
    ):
        assert generator.measure(order(server.port)).requests
        with worker("--master", str(listen)) as surplus:
            assert surplus.stderr
            assert "the run has its 2 generators" in surplus.stderr.read()
        assert surplus.returncode == 3
        other = worker_where("identity", "lambda: '0.0+other'", "--master", str(listen))
        assert other.returncode == 3
        assert "this worker is hotlap 0.0+other, and the run's is" in other.stderr
        assert "Traceback" not in other.stderr
        assert generator.measure(order(server.port)).requests
        generator.stop()
        assert joined.wait(30) == 0


def test_workers_that_do_not_come_are_not_waited_for_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distributed_client, "GATHER_JOINED_S", 1.0)
    said: list[str] = []
    with LenientGenerator((), tmp_path / "log", local=0, joined=2, echo=said.append) as generator:
        with pytest.raises(LoadError, match="0 of 2 generators came within 1 s"):
            generator.measure(order(1))
        with pytest.raises(LoadError, match="0 of 2 generators came within 0 s"):  # the next cell
            generator.measure(order(1))
    assert "hotlap worker --master 127.0.0.1:" in said[0]


def test_an_address_that_is_taken_is_wrong_use(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = Endpoint("127.0.0.1", taken.getsockname()[1])
        with (
            LenientGenerator((), tmp_path / "log", local=2, listen=listen) as generator,
            pytest.raises(PlanError, match="cannot be listened on"),
        ):
            generator.measure(order(1))


def test_a_worker_without_a_master_says_so() -> None:
    with worker("--master", f"127.0.0.1:{ports.free_port()}", "--wait", "0.1") as alone:
        assert alone.stderr
        said = alone.stderr.read()
    assert alone.returncode == 3
    assert "no master on 127.0.0.1:" in said
    assert "Traceback" not in said


def test_something_else_than_a_master_is_said() -> None:
    with ScriptedServer(serving(greeting)) as server:
        lost = worker_where("GREETING_S", "1.0", "--master", f"127.0.0.1:{server.port}")
    assert lost.returncode == 3
    assert "is no Locust master" in lost.stderr
