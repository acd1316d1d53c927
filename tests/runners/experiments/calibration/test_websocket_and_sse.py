from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from runners.experiments.calibration import real_servers as floors
from runners.experiments.calibration import websocket_and_sse as protocols
from runners.experiments.calibration.clients import Bench
from runners.experiments.calibration.conditions import Means
from runners.experiments.calibration.real_servers import Start
from runners.generator.client import Generator
from runners.generator.messages import Measured
from tests.support.fake_measurement import measured


@pytest.fixture
def given(tmp_path: Path) -> Means:
    return Means(
        folder=tmp_path,
        server_cpus=(),
        generator_cpus=(),
        generator=Generator((), tmp_path / "log"),
        rounds=3,
        seconds=1.0,
        echo=lambda _: None,
    )


def starting(
    monkeypatch: pytest.MonkeyPatch, ports: Mapping[str, int], pumped: Mapping[int, Any]
) -> list[Bench]:
    """Stacks that are there by port, and what each window of the pump gives on them."""
    benches: list[Bench] = []

    @contextmanager
    def server(port: int) -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(host="h", port=port)

    def start(port: int) -> Start:
        def started() -> AbstractContextManager[Any]:
            return server(port)

        return started

    def pump(bench: Bench) -> Measured:
        benches.append(bench)
        requests, idle_s = next(pumped[bench.port])
        return replace(measured(in_flight_end=bench.connections), requests=requests, generator_idle_s=idle_s)

    monkeypatch.setattr(protocols, "floors", lambda *_: {name: start(port) for name, port in ports.items()})
    monkeypatch.setattr(Bench, "pump", pump)
    return benches


def test_the_floor_that_echoes_most_tells_what_a_core_does(
    given: Means, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, fast = [(1000, 1.0)] * 3, [(30_000, 1.0), (40_000, 1.2), (90_000, 1.9)]
    benches = starting(monkeypatch, {"asgi--a": 1, "rsgi--b": 2}, {1: iter(slow), 2: iter(fast)})

    promise = protocols.echoes(given, [])

    assert {(bench.shape, bench.connections) for bench in benches} == {("websocket", 64)}
    assert promise.value == pytest.approx(20_000 / 0.4)  # windows of 2 s, medians of three
    assert promise.detail.startswith("rsgi--b: 20,000 messages/s at 0.40")


def test_streams_are_those_under_way_at_once(given: Means, monkeypatch: pytest.MonkeyPatch) -> None:
    benches = starting(monkeypatch, {"starlette--a": 1}, {1: iter([(500, 1.5)])})

    promise = protocols.events(given, [])

    assert [(bench.shape, bench.connections) for bench in benches] == [("sse", 1000)]
    assert promise.value == 1000
    assert "250 streams of 20 events ended a second, 0.25 of a core" in promise.detail


def test_what_is_started_can_hold_the_streams() -> None:
    assert floors.EVENTS.connections == (1000,)
