"""Folders in memory: whose they are, and what becomes of those of a process that was killed."""

from __future__ import annotations

import errno
import fcntl
import signal
import sys
from pathlib import Path

import pytest

from runners.machine import memory_folders
from runners.machine.memory_folders import PREFIX, Place, make_locked, places, sweep
from runners.processes.ours import environment_of_ours
from tests.support.command_line import call
from tests.support.processes import running

OWNER = """\
import signal, sys
from pathlib import Path
from runners.machine.memory_folders import make_locked
print(make_locked(Path(sys.argv[1])).path, flush=True)
signal.pause()
"""


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "memory"
    folder.mkdir()
    monkeypatch.setattr(memory_folders, "MEMORY", folder)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "disk"))
    return folder


def test_memory_comes_first_and_only_where_there_is_any(memory: Path, tmp_path: Path) -> None:
    assert places(tmp_path) == (Place(memory, "tmpfs"), Place(tmp_path, "disk"))
    assert places(tmp_path)[0].free_bytes() > 0
    memory.rmdir()
    assert places(tmp_path) == (Place(tmp_path, "disk"),)


def test_a_folder_is_its_owners_alone_until_it_is_removed(memory: Path) -> None:
    first, second = make_locked(memory), make_locked(memory)
    assert first.path.stat().st_mode & 0o777 == 0o700
    sweep()
    first.remove()
    first.remove()
    assert [path.name for path in memory.iterdir()] == [second.path.name]
    second.remove()


@pytest.mark.faults("service-orphaned", "scratch-orphaned")
def test_what_a_killed_process_left_is_removed_by_the_next_command(
    memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    argv = [sys.executable, "-c", OWNER, str(memory)]
    with running(argv, env=environment_of_ours()) as owner:
        assert owner.stdout is not None
        left = Path(owner.stdout.readline().strip())
        (left / "tasks").mkdir()
        sweep()
        assert (left / "tasks").is_dir()
        owner.send_signal(signal.SIGKILL)
    assert left.is_dir()
    call(monkeypatch, "list", "--json")
    assert not left.exists()


def test_what_nobody_ever_locks_is_left_alone(memory: Path) -> None:
    others = memory / "hotlap-db-1-abc"
    others.mkdir()
    (memory / f"{PREFIX}link").symlink_to(others)
    sweep()
    assert others.is_dir()


def test_a_folder_that_a_sweep_took_before_it_was_locked_is_made_anew(
    memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Path] = []
    lock = memory_folders._lock

    def taken_once(folder: Path) -> int:
        made.append(folder)
        if len(made) == 1:
            folder.rmdir()
        return lock(folder)

    monkeypatch.setattr(memory_folders, "_lock", taken_once)
    folder = make_locked(memory)
    assert len(made) == 2
    assert folder.path == made[1]
    folder.remove()


def test_where_folders_cannot_be_locked_they_are_made_all_the_same_and_never_swept(
    memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unlockable(_descriptor: int, _how: int) -> None:
        raise OSError(errno.EBADF, "Bad file descriptor")

    monkeypatch.setattr(fcntl, "flock", unlockable)
    folder = make_locked(memory)
    sweep()
    assert folder.path.is_dir()
    folder.remove()
    assert not list(memory.iterdir())


def test_without_a_descriptor_nothing_is_left(memory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(_folder: Path) -> int:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(memory_folders, "_lock", exhausted)
    with pytest.raises(OSError, match="Too many"):
        make_locked(memory)
    assert not list(memory.iterdir())
