"""Where the embedded database keeps its files: in memory where they fit, else in the temporary folder."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from runners.errors import ServiceError

MEMORY = Path("/dev/shm")  # noqa: S108 - a tmpfs
NEEDED_BYTES = 1024 * 2**20
"""A cluster, clones for a heat, and what is written until the next checkpoint."""
PREFIX = "hotlap-db-"
"""Begin of the folder's name; then the process that made it."""


def make_folder() -> tuple[Path, str]:
    """A new folder that only its owner can enter, and what it is on: ``tmpfs`` or ``disk``.

    Raises ServiceError where neither place has room. What sessions left that were killed is removed first.
    """
    for parent, kind in ((MEMORY, "tmpfs"), (Path(tempfile.gettempdir()), "disk")):
        _sweep(parent)
        with suppress(OSError):
            if shutil.disk_usage(parent).free >= NEEDED_BYTES:
                return Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=parent)), kind
    raise ServiceError(
        f"no database: it needs {NEEDED_BYTES >> 20} MiB, in memory (/dev/shm) or in the temporary folder",
        remedy="make room, or name a server by HOTLAP_DATABASE_URL",
    )


def _sweep(parent: Path) -> None:
    """Remove folders whose sessions are gone, and their servers with them."""
    for folder in parent.glob(f"{PREFIX}*-*"):
        pid = folder.name.removeprefix(PREFIX).partition("-")[0]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists():
            shutil.rmtree(folder, ignore_errors=True)
