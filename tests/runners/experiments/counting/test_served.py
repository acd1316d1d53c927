"""Counting with a server, under a valgrind that is none: launched, asked, killed."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

import runners.experiments.counting.launch_counts
import runners.experiments.counting.lockstep
from results.model import Interface
from runners.errors import CostError, LaunchError
from runners.experiments.counting import callgrind
from runners.experiments.counting.cost_cell import LaunchResult
from runners.experiments.counting.launch_counts import LaunchCounts, count
from runners.experiments.counting.served import count_served
from runners.servers.recipe import Serve, Variant
from scenarios.exchange import Answer, Exchange, Request
from tests.support.fake_valgrind import SETUP, cost_cell, fake_valgrind
from tests.support.small_matrix import scenario

SERVER = """
    import http.server, sys

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one piece
        asked = 0

        def do_GET(self):
            Handler.asked += 1
            body = b"late" if Handler.asked > {right} else b"right"
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    print("the server says hello", flush=True)
    http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def command(serve: Serve) -> tuple[str, ...]:
    return ("-m", "apps.small_app", str(serve.port))


COUNTS = "[1000, 24000, 1000, 24000, 1000, 24000, 1000, 0]"
VARIANT = Variant(name="fake", interface=Interface.ASGI, title="Fake", command=command)


def check(answer: Answer) -> str | None:
    return None if answer.body == b"right" else f"wanted right, got {answer.body!r}"


def ring(_random: Random) -> tuple[Exchange, ...]:
    return (Exchange(request=Request(target="/"), check=check),)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runners.experiments.counting.launch_counts, "IDLE_S", 0.0)
    monkeypatch.setattr(runners.experiments.counting.lockstep, "PAUSE_S", 0.0)


def launch(folder: Path, source: str, python: str = "") -> LaunchResult[LaunchCounts]:
    counted = cost_cell(folder, source, server="fake")
    return count_served(
        replace(counted, cell=replace(counted.cell, python=python)),
        variant=VARIANT,
        scenario=scenario("json", ring=ring),
        tool=callgrind.find(),
        setup=SETUP,
        cpu=min(os.sched_getaffinity(0)),
        folder=folder / "run",
        is_aborted=lambda: False,
        measure=count,
    )


@pytest.mark.parametrize("python", ["", "3.12"], ids=["one interpreter", "several"])
def test_a_server_is_counted_between_dumps_and_killed(
    python: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_valgrind(tmp_path, monkeypatch, COUNTS)
    launched = launch(tmp_path, SERVER.replace("{right}", "10_000"), python)
    assert [each.instructions for each in launched.result.intervals] == [24_000] * 3
    assert launched.result.idle is not None
    assert launched.result.processes == 1
    assert launched.target == "apps.small_app:app"
    assert launched.argv[:3] == ("python", "-m", "apps.small_app")
    running = [path for path in Path("/proc").glob("[0-9]*/cwd") if _in(path, tmp_path)]
    assert not running


def _in(link: Path, folder: Path) -> bool:
    try:
        return link.readlink().is_relative_to(folder)
    except OSError:
        return False


def test_a_wrong_answer_while_counting_is_an_error_with_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_valgrind(tmp_path, monkeypatch, COUNTS)
    with pytest.raises(CostError, match="GET /: wanted right, got b'late'") as caught:
        launch(tmp_path, SERVER.replace("{right}", "1000"))
    assert "the server says hello" in caught.value.log_tail


def test_a_server_that_does_not_start_is_a_launch_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_valgrind(tmp_path, monkeypatch, COUNTS)
    with pytest.raises(LaunchError, match=r"died at its start \(exit status 1\)") as caught:
        launch(tmp_path, "raise SystemExit('no port for me')")
    assert "no port for me" in caught.value.log_tail
