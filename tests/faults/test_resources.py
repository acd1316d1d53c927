"""What runs out: room on the disk, descriptors; and places that cannot be written."""

from __future__ import annotations

import errno
import io
import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
import typer

import runners.experiments.inspection
from results.store import RecordError, create, read, reopen
from runners.cli.run import _conclude
from runners.cli.shared import run_and_close
from runners.errors import LaunchError, LoadError
from runners.generator.client import Generator
from runners.launching import scratch
from runners.machine import memory_folders
from runners.processes.tree import ProcessTree
from runners.verify.contract import Verified
from tests.support.command_line import call
from tests.support.fake_run import verifying_all
from tests.support.faulty_run import faulty_session
from tests.support.processes import processes_in
from tests.support.recording import record_lines
from tests.support.synthetic import make_run

PAGE = 4096


class Disk:
    """A file system in memory, of the size that a test wants."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def remount(self, options: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{options}", self.folder], check=True, capture_output=True)

    def fill(self) -> None:
        """Leave no byte."""
        with (self.folder / "ballast").open("wb", buffering=0) as file:
            try:
                while file.write(bytes(PAGE)):
                    pass
            except OSError as error:
                assert error.errno == errno.ENOSPC  # noqa: PT017 - the end of the loop

    def make_room(self) -> None:
        (self.folder / "ballast").unlink()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    try:
        done = subprocess.run(mounting, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("no mount here")
    if done.returncode:
        pytest.skip(f"a disk of one's own cannot be mounted: {done.stderr.strip()}")
    yield Disk(folder)
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.mark.faults("disk-full")
def test_a_disk_that_gets_full_ends_the_run_which_goes_on_once_there_is_room(
    disk: Disk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    verified = Verified(differences=(), findings=(), canonical={})
    monkeypatch.setattr(runners.experiments.inspection, "verify_all", verifying_all(verified))
    session, _said = faulty_session(disk.folder, ("good", "as-good"))
    heard = session.watcher.trial

    def first_fills(trial: object) -> None:
        heard(trial)  # type: ignore[arg-type] # a trial
        disk.fill()

    monkeypatch.setattr(session.watcher, "trial", first_fills)
    cut_short = run_and_close(session.run, session.writer)
    kept = read(session.folder)
    with pytest.raises(typer.Exit) as ended:
        _conclude(session.folder, cut_short, report=True, as_json=False)
    printed = capsys.readouterr()
    assert ended.value.exit_code == 3
    assert "hotlap run --resume" in printed.err
    assert "the disk is full" in printed.err or "No space left" in printed.err
    assert 1 <= len(kept.trials) < len(kept.plan.cells)  # the last page of the record may take a second one
    assert f"{len(kept.trials)} trials of 0 complete blocks" in printed.out
    assert not kept.problems
    assert not processes_in(disk.folder)
    disk.make_room()
    with reopen(session.folder) as writer:
        session.writer, session.before = writer, read(session.folder)
        monkeypatch.setattr(session.watcher, "trial", heard)
        session.run()
    finished = read(session.folder)
    assert [end.block for end in finished.blocks] == [0]
    known = {trial.launch for trial in (*finished.trials, *finished.partial)}
    assert {trial.launch for trial in kept.trials} <= known


@pytest.mark.servers
@pytest.mark.faults("no-room-for-uploads")
def test_a_server_without_room_for_an_upload_fails_in_that_cell_by_name(
    disk: Disk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(memory_folders, "MEMORY", disk.folder)
    stack = ("--framework", "flask", "--server", "gunicorn-gthread")
    assert call(monkeypatch, "verify", *stack, "--scenario", "json", "--json") == 3
    (failure,) = json.loads(capsys.readouterr().out)["failures"]
    assert failure["message"].startswith("no room for the temporary files of a server")
    disk.remount("size=600k")
    monkeypatch.setattr(scratch, "LEAST_FREE_BYTES", 0)
    cells = ("--scenario", "json", "--scenario", "upload")
    assert call(monkeypatch, "verify", *stack, *cells, "--json") == 3
    (failure,) = json.loads(capsys.readouterr().out)["failures"]
    assert failure["cell"]["scenario"] == "upload"
    assert failure["message"].startswith("no room for what it writes (No space left on device)")
    assert not list(disk.folder.iterdir())


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    folder = tmp_path / "a-run"
    folder.mkdir()
    (folder / "run.jsonl").write_bytes(b"".join(record_lines(make_run())))
    return folder


@pytest.mark.faults("report-not-written")
def test_a_page_that_cannot_be_written_leaves_the_old_one_and_is_told(
    disk: Disk, recorded: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = disk.folder / "index.html"
    page.write_text("the page as it was", encoding="utf-8")
    disk.fill()
    assert call(monkeypatch, "report", recorded, "--output", disk.folder) == 2
    assert "cannot be written: No space left" in capsys.readouterr().err
    assert page.read_text(encoding="utf-8") == "the page as it was"
    assert not list(disk.folder.glob(".*.part"))


@pytest.mark.faults("report-not-written")
def test_a_run_whose_page_cannot_be_written_shows_what_it_measured(
    recorded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (recorded / "report").write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(typer.Exit) as ended:
        _conclude(recorded, 0, report=True, as_json=False)
    printed = capsys.readouterr()
    assert ended.value.exit_code == 3
    assert f"hotlap report {recorded}" in printed.err
    assert "complete blocks" in printed.out


@pytest.mark.faults("results-read-only")
def test_results_that_cannot_be_written_are_wrong_use(
    disk: Disk, recorded: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    disk.remount("ro")
    with pytest.raises(RecordError, match="Read-only file system") as caught:
        create(disk.folder, make_run().plan)
    assert "--results" in caught.value.remedy
    assert call(monkeypatch, "report", recorded, "--output", disk.folder / "site") == 2
    assert "Read-only file system" in capsys.readouterr().err


@pytest.fixture
def few_descriptors() -> Iterator[None]:
    """Not one descriptor more than are open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.dup(0)
    os.close(free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.faults("descriptors-out")
@pytest.mark.usefixtures("few_descriptors")
def test_without_a_descriptor_nothing_is_started_and_the_limit_is_named(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="the generator did not start"):
        Generator((), tmp_path / "log")._start()
    with pytest.raises(LaunchError, match="cannot be started: Too many open files") as caught:
        ProcessTree([sys.executable], environment={}, cwd=tmp_path, output=io.BytesIO())
    assert "ulimit" in caught.value.remedy


@pytest.mark.faults("descriptors-out", "memory-cap")
@pytest.mark.parametrize(
    "error", [OSError(errno.EMFILE, "Too many open files"), OSError(errno.EAGAIN, "fork"), MemoryError()]
)
def test_what_runs_out_in_the_harness_is_no_fault_of_hotlap(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run_out() -> None:
        raise error

    monkeypatch.setattr(import_module("runners.cli.app"), "app", run_out)
    assert call(monkeypatch, "list") == 3
    printed = capsys.readouterr().err
    assert "run out" in printed
    assert "ulimit" in printed
    assert "Traceback" not in printed
