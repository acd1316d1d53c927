"""Load over several machines: each one a network namespace that the test makes, on one bridge."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from shutil import which
from threading import Timer

import pytest

from runners.errors import LoadError
from runners.generator.messages import Order
from runners.http.address import Endpoint
from runners.processes.ours import environment_of_ours, python_m
from tests.support.lenient_generator import LenientGenerator
from tests.support.paths import ROOT
from tests.support.processes import COVERAGE, running

NAMES = ("server", "one", "two")
NET = f"198.18.{os.getpid() % 250}"  # kept for benchmarks (RFC 2544)
HERE = f"{NET}.254"
PORT = 8000
SERVER = """
import sys, time
from tests.support.scripted_server import ScriptedServer, greeting, serving
with ScriptedServer(serving(greeting), host=sys.argv[1], port=int(sys.argv[2])):
    print("up", flush=True)
    time.sleep(600)
"""


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


def namespace(name: str) -> str:
    return f"hotlap-{os.getpid()}-{name}"


def address(name: str) -> str:
    return f"{NET}.{NAMES.index(name) + 1}"


def inside(name: str, argv: list[str]) -> AbstractContextManager[subprocess.Popen[str]]:
    return running(
        ["ip", "netns", "exec", namespace(name), *argv],
        env={**environment_of_ours(), "PYTHONPATH": str(ROOT)},
        stderr=subprocess.STDOUT,
    )


@pytest.fixture
def machines() -> Iterator[None]:
    if os.geteuid() or not which("ip"):
        pytest.skip("network namespaces need root and Debian's iproute2")
    bridge = f"hl{os.getpid()}"
    with ExitStack() as undo:
        try:
            ip("link", "add", bridge, "type", "bridge")
        except subprocess.CalledProcessError as error:
            pytest.skip(f"no network namespaces here: {error.stderr.strip()}")
        undo.callback(ip, "link", "del", bridge)
        ip("addr", "add", f"{HERE}/24", "dev", bridge)
        ip("link", "set", bridge, "up")
        for name in NAMES:
            ip("netns", "add", namespace(name))
            undo.callback(ip, "netns", "del", namespace(name))
            veth = f"{bridge}{name[0]}"
            ip("link", "add", veth, "type", "veth", "peer", "name", "eth0", "netns", namespace(name))
            ip("link", "set", veth, "master", bridge, "up")
            ip("-n", namespace(name), "addr", "add", f"{address(name)}/24", "dev", "eth0")
            ip("-n", namespace(name), "link", "set", "eth0", "up")
        yield


def order(seconds: float = 0.3) -> Order:
    return Order(
        host=address("server"),
        port=PORT,
        scenario="plaintext",
        seed=1,
        connections=6,
        warmup_s=0.1,
        window_s=seconds,
    )


@pytest.mark.usefixtures("machines")
def test_a_generator_that_is_killed_in_the_middle_makes_the_trial_invalid(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(COVERAGE, raising=False)
    listen = Endpoint(HERE, 5557)
    join = python_m("runners.generator.worker", "--master", str(listen))
    with (
        inside("server", [sys.executable, "-c", SERVER, address("server"), str(PORT)]) as server,
        LenientGenerator((), tmp_path / "generator.log", local=0, joined=2, listen=listen) as generator,
        inside("one", join) as one,
        inside("two", join) as two,
    ):
        try:
            assert server.stdout
            assert server.stdout.readline() == "up\n"
            whole = generator.measure(order())
            assert whole.requests > 0
            assert whole.in_flight_mean == pytest.approx(6, rel=0.02)
            assert whole.server_cpu_ns is None

            killing = Timer(0.5, two.kill)
            killing.start()
            with pytest.raises(LoadError, match=r"invalid: generator \d of 2 \(pid \d+, .*\) disappeared"):
                generator.measure(order(2.0))
            killing.join()

            with inside("two", join) as another:
                assert generator.measure(order()).requests > 0
                generator.stop()
                assert another.wait(30) == 0
            assert one.wait(30) == 0
        finally:
            for each in (server, one, two):
                each.kill()
