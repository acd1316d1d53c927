"""What the stub answers: asked for real, placed as in a run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from results.histogram import Latency
from results.model import UPSTREAM
from runners.experiments.calibration import upstream_stub
from runners.experiments.calibration.conditions import begin_calibration
from runners.experiments.calibration.upstream_stub import STUB_CONNECTIONS, STUB_RPS, StubRate, ask_stub
from runners.generator.messages import Measured
from scenarios.upstream import UPSTREAM_MS

WINDOW = Measured(
    started_unix_s=1e9,
    warmup_s=0.25,
    warmup_slope=None,
    window_s=2.0,
    requests=4 * STUB_RPS,
    bytes_received=24 * STUB_RPS,
    bytes_sent=16 * STUB_RPS,
    latency=Latency().encode(),
    in_flight_mean=512.0,
    in_flight_end=512,
    checked_full=0,
    service_cpu_ns={UPSTREAM: 1_600_000_000},
    generator_cpu_ns=100_000_000,
    generator_idle_s=0.9,
    generator_wait_us=30.0,
)


def test_its_best_round_is_its_ceiling_and_the_median_is_held_against_the_bar() -> None:
    slow = replace(WINDOW, requests=STUB_RPS, bytes_received=0, bytes_sent=10 * STUB_RPS)
    rate = StubRate(windows=[WINDOW, slow, slow], cpus=1, own_cpus=False)
    assert rate.ceiling.shape == UPSTREAM
    assert rate.ceiling.connections == STUB_CONNECTIONS
    assert rate.ceiling.rps == 2 * STUB_RPS
    assert rate.ceiling.bytes_per_request == 10
    assert rate.promise.value == STUB_RPS / 2
    assert not rate.promise.kept
    assert rate.promise.detail == "it used 0.80 of the generator's CPU, which both share"


def test_with_cpus_of_its_own_it_says_so() -> None:
    promise = StubRate(windows=[WINDOW], cpus=2, own_cpus=True).promise
    assert promise.kept
    assert promise.detail == "it used 0.40 of its own CPUs"


@pytest.mark.servers
def test_it_is_asked_in_every_round_and_its_cpu_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upstream_stub, "STUB_CONNECTIONS", 4)
    said: list[str] = []
    with begin_calibration(rounds=2, seconds=0.1, echo=said.append) as conditions:
        rate = ask_stub(conditions)
    assert len(said) == len(rate.windows) == 2
    for window in rate.windows:
        assert 0 < window.requests <= 4 * (window.window_s * 1000 / UPSTREAM_MS + 1)
        assert window.service_cpu_ns[UPSTREAM] > 0
    assert rate.ceiling.connections == 4
    assert rate.ceiling.bytes_per_request > 100
