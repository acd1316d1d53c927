"""Folders in memory for what servers and services write, gone with whoever made them, however that ends.

A folder is locked as long as its owner lives, so one that is not was left by a process that was killed.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

MEMORY = Path("/dev/shm")  # noqa: S108 - a tmpfs, so that no disk is measured
PREFIX = "hotlap-locked-"
"""Begin of their names; folders of other names are left alone, for nobody locks them."""


class Place(NamedTuple):
    """Where folders may be made."""

    folder: Path
    storage: str
    """``tmpfs`` or ``disk``."""

    def free_bytes(self) -> int:
        """Room there; raises OSError."""
        return shutil.disk_usage(self.folder).free


class LockedFolder:
    """A folder of this process, which only its owner can enter, until ``remove``."""

    def __init__(self, path: Path, lock: int | None) -> None:
        self.path = path
        self._lock = lock

    def remove(self) -> None:
        """Delete it; may be called twice."""
        shutil.rmtree(self.path, ignore_errors=True)
        lock, self._lock = self._lock, None
        if lock is not None:
            os.close(lock)


def places(disk: Path) -> tuple[Place, ...]:
    """Where folders may be made, the best place first: memory where there is any, and ``disk``."""
    in_memory = [Place(MEMORY, "tmpfs")] if os.access(MEMORY, os.W_OK | os.X_OK) else []
    return (*in_memory, Place(disk, "disk"))


def make_locked(parent: Path) -> LockedFolder:
    """A new folder in ``parent``; raises OSError."""
    while True:
        path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        try:
            return LockedFolder(path, _lock(path))
        except (BlockingIOError, FileNotFoundError):
            continue  # another command took it for one that was left, before it was locked
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                shutil.rmtree(path, ignore_errors=True)
                raise
            return LockedFolder(path, None)  # nobody else can lock it there either, and so remove it


def sweep() -> None:
    """Remove what processes left that were killed, in memory and in the temporary folder; never fails."""
    for parent in dict.fromkeys((MEMORY, Path(tempfile.gettempdir()))):
        with suppress(OSError):
            for path in parent.glob(f"{PREFIX}*"):
                with suppress(OSError):  # locked, gone, or somebody else's
                    LockedFolder(path, _lock(path)).remove()


_NO_LOCKS = (errno.EBADF, errno.EINVAL, errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)
"""What file systems say that cannot lock a folder, such as some that lie on other machines."""


def _lock(folder: Path) -> int:
    """Descriptor by which ``folder`` is locked as long as it is open.

    Raises BlockingIOError where another process has locked it, FileNotFoundError where that removed it.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        folder.stat()
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor
