"""Where files of the database lie."""

from __future__ import annotations

from pathlib import Path

import pytest

from runners.errors import ServiceError
from runners.machine import memory_folders
from runners.services.postgres import storage


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    memory, disk = tmp_path / "memory", tmp_path / "disk"
    memory.mkdir()
    disk.mkdir()
    monkeypatch.setattr(memory_folders, "MEMORY", memory)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(disk))
    monkeypatch.setattr(storage, "NEEDED_BYTES", 1)
    return memory, disk


def test_files_lie_in_memory_for_their_owner_alone(places: tuple[Path, Path]) -> None:
    files, kind = storage.make_folder()
    assert (files.path.parent, kind) == (places[0], "tmpfs")
    assert files.path.stat().st_mode & 0o777 == 0o700
    files.remove()


def test_without_memory_they_lie_on_the_disk(places: tuple[Path, Path]) -> None:
    places[0].rmdir()
    files, kind = storage.make_folder()
    assert (files.path.parent, kind) == (places[1], "disk")
    files.remove()


@pytest.mark.faults("no-room-for-service")
@pytest.mark.usefixtures("places")
def test_without_room_anywhere_there_is_no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "NEEDED_BYTES", 2**80)
    with pytest.raises(ServiceError, match="it needs") as raised:
        storage.make_folder()
    assert "HOTLAP_DATABASE_URL" in raised.value.remedy
