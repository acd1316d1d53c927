"""The generator under Locust's own command line; under orders it is tested in test_load_client."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import ROOT
from tests.support.scripted_server import Peer, ScriptedServer, answer, serving

TEXT = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n"
GREETING = answer(b"Hello, World!", head=TEXT)


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


def rows(file: Path) -> dict[str, dict[str, str]]:
    with file.open(encoding="utf-8") as lines:
        return {row["Name"]: row for row in csv.DictReader(lines)}


def test_locust_drives_the_pump_and_counts_its_requests(tmp_path: Path) -> None:
    served: list[int] = []

    def script(peer: Peer) -> None:
        while peer.request() is not None:
            served.append(peer.number)
            peer.send(GREETING)

    with ScriptedServer(script) as server:
        done = locust(
            tmp_path,
            *("--scenario", "plaintext", "--host", f"http://127.0.0.1:{server.port}"),
            *("-u", "8", "-r", "8", "--headless", "-t", "2s", "--csv", "out"),
        )

    assert done.returncode == 0, done.stderr
    counted = rows(tmp_path / "out_stats.csv")
    assert set(served) == set(range(8))
    for name in ("plaintext", "Aggregated"):
        assert 0 < int(counted[name]["Request Count"]) <= len(served)
        assert counted[name]["Failure Count"] == "0"
        assert 0 < float(counted[name]["Average Response Time"]) < 1000


def test_locust_counts_errors_as_failures(tmp_path: Path) -> None:
    wrong = answer(b"Hello, Wurld!", head=TEXT)
    with ScriptedServer(serving(GREETING, wrong)) as server:
        done = locust(
            tmp_path,
            *("--scenario", "plaintext", "--host", f"http://127.0.0.1:{server.port}"),
            *("-u", "2", "-r", "2", "--headless", "-t", "2s", "--csv", "out"),
        )

    assert done.returncode == 1  # locust's own for failures
    counted = rows(tmp_path / "out_stats.csv")["plaintext"]
    assert 0 < int(counted["Failure Count"]) == int(counted["Request Count"]) - 2
    assert "wrong-answer" in (tmp_path / "out_failures.csv").read_text()


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
