"""All processes stopped for a while, as by a paused container: nothing is late for it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from runners.errors import LoadError
from runners.generator.client import Generator
from runners.machine.patience import Patience
from runners.processes.accounting import tree_pids
from tests.runners.generator.test_client import order
from tests.support.paths import ROOT
from tests.support.processes import processes_in, uncounted
from tests.support.scripted_server import Peer, ScriptedServer, greeting, serving

STOP_S = 4.0
"""Longer than a request may be unanswered."""
DEADLINE_S = 120.0

pytestmark = pytest.mark.faults("all-stopped")


def test_everything_stopped_in_the_middle_of_a_relay_makes_no_failure(tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "tests.support.stopped_run", str(tmp_path)]
    with subprocess.Popen(argv, cwd=ROOT, env=uncounted(), stdout=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + DEADLINE_S
        record = tmp_path / "a-run" / "run.jsonl"
        while not record.is_file() or record.read_text(encoding="utf-8").count('"type":"trial"') < 1:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        everybody = tree_pids(process.pid)
        for pid in everybody:
            os.kill(pid, signal.SIGSTOP)
        time.sleep(STOP_S)
        for pid in reversed(list(everybody)):
            os.kill(pid, signal.SIGCONT)
        said = process.communicate(timeout=DEADLINE_S)[0]
    assert "trials: 4" in said, said
    assert "failures: 0" in said, said
    assert not processes_in(tmp_path)


def test_a_whole_window_with_a_standstill_is_no_measurement(tmp_path: Path) -> None:
    begun = threading.Event()

    def script(peer: Peer) -> None:
        while peer.request() is not None:
            peer.send(greeting)
            if peer.requests > 400:
                begun.set()

    def stop_for_a_while() -> None:
        assert begun.wait(60)
        assert generator._process
        os.kill(generator._process.pid, signal.SIGSTOP)
        time.sleep(2.5)
        os.kill(generator._process.pid, signal.SIGCONT)

    with ScriptedServer(script) as server, Generator((), tmp_path / "log") as generator:
        stopping = threading.Thread(target=stop_for_a_while)
        stopping.start()
        with pytest.raises(LoadError, match="the generator stood still for") as caught:
            generator.measure(replace(order(server.port, 2), window_s=4.0, cpus=()))
        stopping.join()
    assert "paused" in caught.value.remedy


def test_a_harness_that_stood_still_does_not_call_its_generator_late(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = iter(range(10**6))

    def leap_s() -> float:
        """A clock that is ten minutes further at every look."""
        return 600.0 * next(looks)

    with ScriptedServer(serving(greeting)) as server, Generator((), tmp_path / "log") as generator:
        generator.measure(order(server.port, 2))
        monkeypatch.setattr("runners.machine.patience.time", SimpleNamespace(monotonic=leap_s))
        assert generator.measure(order(server.port, 2)).requests


def test_patience_counts_no_more_than_a_look(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now_s)
    patience = Patience(10.0, look_s=2.0)
    now_s = 101.0
    assert patience.left_s() == 9.0
    now_s = 161.0
    assert patience.left_s() == 7.0
