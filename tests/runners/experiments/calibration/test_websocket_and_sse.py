from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from runners.experiments.calibration import real_servers, websocket_and_sse
from runners.experiments.calibration.clients import MeasuringPoint
from runners.experiments.calibration.conditions import Conditions
from runners.experiments.calibration.real_servers import Start
from runners.generator.client import Generator
from runners.generator.messages import Measured
from tests.support.fake_measurement import measured


@pytest.fixture
def conditions(tmp_path: Path) -> Conditions:
    return Conditions(
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
) -> list[MeasuringPoint]:
    """Stacks that are there by port, and what each window of the pump gives on them."""
    points: list[MeasuringPoint] = []

    @contextmanager
    def server(port: int) -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(host="h", port=port)

    def start(port: int) -> Start:
        def started() -> AbstractContextManager[Any]:
            return server(port)

        return started

    def pump(point: MeasuringPoint) -> Measured:
        points.append(point)
        requests, idle_s = next(pumped[point.port])
        return replace(measured(in_flight_end=point.connections), requests=requests, generator_idle_s=idle_s)

    monkeypatch.setattr(
        websocket_and_sse, "startable_servers", lambda *_: {name: start(port) for name, port in ports.items()}
    )
    monkeypatch.setattr(MeasuringPoint, "pump", pump)
    return points


def test_the_floor_that_echoes_most_tells_what_a_core_does(
    conditions: Conditions, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, fast = [(1000, 1.0)] * 3, [(30_000, 1.0), (40_000, 1.2), (90_000, 1.9)]
    points = starting(monkeypatch, {"asgi--a": 1, "rsgi--b": 2}, {1: iter(slow), 2: iter(fast)})

    promise = websocket_and_sse.echo_messages(conditions, [])

    assert {(point.shape, point.connections) for point in points} == {("websocket", 64)}
    assert promise.value == pytest.approx(20_000 / 0.4)  # windows of 2 s, medians of three
    assert promise.detail.startswith("rsgi--b: 20,000 messages/s at 0.40")


def test_streams_are_those_under_way_at_once(conditions: Conditions, monkeypatch: pytest.MonkeyPatch) -> None:
    points = starting(monkeypatch, {"starlette--a": 1}, {1: iter([(500, 1.5)])})

    promise = websocket_and_sse.hold_streams(conditions, [])

    assert [(point.shape, point.connections) for point in points] == [("sse", 1000)]
    assert promise.value == 1000
    assert "250 streams of 20 events ended a second, 0.25 of a core" in promise.detail


def test_what_is_started_can_hold_the_streams() -> None:
    assert real_servers.EVENTS.connections == (1000,)
