"""Where requests wait, seen from outside."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from runners.http.client import HttpClient
from runners.verify import waiting
from runners.verify.checks import Checks
from scenarios import answers
from scenarios.exchange import Answer, Request
from scenarios.inputs import get
from tests.support.reference_app import answer
from tests.support.reference_server import serving

SLOW = get("/slow", answers.json_answer({"ms": 30}), min_elapsed_s=0.029)


def test_a_server_whose_threads_do_not_grow_waits_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "TRIES", 1)
    monkeypatch.setattr(waiting, "MANY", 8)

    def respond_with(_: Request) -> Answer:
        time.sleep(0.03)
        return answer({"ms": 30})

    with (
        serving(respond_with) as port,
        HttpClient("127.0.0.1", port) as client,
        subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other,
    ):
        ours, others = Checks(client), Checks(client)
        about, seen = waiting.check_threads(ours, SLOW, workers=1, pid=os.getpid())
        waiting.check_threads(others, SLOW, workers=1, pid=other.pid)
        other.communicate(b"\n")
    assert ours.differences == []
    assert about == "8 at once"
    assert seen.endswith(" more threads than for 4 at once")
    assert "8 at once brought 0 more threads: does the handler wait in a thread?" in others.differences[0]


def test_a_wrong_answer_among_many_is_a_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "MANY", 8)
    with serving(lambda _: answer({"ms": 31})) as port, HttpClient("127.0.0.1", port) as client:
        checks = Checks(client)
        waiting.check_threads(checks, SLOW, workers=1, pid=os.getpid())
    assert "wanted int 30, got int 31" in checks.differences[0]
