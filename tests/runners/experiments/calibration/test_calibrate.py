from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from results.histogram import Latency
from runners.errors import PlanError, ProvisionError
from runners.experiments.calibration import (
    calibrate,
    clients,
    open_load,
    real_servers,
    responder,
    websocket_and_sse,
)
from runners.experiments.calibration.clients import FAST, H2LOAD, HOTLAP, STOCK, WRK, MeasuringPoint
from runners.experiments.calibration.conditions import begin_calibration
from runners.experiments.calibration.stalls import Stalls
from runners.generator.messages import Order
from tests.support.calibrations import needs_nginx
from tests.support.processes import COVERAGE


def told(ms: float) -> Latency:
    found = Latency()
    found.record_ns([ms * 1e6])
    return found


@pytest.fixture
def others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every other client is there and quick."""
    monkeypatch.setattr(calibrate, "installed", lambda *names: list(names))
    monkeypatch.setattr(MeasuringPoint, "wrk", lambda _: (100.0, 20.0))
    monkeypatch.setattr(MeasuringPoint, "h2load", lambda _: 90.0)
    monkeypatch.setattr(MeasuringPoint, "locust", lambda *_: 10.0)
    monkeypatch.setattr(MeasuringPoint, "waits", lambda *_, **__: told(20.0))


@needs_nginx
@pytest.mark.usefixtures("others")
def test_the_quick_form_measures_every_client_in_every_round() -> None:
    said: list[str] = []

    found = calibrate.calibrate_quickly(shape="json", connections=4, rounds=2, seconds=0.1, echo=said.append)

    (comparison,) = found.comparisons
    assert list(comparison.rounds) == [HOTLAP, WRK, H2LOAD, FAST, STOCK]
    assert {len(each) for each in comparison.rounds.values()} == {2}
    assert min(comparison.rounds[HOTLAP]) > 0
    assert min(comparison.p50_us[HOTLAP]) > 0
    assert all(0 < share <= 1 for share in comparison.busy)
    assert comparison.bytes_per_request > 100
    assert len(said) == 10


def test_an_unknown_shape() -> None:
    with pytest.raises(PlanError, match="unknown shape 'teapot'"):
        calibrate.calibrate_quickly(shape="teapot", connections=1, rounds=1, seconds=0.1, echo=print)


@needs_nginx
@pytest.mark.usefixtures("others")
def test_the_full_form_measures_every_shape_and_holds_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibrate, "CONNECTION_COUNTS", (1, 100))
    for module in (calibrate, websocket_and_sse):
        monkeypatch.setattr(module, "startable_servers", without_floors)
    monkeypatch.setattr(calibrate, "Stalls", lambda: Stalls(stop_s=0.05, every_s=0.2, delay_s=0.02))
    monkeypatch.setattr(calibrate, "OPEN_S", 0.1)
    for module in (clients, open_load):
        monkeypatch.setattr(module, "CLIENT_WARMUP_S", 0.02)

    found = calibrate.calibrate_fully(rounds=1, seconds=0.05, echo=lambda _: None, held_connections=200)

    places = [(each.shape, each.connections) for each in found.comparisons]
    assert places == [(s, n) for s in responder.TARGETS for n in (1, 100) if (s, n) != ("answer-1m", 100)]
    sizes = {each.shape: each.bytes_per_request for each in found.ceilings}
    assert sizes["plaintext"] < 1_000 < sizes["post-1k"] < sizes["answer-10k"] < sizes["answer-1m"]
    assert found.notes[-4:] == (
        "floors: none here",
        "WebSocket echo: no floor could be started",
        "floors: none here",
        "event streams: no stack could be started",
    )
    judged = {
        begin: promise
        for begin in ("connections held", "sent within 1 ms", "open load, server stopped")
        for promise in found.promises
        if begin in promise.what
    }
    if len(judged) < 3:
        pytest.fail("; ".join(found.notes))
    held, late, stall = judged.values()
    assert (held.value, held.kept) == (200, False)
    assert 0 < late.value <= 1
    assert "by arithmetic" in stall.detail


def without_floors(_selection: object, _folder: Path, _echo: object, notes: list[str]) -> Mapping[str, Any]:
    notes.append("floors: none here")
    return {}


def test_floors_that_cannot_be_built_are_a_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ProvisionError("no index")

    monkeypatch.setattr(real_servers, "plan_of", fail)
    notes: list[str] = []
    assert real_servers.startable_servers(real_servers.PLAIN, tmp_path, print, notes) == {}
    assert notes == ["asgi and rsgi: no index"]


@needs_nginx
def test_one_generator_holds_ten_thousand_connections(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clients, "Order", partial(Order, deadline_s=120.0))
    # A look at every connection is a line that coverage traces 10,000 times: this generator runs without it.
    monkeypatch.delenv(COVERAGE, raising=False)
    with (
        begin_calibration(rounds=1, seconds=0.5, echo=lambda _: None) as conditions,
        responder.responder(tmp_path, conditions.server_cpus) as port,
    ):
        found = conditions.point(port, "plaintext", 10_000).pump()

    assert found.in_flight_end == 10_000
    assert found.connections_opened == 0
    assert found.requests > 0
