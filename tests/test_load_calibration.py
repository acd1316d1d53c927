from __future__ import annotations

import json
import shutil
from pathlib import Path
from random import Random

import pytest

from runners.errors import LaunchError, PlanError
from runners.exchanger import exchange
from runners.load import calibration, responder
from runners.load.calibration import FAST, OURS, WRK, Calibration, as_json, as_text
from scenarios.catalogue import named

FOUND = Calibration(
    scenario="json", connections=64, rounds={OURS: [90.0, 60.0], WRK: [100.0, 50.0], FAST: [5.0, 3.0]}
)
needs_nginx = pytest.mark.skipif(
    not shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin"), reason="nginx is not installed"
)


def test_ratios_are_taken_within_a_round() -> None:
    assert FOUND.ratios(WRK) == [0.9, 1.2]
    assert FOUND.ratios("unknown") == []


def test_the_table_shows_the_clients_side_by_side() -> None:
    lines = as_text(FOUND).splitlines()

    assert lines[0].startswith("json, 64 connections")
    assert [line.split("  ")[0] for line in lines[2:]] == [OURS, WRK, FAST]
    assert "1.05x   0.90  1.20" in lines[3]
    assert "19.00x" in lines[4]


@needs_nginx
@pytest.mark.parametrize("shape", responder.TARGETS)
def test_the_responder_gives_right_answers(tmp_path: Path, shape: str) -> None:
    (timed,) = named(shape).ring(Random(0))
    with responder.responder(tmp_path, ()) as port:
        found = [exchange(responder.HOST, port, timed.request) for _ in range(2)]
    assert timed.request.target == responder.TARGETS[shape]
    assert [timed.check(each) for each in found] == [None, None]


def test_a_missing_program_names_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)

    with pytest.raises(PlanError, match="nginx is not installed") as caught:
        responder.program_named("nginx", package="nginx-light")
    assert "nginx-light" in caught.value.remedy


def test_a_responder_that_does_not_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(responder, "program_named", lambda *_, **__: "/bin/false")

    with pytest.raises(LaunchError, match="did not answer"), responder.responder(tmp_path, ()):
        pass


@needs_nginx
def test_every_client_is_measured_in_every_round(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration._Bench, "wrk", lambda _: 100.0)
    monkeypatch.setattr(calibration._Bench, "locust", lambda *_: 10.0)
    monkeypatch.setattr(calibration, "which", lambda _: "wrk")
    said: list[str] = []

    found = calibration.calibrate(rounds=2, seconds=0.1, connections=4, echo=said.append)

    assert list(found.rounds) == [OURS, WRK, FAST, calibration.STOCK]
    assert {len(each) for each in found.rounds.values()} == {2}
    assert min(found.rounds[OURS]) > 0
    assert len(said) == 8


def test_the_figures_are_json_on_request() -> None:
    data = json.loads(as_json(FOUND))
    assert data["rounds"][WRK] == [100.0, 50.0]
    assert data["ratios"][WRK] == FOUND.ratios(WRK)
