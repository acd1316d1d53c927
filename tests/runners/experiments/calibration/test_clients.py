"""Clients by what they print: said by a test, or by programs that stand in for them, as processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from results.histogram import Latency
from runners.cli import calibration_tables
from runners.errors import LoadError
from runners.experiments.calibration import client_comparison
from runners.experiments.calibration.calibrate import Calibration
from runners.experiments.calibration.client_comparison import ClientComparison, compare_clients
from runners.experiments.calibration.clients import FAST, H2LOAD, HOTLAP, STOCK, WRK, MeasuringPoint
from runners.experiments.calibration.delay_line import delay_line
from runners.experiments.calibration.promises import promises
from runners.generator.client import Generator
from tests.support.fake_measurement import measured

ASK: dict[str, Callable[[MeasuringPoint], object]] = {
    WRK: MeasuringPoint.wrk,
    H2LOAD: MeasuringPoint.h2load,
    FAST: lambda point: point.locust("FastHttpUser"),
    STOCK: lambda point: point.locust("HttpUser"),
    "waits": lambda point: point.waits(users=2, rate_rps=10.0),
}
CLIENTS = pytest.mark.parametrize("ask", ASK.values(), ids=ASK)
Stand = Callable[[str], None]
"""Makes every client a program that prints this text."""


@pytest.fixture
def stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stand:
    def become(text: str) -> None:
        programs = tmp_path / "programs"
        programs.mkdir(exist_ok=True)
        (programs / "said").write_text(text)
        for name in (WRK, H2LOAD, "python"):
            (programs / name).write_text(f'#!/bin/sh\ncat "{programs}/said"\necho warned >&2\n')
            (programs / name).chmod(0o755)
        monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
        monkeypatch.setattr(sys, "executable", str(programs / "python"))

    return become


@pytest.fixture
def point(tmp_path: Path) -> MeasuringPoint:
    return MeasuringPoint(
        folder=tmp_path,
        host="127.0.0.1",
        port=1,
        shape="plaintext",
        connections=4,
        seconds=1.0,
        cpus=(0,),
        generator=Generator((), tmp_path / "log"),
    )


# By what they print.


def printing(monkeypatch: pytest.MonkeyPatch, text: str, status: int = 0) -> list[list[str]]:
    asked: list[list[str]] = []

    def run(argv: list[str], **_: object) -> SimpleNamespace:
        asked.append(argv)
        return SimpleNamespace(stdout=text, stderr="it broke", returncode=status)

    monkeypatch.setattr(subprocess, "run", run)
    return asked


WRK_SAID = "  Latency Distribution\n     50%    1.25ms\n     75%    2.00ms\nRequests/sec:  41234.50\n"


def test_wrk(point: MeasuringPoint, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = printing(monkeypatch, WRK_SAID)
    assert point.wrk() == (41234.5, 1250.0)
    assert asked[0][-1] == "http://127.0.0.1:1/plaintext"
    assert "-s" not in asked[0]


def test_wrk_posts_by_a_script(point: MeasuringPoint, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = printing(monkeypatch, WRK_SAID)
    replace(point, shape="post-1k").wrk()
    script = Path(asked[0][asked[0].index("-s") + 1]).read_text()
    assert 'wrk.method = "POST"' in script
    assert "0123456789abcde" in script


def test_h2load(point: MeasuringPoint, monkeypatch: pytest.MonkeyPatch) -> None:
    said = "finished in 1.00s, 3210.50 req/s, 1MB/s\nrequests: 3 total, 3 done, 0 failed, 0 errored\n"
    asked = printing(monkeypatch, said)
    assert replace(point, shape="post-1k").h2load() == 3210.5
    assert "--h1" in asked[0]
    assert len(Path(asked[0][asked[0].index("-d") + 1]).read_bytes()) == 1000


LOCUST_SAID = {
    "num_failures": 0,
    "num_requests": 500,
    "start_time": 10.0,
    "last_request_timestamp": 12.0,
    "response_times": {"20": 450, "500": 50},
}


def test_locust(point: MeasuringPoint, monkeypatch: pytest.MonkeyPatch) -> None:
    printing(monkeypatch, json.dumps([LOCUST_SAID]))
    assert point.locust("FastHttpUser") == 250.0
    printing(monkeypatch, json.dumps([{**LOCUST_SAID, "num_failures": 2}]))
    with pytest.raises(LoadError, match="2 failures"):
        point.locust("FastHttpUser")


def test_what_locust_users_say_of_waits(point: MeasuringPoint, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = printing(monkeypatch, json.dumps([LOCUST_SAID]))

    found = point.waits(users=200, rate_rps=1000)

    assert found.percentiles([50, 99]).tolist() == pytest.approx([20_000, 500_000], rel=0.001)
    file = Path(asked[0][asked[0].index("-f") + 1]).read_text()
    assert "wait_time = constant_pacing(0.2)" in file
    assert asked[0][asked[0].index("-u") + 1] == "200"


@pytest.mark.servers
def test_locust_users_at_a_constant_pace(tmp_path: Path, point: MeasuringPoint) -> None:
    with delay_line(tmp_path, (), capacity_rps=2000, delay_s=0.03) as (port, _):
        begun_s = time.monotonic()
        found = replace(point, port=port, seconds=2.0).waits(users=5, rate_rps=50)
        took_s = time.monotonic() - begun_s

    assert 0 < found.count <= 5 + 50 * took_s
    assert found.percentiles([0])[0] >= 30_000


@pytest.mark.parametrize("client", ["wrk", "h2load"])
def test_a_client_that_says_something_else_or_fails(
    point: MeasuringPoint, monkeypatch: pytest.MonkeyPatch, client: str
) -> None:
    printing(monkeypatch, "Socket errors: connect 4")
    with pytest.raises(LoadError, match=f"{client} failed"):
        getattr(point, client)()
    printing(monkeypatch, "", status=1)
    with pytest.raises(LoadError, match=f"{client} failed with status 1"):
        getattr(point, client)()


def test_a_client_that_hangs(point: MeasuringPoint, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(argv: list[str], *, timeout: float, **_: object) -> None:
        raise subprocess.TimeoutExpired(argv, timeout)

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(LoadError, match="wrk did not end within 31 s"):
        point.wrk()


def test_a_wrong_answer_ends_a_calibration(point: MeasuringPoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Generator, "measure", lambda *_: measured(errors={"wrong-answer": 1}))
    with pytest.raises(LoadError, match="wrong-answer"):
        point.pump()


# Nothing, or something else.


@CLIENTS
@pytest.mark.parametrize("text", ["", " \n\n"])
def test_a_client_that_prints_nothing_is_said_to(
    point: MeasuringPoint, stand: Stand, ask: Callable[[MeasuringPoint], object], text: str
) -> None:
    stand(text)
    with pytest.raises(LoadError, match=r": it printed nothing$") as caught:
        ask(point)
    assert caught.value.log_tail == "warned\n"


@CLIENTS
@pytest.mark.parametrize("text", ["hello", "{}", "[1]", '[{"num_requests": 1}]', "null", "Requests/sec: x"])
def test_a_client_that_prints_something_else_is_quoted(
    point: MeasuringPoint, stand: Stand, ask: Callable[[MeasuringPoint], object], text: str
) -> None:
    stand(f"\n{text}\n")
    with pytest.raises(LoadError) as caught:
        ask(point)
    assert caught.value.message.endswith(f": {text}")


@pytest.mark.parametrize("client", [FAST, STOCK, "waits"])
def test_locust_without_a_request_has_printed_nothing(
    point: MeasuringPoint, stand: Stand, client: str
) -> None:
    stand("[]\n")
    with pytest.raises(LoadError, match="it printed nothing about any request"):
        ASK[client](point)


def test_locust_that_lasted_no_time_has_no_rate(point: MeasuringPoint, stand: Stand) -> None:
    entry = {"num_requests": 1, "num_failures": 0, "start_time": 5, "last_request_timestamp": 5}
    stand(json.dumps([{**entry, "response_times": {"1": 1}}]))
    with pytest.raises(LoadError, match=r"lasted 0\.0 s"):
        point.locust("HttpUser")


# Within a calibration.


@pytest.fixture
def compare(
    point: MeasuringPoint, monkeypatch: pytest.MonkeyPatch
) -> Callable[[list[str]], ClientComparison]:
    latency = Latency()
    latency.record_ns([1e6])
    answer = measured(requests=100, latency=latency.encode(), errors={})
    monkeypatch.setattr(Generator, "measure", lambda *_: answer)

    def compare(notes: list[str]) -> ClientComparison:
        return compare_clients(
            point, [WRK, H2LOAD, FAST, STOCK], against="nginx", rounds=2, echo=lambda _: None, notes=notes
        )

    return compare


def test_clients_that_print_nothing_are_not_measured_and_the_pump_is(
    stand: Stand, compare: Callable[[list[str]], ClientComparison]
) -> None:
    stand("")
    notes: list[str] = []

    comparison = compare(notes)

    assert list(comparison.rounds) == [HOTLAP]
    assert len(comparison.rounds[HOTLAP]) == 2
    kept = Calibration(comparisons=(comparison,), promises=promises([comparison], None), notes=tuple(notes))
    lines = calibration_tables.as_text(kept).splitlines()
    assert lines == [
        f"not measured: {client}: it printed nothing (nginx, plaintext, 4 connections)"
        for client in (WRK, H2LOAD, FAST, STOCK)
    ]


def test_a_client_that_falls_silent_is_left_out_of_every_round(
    compare: Callable[[list[str]], ClientComparison], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def measure(_point: MeasuringPoint, client: str) -> tuple[float, float, list[object]]:
        asked.append(client)
        if client == WRK and asked.count(WRK) == 2:
            raise LoadError("wrk: it printed nothing")
        return 10.0, 1.0, []

    monkeypatch.setattr(client_comparison, "_measure", measure)
    notes: list[str] = []

    comparison = compare(notes)

    assert list(comparison.rounds) == [HOTLAP, H2LOAD, FAST, STOCK]
    assert {len(rates) for rates in comparison.rounds.values()} == {2}
    assert WRK not in comparison.p50_us
    assert notes == ["wrk: it printed nothing (nginx, plaintext, 4 connections)"]


def test_a_pump_that_fails_ends_it(
    compare: Callable[[list[str]], ClientComparison], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise LoadError("the generator died")

    monkeypatch.setattr(Generator, "measure", fail)
    with pytest.raises(LoadError, match="the generator died"):
        compare([])
