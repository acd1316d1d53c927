from __future__ import annotations

import os
from pathlib import Path

import pytest

from runners.errors import CostError, PlanError
from runners.experiments.counting import callgrind
from tests.support.fake_valgrind import fake_valgrind, tool


def test_without_valgrind_it_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PlanError, match="there is no valgrind and no vgdb") as caught:
        callgrind.find()
    assert caught.value.exit_code == 2
    assert "apt-get install valgrind" in caught.value.remedy


def test_a_valgrind_that_does_not_start_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool(tmp_path / "bin", "valgrind", "import sys; sys.exit('cannot map memory')")
    tool(tmp_path / "bin", "vgdb", "")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(PlanError, match="cannot map memory"):
        callgrind.find()


def test_a_tree_is_started_uncounted_with_its_files_in_the_folder_of_the_run(tmp_path: Path) -> None:
    argv = callgrind.Callgrind(version="valgrind-3").under(tmp_path)
    assert argv[0] == "valgrind"
    assert {"--instr-atstart=no", "--trace-children=yes", f"--vgdb-prefix={tmp_path}/vgdb"} <= set(argv)
    assert f"--callgrind-out-file={tmp_path}/callgrind.out.%p" in argv
    assert "--command-line-only=yes" in argv  # nobody's ~/.valgrindrc changes a count


def test_readings_add_up_every_process_and_leave_no_dump(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_valgrind(tmp_path, monkeypatch, "[100, 23, 4, 5]")
    found = callgrind.find()
    assert (found.name, found.tool) == ("callgrind", "valgrind-3.fake")
    reading = found.reading(tmp_path)
    reading.start((os.getpid(), os.getppid()))
    assert [reading.read(), reading.read()] == [123, 9]
    assert not list(tmp_path.glob("callgrind.out.*"))
    os.mkfifo(tmp_path / "vgdb-to-vgdb-from-1-by-a-on-b")
    (tmp_path / "callgrind.out.1").touch()
    (tmp_path / "server.log").touch()
    reading.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["asked", "bin", "server.log"]
    asked = (tmp_path / "asked").read_text().splitlines()
    assert asked == ["instrumentation on"] * 2 + ["dump"] * 4


def test_a_process_that_is_gone_is_an_error_and_no_zero(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_valgrind(tmp_path, monkeypatch, "[1]")
    reading = callgrind.find().reading(tmp_path)
    with pytest.raises(CostError, match=r"(?s)does not answer to 'instrumentation on'.*ProcessLookupError"):
        reading.start((2**22 + 1,))


def test_a_dump_that_was_not_written_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_valgrind(tmp_path, monkeypatch, "[1]")
    tool(tmp_path / "bin", "vgdb", "")
    reading = callgrind.find().reading(tmp_path)
    reading.start((os.getpid(),))
    with pytest.raises(CostError, match="wrote no count"):
        reading.read()


@pytest.mark.parametrize("text", ["", "events: Ir\nfn=(1)\n", "summary: 12\ntotals: "])
def test_a_dump_that_was_cut_short_is_an_error(tmp_path: Path, text: str) -> None:
    dump = tmp_path / "callgrind.out.1.1"
    dump.write_text(text, encoding="utf-8")
    with pytest.raises(CostError, match="names no total"):
        callgrind.total(dump)


def test_the_total_of_a_long_dump_is_read_from_its_end(tmp_path: Path) -> None:
    dump = tmp_path / "callgrind.out.1.1"
    dump.write_text("fn=(1) totals\n1 2\n" * 1000 + "\ntotals: 8101401\n", encoding="utf-8")
    assert callgrind.total(dump) == 8_101_401
