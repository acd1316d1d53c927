"""``hotlap cost``: what it refuses, and one real run by the real valgrind."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest

from results.model import PlanKind
from results.store import read
from runners.cli import main
from runners.errors import PlanError
from runners.experiments.counting import inputs, sampler, where
from runners.experiments.counting.cpu_groups import CpuGroups
from runners.experiments.counting.launch_counts import APART, costs
from tests.support.json_outputs import must_conform
from tests.support.paths import ROOT

CPUS = sorted(os.sched_getaffinity(0))[:2]


def can_sample() -> bool:
    """Whether py-spy may look into processes here."""
    try:
        sampler.find()
    except PlanError:
        return False
    return True


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["hotlap", "cost", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_without_valgrind_nothing_is_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert call(monkeypatch, "--framework", "asgi") == 2
    assert "apt-get install valgrind" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_an_unknown_counter_is_wrong_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert call(monkeypatch, "--counter", "abacus") == 2
    assert "--counter callgrind or perf" in capsys.readouterr().err


def test_the_documented_commands_are_understood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (ROOT / "docs" / "cost.md").read_text(encoding="utf-8")
    commands = re.findall(r"^hotlap cost .*", text, re.MULTILINE)
    assert commands
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    for command in commands:
        assert call(monkeypatch, *shlex.split(command)[2:]) == 2
        assert "there is no valgrind" in capsys.readouterr().err  # and nothing else is wrong with it


@pytest.mark.servers
@pytest.mark.skipif(shutil.which("valgrind") is None, reason="needs valgrind")
def test_a_floor_is_counted_with_and_without_its_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(inputs, "WARM", 200)
    monkeypatch.setattr(where, "SAMPLED_S", 0.3)
    monkeypatch.setattr(where, "LEAST_SAMPLES", 5)
    monkeypatch.setattr(where, "MOST_TIMES", 20)
    # All launches at once, though there are fewer CPUs: what is counted does not depend on time.
    monkeypatch.setattr(CpuGroups, "split", lambda _groups, _size: [(cpu,) for cpu in CPUS for _ in range(2)])
    asked = ("--framework", "asgi", "--server", "uvicorn-standard", "--scenario", "json", "--repeats", "2")
    sampled = ("--where",) * can_sample()
    assert call(monkeypatch, *asked, *sampled, "--json") == 0
    out = capsys.readouterr().out
    must_conform("cost", out)
    (folder,) = (tmp_path / "results").iterdir()
    run = read(folder)
    assert run.plan.kind == PlanKind.COST
    graphs = json.loads(out).get("flame_graphs", [])
    assert len(graphs) == 2 * len(sampled)
    for graph in graphs:
        assert "<svg" in Path(graph["file"]).read_text(encoding="utf-8")
        assert graph["requests"] > 0
    found = {
        (record.cell.server, record.repeat): costs(record.intervals, record.idle) for record in run.costs
    }
    assert found.keys() == {
        (server, repeat) for server in ("in-process", "uvicorn-standard") for repeat in (0, 1)
    }
    alone, served = found["in-process", 0], found["uvicorn-standard", 0]
    assert 10_000 < max(alone) < min(served) < 1_000_000
    assert sum(found["in-process", 1]) == pytest.approx(sum(alone), rel=0.003)
    assert sum(found["uvicorn-standard", 1]) == pytest.approx(sum(served), rel=APART)
    assert not [path for pattern in ("callgrind.out.*", "vgdb-*") for path in folder.rglob(pattern)]
