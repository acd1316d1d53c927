from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from results.histogram import Latency
from results.model import Ceiling
from runners.cli import calibration_tables as tables
from runners.errors import LaunchError, LoadError, PlanError, ProvisionError
from runners.experiments import ceilings
from runners.experiments.calibration import calibrate, promises, real_servers, responder, websocket_and_sse
from runners.experiments.calibration.calibrate import Calibration
from runners.experiments.calibration.client_comparison import ClientComparison
from runners.experiments.calibration.clients import FAST, H2LOAD, PUMP, STOCK, WRK, MeasuringPoint
from runners.experiments.calibration.conditions import begin_calibration
from runners.experiments.calibration.delay_line import delay_line
from runners.experiments.calibration.open_load import StalledPercentiles
from runners.experiments.calibration.stalls import Stalls
from runners.generator.client import Generator
from runners.http.client import send
from runners.machine import facts as machine
from scenarios.catalogue import named
from tests.support.fake_measurement import measured

BESIDE_WRK = ClientComparison(
    against="nginx",
    shape="plaintext",
    connections=64,
    rounds={PUMP: [90.0, 60.0], WRK: [100.0, 50.0], FAST: [5.0, 3.0]},
    p50_us={PUMP: [110.0, 120.0], WRK: [100.0, 100.0]},
    bytes_per_request=200.0,
    busy=[0.75, 0.85],
)
ALONE = replace(BESIDE_WRK, connections=1, rounds={PUMP: [9.0, 6.0], WRK: [10.0, 5.0]})
FLOOR = replace(BESIDE_WRK, against="rsgi--granian-rsgi", rounds={PUMP: [70.0], WRK: [100.0]}, p50_us={})
COMPARISONS = (BESIDE_WRK, ALONE, FLOOR)
FOUND = Calibration(
    comparisons=COMPARISONS,
    promises=promises.promises(COMPARISONS, 10_000),
    notes=("h2load is not installed",),
)
needs_nginx = pytest.mark.skipif(
    not shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin"), reason="nginx is not installed"
)


# Comparisons and promises.


def test_ratios_are_taken_within_a_round() -> None:
    assert BESIDE_WRK.ratios(WRK) == [0.9, 1.2]
    assert BESIDE_WRK.ratios("unknown") == []
    assert BESIDE_WRK.slower_us() == [10.0, 20.0]
    assert FLOOR.slower_us() == []


def test_a_ceiling_is_the_best_round() -> None:
    assert BESIDE_WRK.ceiling == Ceiling(shape="plaintext", connections=64, rps=90.0, bytes_per_request=200.0)
    assert [each.connections for each in FOUND.ceilings] == [64, 1]  # a floor is no ceiling


def test_promises_and_their_bars() -> None:
    of_wrk, of_stock, median, held = FOUND.promises

    assert of_wrk.value == pytest.approx((1.05 * 0.7) ** 0.5)
    assert not of_wrk.kept
    assert of_stock.value == pytest.approx(19.0)
    assert of_stock.kept
    assert of_stock.detail == "18.0, 20.0; the pump used 0.80 of its core"
    assert (median.value, median.bar, median.kept) == (15.0, 15.0, True)
    assert held.kept


def test_a_median_may_be_a_tenth_slower_where_that_is_more() -> None:
    slow = replace(ALONE, p50_us={PUMP: [1090.0], WRK: [1000.0]})
    (promise,) = promises.promises([slow], None)
    assert (promise.value, promise.bar) == (90.0, 100.0)
    assert promise.kept


def test_what_is_not_installed_promises_nothing() -> None:
    bare = [replace(each, rounds={PUMP: each.rounds[PUMP]}, p50_us={}) for each in COMPARISONS]
    assert promises.promises(bare, None) == ()


FELT = StalledPercentiles(open_us=(100.0, 200.0), closed_us=(90.0, 91.0), stock_us=(100.0, 150.0))


def test_open_load_beside_arithmetic() -> None:
    found, closed, stock = promises.stalled(FELT, [100.0, 206.0])
    assert found.value == pytest.approx(100 * 6 / 206)
    assert closed.value == pytest.approx(100 * 115 / 206)
    assert stock.value == pytest.approx(100 * 56 / 206)
    assert found.kept
    assert closed.kept
    assert stock.kept
    assert "0.1 0.2, by arithmetic 0.1 0.206" in found.detail
    assert "0.09 0.091" in closed.detail


def test_stalls_that_nobody_feels_were_none() -> None:
    _, closed, stock = promises.stalled(replace(FELT, closed_us=(100.0, 206.0)), [100.0, 206.0])
    assert (closed.kept, stock.kept) == (False, True)


def test_the_share_on_time_is_printed_as_exactly_as_it_is_judged() -> None:
    late, kept = promises.on_time([0.994]), promises.on_time([0.9, 0.995, 1.0])
    assert (late.kept, kept.kept) == (False, True)
    text = tables.as_text(replace(FOUND, promises=(late, kept)))
    assert "0.9940    at least 0.9950" in text
    assert "0.9950    at least 0.9950   (0.9000, 0.9950, 1.0000)" in text


def test_messages_are_those_of_a_whole_core() -> None:
    promise = promises.echoing(promises.EchoRate(stack="asgi--x", per_s=10_000, busy=0.4))
    assert (promise.value, promise.kept) == (25_000, True)
    assert promise.detail == "asgi--x: 10,000 messages/s at 0.40 of a core"


def test_a_stream_that_is_missing_breaks_the_promise() -> None:
    assert promises.streaming("asgi--x", 1_000, 900.0, 0.3).kept
    assert not promises.streaming("asgi--x", 999, 900.0, 0.3).kept


# Tables.


def test_the_tables_show_ceilings_clients_and_promises() -> None:
    lines = tables.as_text(FOUND).splitlines()

    assert lines[1].split() == ["connections", "1", "64"]
    assert lines[2].split() == ["plaintext", "9", "(1.05)", "90", "(1.05)"]
    assert any(line.startswith(WRK) and "1.05x   0.90  1.20" in line for line in lines)
    assert any(line.startswith("MISSED") and "at least 0.90x" in line for line in lines)
    assert sum(line.startswith("kept") for line in lines) == 3
    assert lines[-1] == "not measured: h2load is not installed"


def test_a_point_that_is_left_out_is_a_dash() -> None:
    other = replace(BESIDE_WRK, shape="json", connections=512)
    text = tables.as_text(replace(FOUND, comparisons=(*COMPARISONS, other)))
    assert next(line for line in text.splitlines() if line.startswith("json")).split()[1:3] == ["-", "-"]


def test_the_figures_are_json_on_request() -> None:
    data = json.loads(tables.as_json(FOUND))

    assert data["contests"][0]["rounds"][WRK] == [100.0, 50.0]
    assert data["contests"][0]["ratios"][WRK] == [0.9, 1.2]
    assert [each["kept"] for each in data["promises"]] == [False, True, True, True]
    assert data["ceilings"][0]["rps"] == 90.0


# What is kept.


def test_ceilings_are_kept_for_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert ceilings.known() == ()

    path = ceilings.save(FOUND.ceilings, tables.as_data(FOUND))

    assert ceilings.known() == FOUND.ceilings
    assert json.loads(path.read_text())["calibration"]["notes"] == list(FOUND.notes)
    monkeypatch.setattr(machine, "harness_versions", lambda: {"python": "0"})
    assert ceilings.known() == ()


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"ceilings": [{"shape": "json"}]}'])
def test_what_cannot_be_read_is_no_calibration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    ceilings.place().parent.mkdir(parents=True)
    ceilings.place().write_text(text)
    assert ceilings.known() == ()


# Clients, by what they print.


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


# The responder.


@needs_nginx
@pytest.mark.parametrize("shape", responder.TARGETS)
def test_the_responder_gives_right_answers(tmp_path: Path, shape: str) -> None:
    (timed,) = named(shape).ring(Random(0))
    with responder.responder(tmp_path, ()) as port:
        found = [send(responder.HOST, port, timed.request) for _ in range(2)]
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


# The whole.


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
    assert list(comparison.rounds) == [PUMP, WRK, H2LOAD, FAST, STOCK]
    assert {len(each) for each in comparison.rounds.values()} == {2}
    assert min(comparison.rounds[PUMP]) > 0
    assert min(comparison.p50_us[PUMP]) > 0
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
    held, late, stall = (
        next(each for each in found.promises if begin in each.what)
        for begin in ("connections held", "sent within 1 ms", "open load, server stopped")
    )
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
def test_one_generator_holds_ten_thousand_connections(tmp_path: Path) -> None:
    with (
        begin_calibration(rounds=1, seconds=0.5, echo=lambda _: None) as conditions,
        responder.responder(tmp_path, conditions.server_cpus) as port,
    ):
        found = conditions.point(port, "plaintext", 10_000).pump()

    assert found.in_flight_end == 10_000
    assert found.connections_opened == 0
    assert found.requests > 0
