"""A real server with one fault shows its pattern, and one that only comes near shows none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from results.histogram import Latency
from results.model import Failure, Trial
from tests.support.made_patterns import (
    CELL,
    burden,
    load,
    load_at,
    never_idle,
    open_cell,
    patterns_of,
    run_of,
)
from tests.support.provoking_server import Fault
from tests.support.scripted_server import ScriptedServer, answer, serving
from tests.support.stalling_server import stalling

WORK_S = 0.0005
ATTEMPTS = 20


def quick_latencies() -> str:
    latency = Latency()
    latency.record_ns([500_000] * 1000)
    return latency.encode()


def seen(*parts: Trial | Failure) -> dict[str, str]:
    return patterns_of(run_of(*parts))


def ever(holds: Callable[[], bool]) -> bool:
    """Whether it holds of one measurement at least: a crowded machine spoils some."""
    return any(holds() for _ in range(ATTEMPTS))


def test_an_honest_server_shows_none() -> None:
    assert not seen(never_idle(load(Fault(work_s=WORK_S))))


@pytest.mark.parametrize(
    ("fault", "pattern"),
    [
        (Fault(in_two_parts=True), {"delayed-ack"}),
        (Fault(sleep_s=0.005), {"waiting"}),
        (Fault(sleep_s=0.0002), set()),
    ],
)
def test_waiting_for_the_kernel_or_for_something_else(fault: Fault, pattern: set[str]) -> None:
    assert ever(lambda: seen(load(fault, replace(CELL, connections=1))).keys() == pattern)


def test_a_limit_of_connections() -> None:
    found = seen(load(Fault(at_most=(5,))))
    assert found == {
        "connection-limit": "5 of 8 connections were served, the others hung in each of 4 launches"
    }
    assert not seen(never_idle(load(Fault(at_most=(8,), work_s=WORK_S))))


def test_one_worker_that_takes_most() -> None:
    uneven = load(Fault(workers=2, at_most=(8, 0), work_s=WORK_S), replace(CELL, workers=2))
    assert "one of 2 workers" in seen(uneven)["one-worker"]
    assert "waiting" not in seen(uneven)
    even = Fault(workers=2, at_most=(4, 4), work_s=WORK_S)
    assert ever(lambda: "one-worker" not in seen(load(even, replace(CELL, workers=2))))


def test_connections_that_are_closed_sooner_than_asked() -> None:
    found = seen(load(Fault(closes_after=20)))
    assert "they were to be kept for 60 s when idle" in found["early-close"]
    assert "early-close" not in seen(load(Fault(closes_after=1)))  # it keeps none: a flag says so
    assert "early-close" not in seen(load(Fault(closes_after=10**6)))


def test_memory_that_grows() -> None:
    assert "KB a request over 4 launches" in seen(load(Fault(keeps_bytes=2**17)))["growing-memory"]
    assert "growing-memory" not in seen(load(Fault(keeps_bytes=2**17, kept_most=40)))  # a cache that is full


def test_throughput_that_falls() -> None:
    def falling(work_s: float) -> dict[str, str]:
        fault = Fault(work_s=2e-4, work_a_connection_s=work_s)
        few, many = (load(fault, replace(CELL, connections=count)) for count in (2, 64))
        return seen(few, many)

    assert "over 64 connections" in falling(5e-5)["falling-throughput"]
    assert ever(lambda: "falling-throughput" not in falling(0.0))


def test_a_client_that_is_the_limit() -> None:
    assert "the generator idle for" in seen(load(Fault(), idle=burden, window_s=1.0))["client-bound"]
    assert ever(lambda: "client-bound" not in seen(load(Fault(work_s=WORK_S))))


def test_a_quota_that_stops_the_server(tmp_path: Path) -> None:
    stopped = load(Fault(quota=str(tmp_path)), cgroup=str(tmp_path))
    found = seen(stopped)
    assert found.keys() == {"cpu-quota"}
    assert "in 4 of 4 trials" in found["cpu-quota"]
    assert isinstance(stopped, Trial)
    assert "cpu-quota" not in seen(replace(stopped, throttled_periods=0))


def test_pauses_at_an_open_rate() -> None:
    """Late sends are the machine's that the test runs on, and so is what the neighbour waits for."""
    cell = open_cell(400, connections=64)
    with stalling(0.15, 0.8) as port:
        pausing = replace(load_at(port, cell, window_s=2.4), late_sends=0)
    with ScriptedServer(serving(answer())) as server:
        steady = load_at(server.port, replace(cell, framework="starlette"), window_s=0.5)
    quick = replace(steady, late_sends=0, latency=quick_latencies())
    found = patterns_of(run_of(pausing, quick), [cell])
    assert "ms every 0." in found["pauses"]
    alike = replace(pausing, cell=quick.cell)
    assert not patterns_of(run_of(pausing, alike))  # the machine paused, not the server
    assert not patterns_of(run_of(pausing))  # nobody to tell
