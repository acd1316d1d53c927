"""The generator under Locust's own command line; under orders it is tested in test_load_client."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import ROOT
from tests.support.scripted_server import Peer, ScriptedServer, answer, greeting, serving

TEXT = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n"


def locust(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    argv = [
        sys.executable,
        "-m",
        "locust",
        "-f",
        str(ROOT / "runners/generator/process.py"),
        *options,
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        argv, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def load(port: int, users: int) -> tuple[str, ...]:
    """Options of a second of load, whose figures are printed when the last answer has been counted."""
    host = f"http://127.0.0.1:{port}"
    return (
        *("--scenario", "plaintext", "--host", host, "-u", str(users), "-r", str(users)),
        *("--headless", "-t", "1s", "--json"),
    )


def test_locust_drives_the_pump_and_counts_its_requests(tmp_path: Path) -> None:
    served: list[int] = []

    def script(peer: Peer) -> None:
        while peer.request() is not None:
            served.append(peer.number)
            peer.send(greeting)

    with ScriptedServer(script) as server:
        done = locust(tmp_path, *load(server.port, 8))

    assert done.returncode == 0, done.stderr
    (counted,) = json.loads(done.stdout)
    assert set(served) == set(range(8))
    assert counted["name"] == "plaintext"
    assert 0 < counted["num_requests"] <= len(served)
    assert counted["num_failures"] == 0
    assert 0 < counted["total_response_time"] < 1000 * counted["num_requests"]
    aggregated = re.findall(r"Aggregated +(\d+) +0\(0\.00%\)", done.stderr)
    assert int(aggregated[-1]) == counted["num_requests"]


def test_locust_counts_errors_as_failures(tmp_path: Path) -> None:
    wrong = answer(b"Hello, Wurld!", head=TEXT)
    with ScriptedServer(serving(greeting, wrong)) as server:
        done = locust(tmp_path, *load(server.port, 2))

    assert done.returncode == 1  # locust's own for failures
    (counted,) = json.loads(done.stdout)
    assert 0 < counted["num_failures"] == counted["num_requests"] - 2
    assert "GET plaintext: wrong-answer" in done.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--scenario", "jsn"), "invalid choice: 'jsn'"),
        (("--scenario", "json", "--host", "ftp://x"), "--host as http://HOST:PORT"),
    ],
)
def test_wrong_use_is_said(tmp_path: Path, options: tuple[str, ...], said: str) -> None:
    done = locust(tmp_path, *options, "--headless", "-u", "1", "-t", "5s")

    assert done.returncode != 0
    assert said in done.stderr + done.stdout
