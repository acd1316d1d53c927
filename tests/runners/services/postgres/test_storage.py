"""Where files of the database lie, and what became of those of sessions that were killed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from runners.errors import ServiceError
from runners.services.postgres import storage

GONE = 2**22 + 1
"""No process has such a pid: it is above the highest ``pid_max``."""


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    memory, disk = tmp_path / "memory", tmp_path / "disk"
    memory.mkdir()
    disk.mkdir()
    monkeypatch.setattr(storage, "MEMORY", memory)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(disk))
    monkeypatch.setattr(storage, "NEEDED_BYTES", 1)
    return memory, disk


def test_files_lie_in_memory_for_their_owner_alone(places: tuple[Path, Path]) -> None:
    folder, kind = storage.make_folder()
    assert (folder.parent, kind) == (places[0], "tmpfs")
    assert folder.stat().st_mode & 0o777 == 0o700


def test_without_memory_they_lie_on_the_disk(places: tuple[Path, Path]) -> None:
    places[0].rmdir()
    folder, kind = storage.make_folder()
    assert (folder.parent, kind) == (places[1], "disk")


@pytest.mark.faults("no-room-for-service")
@pytest.mark.usefixtures("places")
def test_without_room_anywhere_there_is_no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "NEEDED_BYTES", 2**80)
    with pytest.raises(ServiceError, match="it needs") as raised:
        storage.make_folder()
    assert "HOTLAP_DATABASE_URL" in raised.value.remedy


@pytest.mark.faults("service-orphaned")
def test_what_a_killed_session_left_is_removed(places: tuple[Path, Path]) -> None:
    left, others = places[0] / f"hotlap-db-{GONE}-a", places[0] / f"hotlap-db-{os.getpid()}-b"
    for folder in (left, others):
        (folder / "data").mkdir(parents=True)
    storage.make_folder()
    assert not left.exists()
    assert others.exists()
