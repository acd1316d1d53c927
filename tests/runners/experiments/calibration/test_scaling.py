from __future__ import annotations

from pathlib import Path

import pytest

from runners.errors import LoadError
from runners.experiments.calibration import scaling
from runners.generator.client import Generator
from tests.support.lenient_generator import LenientGenerator
from tests.support.scripted_server import ScriptedServer, greeting, serving


def test_the_ratio_is_measured_where_there_are_cpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scaling, "choose_cpus", lambda *_: ((), (0, 1)))
    monkeypatch.setattr(scaling, "DistributedGenerator", LenientGenerator)
    with ScriptedServer(serving(greeting)) as server, Generator((), tmp_path / "one.log") as one:
        promise = scaling.two_processes(tmp_path, server.port, one, rounds=1, seconds=0.5)
    assert promise.value > 0
    assert (promise.bar, promise.unit) == (1.8, "x")


def test_one_cpu_for_two_generators_tells_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scaling, "choose_cpus", lambda *_: ((), (0,)))
    with (
        pytest.raises(LoadError, match="it needs three CPUs"),
        Generator((), tmp_path / "one.log") as one,
    ):
        scaling.two_processes(tmp_path, 1, one, rounds=1, seconds=1.0)
