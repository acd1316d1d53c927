"""The scratch of a launch: a folder in memory for what servers and apps write, gone with the launch."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from runners.errors import LaunchError

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - a tmpfs, so that no disk is measured
LEAST_FREE_BYTES = 16 * 2**20
"""With less at the start, uploads and notes of a server would soon find no room."""


@dataclass(frozen=True, slots=True)
class Scratch:
    """The folder: temporary files, such as uploads and heartbeats, and in ``tasks`` what ran."""

    path: Path

    @property
    def tasks(self) -> Path:
        """Where processes note the tasks that they accepted and ran."""
        return self.path / "tasks"

    def variables(self) -> dict[str, str]:
        """What a server is told of it."""
        return {"TMPDIR": str(self.path), "HOTLAP_TASKS": str(self.tasks)}

    def remove(self) -> None:
        """Delete it; may be called twice."""
        shutil.rmtree(self.path, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.remove()


def make_scratch(folder: Path) -> Scratch:
    """A new scratch on tmpfs, or in ``folder`` without one; raises LaunchError where there is no room."""
    home = SHARED_MEMORY if os.access(SHARED_MEMORY, os.W_OK | os.X_OK) else folder
    try:
        home.mkdir(parents=True, exist_ok=True)
        scratch = Scratch(Path(tempfile.mkdtemp(prefix="hotlap-", dir=home)))
        scratch.tasks.mkdir()
        free = shutil.disk_usage(home).free
    except OSError as error:
        raise _no_room(home, str(error.strerror)) from error
    if free < LEAST_FREE_BYTES:
        scratch.remove()
        raise _no_room(home, f"{free >> 20} MiB are free, {LEAST_FREE_BYTES >> 20} are wanted")
    return scratch


def _no_room(home: Path, why: str) -> LaunchError:
    return LaunchError(
        f"no room for the temporary files of a server: {why}",
        remedy=f"make room in {home}: uploads, and what servers note, lie there",
    )
