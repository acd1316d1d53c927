"""Where the embedded database keeps its files: in memory where they fit, else in the temporary folder."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path

from runners.errors import ServiceError
from runners.machine.memory_folders import LockedFolder, make_locked, places

NEEDED_BYTES = 1024 * 2**20
"""A cluster, clones for a heat, and what is written until the next checkpoint."""


def make_folder() -> tuple[LockedFolder, str]:
    """A new folder, and what it is on: ``tmpfs`` or ``disk``; raises ServiceError where neither has room."""
    for place in places(Path(tempfile.gettempdir())):
        with suppress(OSError):
            if place.free_bytes() >= NEEDED_BYTES:
                return make_locked(place.folder), place.storage
    raise ServiceError(
        f"no database: it needs {NEEDED_BYTES >> 20} MiB, in memory (/dev/shm) or in the temporary folder",
        remedy="make room, or name a server by HOTLAP_DATABASE_URL",
    )
