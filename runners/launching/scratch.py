"""The scratch of a launch: a folder in memory for what servers and apps write, gone with the launch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from runners.errors import LaunchError
from runners.machine.memory_folders import LockedFolder, make_locked, places

LEAST_FREE_BYTES = 16 * 2**20
"""With less at the start, uploads and notes of a server would soon find no room."""


@dataclass(frozen=True, slots=True)
class Scratch:
    """The folder: temporary files, such as uploads and heartbeats, and in ``tasks`` what ran."""

    folder: LockedFolder

    @property
    def path(self) -> Path:
        """Where it is."""
        return self.folder.path

    @property
    def tasks(self) -> Path:
        """Where processes note the tasks that they accepted and ran."""
        return self.path / "tasks"

    def variables(self) -> dict[str, str]:
        """What a server is told of it."""
        return {"TMPDIR": str(self.path), "HOTLAP_TASKS": str(self.tasks)}

    def remove(self) -> None:
        """Delete it; may be called twice."""
        self.folder.remove()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.remove()


def make_scratch(folder: Path) -> Scratch:
    """A new scratch on tmpfs, or in ``folder`` without one; raises LaunchError where there is no room."""
    place = places(folder)[0]
    try:
        place.folder.mkdir(parents=True, exist_ok=True)
        scratch = Scratch(make_locked(place.folder))
    except OSError as error:
        raise _no_room(place.folder, str(error.strerror)) from error
    try:
        scratch.tasks.mkdir()
        free = place.free_bytes()
    except OSError as error:
        scratch.remove()
        raise _no_room(place.folder, str(error.strerror)) from error
    if free < LEAST_FREE_BYTES:
        scratch.remove()
        raise _no_room(place.folder, f"{free >> 20} MiB are free, {LEAST_FREE_BYTES >> 20} are wanted")
    return scratch


def _no_room(home: Path, why: str) -> LaunchError:
    return LaunchError(
        f"no room for the temporary files of a server: {why}",
        remedy=f"make room in {home}: uploads, and what servers note, lie there",
    )
