"""Counting by a perf that is none: it acknowledges, waits for its end, and writes what a test says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from runners.errors import CostError, PlanError
from runners.experiments.counting import perf
from tests.support.fake_valgrind import tool

PERF = """
import os, signal, sys, time
from pathlib import Path
arguments = sys.argv[1:]
if arguments == ["--version"]:
    print("perf version 6.fake")
elif "true" in arguments:
    print({probe!r}, file=sys.stderr)
else:
    control, acknowledged = map(int, arguments[arguments.index("--control") + 1][3:].split(","))
    Path("pids").write_text(arguments[arguments.index("-p") + 1])
    def end(*_):
        Path(arguments[arguments.index("-o") + 1]).write_text({count!r})
        sys.exit(0)
    signal.signal(signal.SIGINT, end)
    assert os.read(control, 100) == b"enable\\n"
    os.write(acknowledged, {reply!r})
    time.sleep(60)
"""
WORKS = "1234,,instructions:u,100,100.00,,"


def fake_perf(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    probe: str = WORKS,
    count: str = "# started\n\n4321,,instructions:u,100,100.00,,\n",
    reply: bytes = b"ack\n",
) -> None:
    script = PERF.replace("{probe!r}", repr(probe))
    tool(folder / "bin", "perf", script.replace("{count!r}", repr(count)).replace("{reply!r}", repr(reply)))
    monkeypatch.setenv("PATH", f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.chdir(folder)


def test_readings_are_counts_from_one_to_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_perf(tmp_path, monkeypatch)
    found = perf.find()
    assert (found.name, found.tool, found.under(tmp_path)) == ("perf", "perf version 6.fake", ())
    reading = found.reading(tmp_path)
    reading.start((11, 12))
    assert [reading.read(), reading.read()] == [4321, 4321]
    assert (tmp_path / "pids").read_text() == "11,12"
    reading.close()
    reading.close()


def test_hardware_that_does_not_count_is_wrong_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_perf(tmp_path, monkeypatch, probe="<not supported>,,instructions:u,0,100.00,,")
    with pytest.raises(PlanError, match=r"counts no instructions here: <not supported>") as caught:
        perf.find()
    assert caught.value.exit_code == 2
    assert "callgrind" in caught.value.remedy


def test_without_perf_it_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PlanError, match="no perf") as caught:
        perf.find()
    assert "apt-get install" in caught.value.remedy


@pytest.mark.parametrize("count", ["", "<not counted>,,instructions:u,0,100.00,,\n"])
def test_what_was_not_counted_is_an_error_and_no_zero(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: str
) -> None:
    fake_perf(tmp_path, monkeypatch, count=count)
    reading = perf.find().reading(tmp_path)
    reading.start((11,))
    with pytest.raises(CostError, match="counted nothing"):
        reading.read()
    reading.close()


def test_a_perf_that_does_not_begin_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_perf(tmp_path, monkeypatch, reply=b"no\n")
    reading = perf.find().reading(tmp_path)
    with pytest.raises(CostError, match="does not begin"):
        reading.start((11,))
    reading.close()
