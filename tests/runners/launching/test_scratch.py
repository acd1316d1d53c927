from __future__ import annotations

from pathlib import Path

import pytest

from runners.errors import LaunchError
from runners.launching import scratch
from runners.launching.scratch import make_scratch
from runners.machine import memory_folders


def test_a_scratch_is_a_folder_of_its_own_until_it_is_removed(tmp_path: Path) -> None:
    with make_scratch(tmp_path) as first, make_scratch(tmp_path) as second:
        assert first.path != second.path
        assert first.tasks.is_dir()
        assert first.variables() == {"TMPDIR": str(first.path), "HOTLAP_TASKS": str(first.tasks)}
    first.remove()
    assert not first.path.exists()
    assert not second.path.exists()


def test_without_a_tmpfs_it_lies_in_the_folder_of_the_launch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory_folders, "MEMORY", tmp_path / "none")
    with make_scratch(tmp_path / "run") as made:
        assert made.path.parent == tmp_path / "run"


def test_too_little_room_is_said_and_nothing_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_folders, "MEMORY", tmp_path)
    monkeypatch.setattr(scratch, "LEAST_FREE_BYTES", 2**62)
    with pytest.raises(LaunchError, match=r"no room for .*: [0-9]+ MiB") as caught:
        make_scratch(tmp_path)
    assert "make room" in caught.value.remedy
    assert not list(tmp_path.iterdir())
