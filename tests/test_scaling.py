from __future__ import annotations

import re
from pathlib import Path

import pytest

from runners.calibration import scaling
from runners.load.client import Generator
from tests.scripted_server import ScriptedServer, answer, serving

GREETING = answer(b"Hello, World!", head=b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n")


@pytest.mark.parametrize(
    ("cpus", "said"),
    [((0,), r"not measured, it needs three CPUs"), ((0, 1), r"make \d+\.\d\d times the load")],
)
def test_the_ratio_is_measured_where_there_are_cpus(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cpus: tuple[int, ...], said: str
) -> None:
    monkeypatch.setattr(scaling, "choose_cpus", lambda *_: ((), cpus))
    with ScriptedServer(serving(GREETING)) as server, Generator((), tmp_path / "one.log") as one:
        words = scaling.two_processes(tmp_path, server.port, one, rounds=1, seconds=1.0)
    assert re.search(said, words)
