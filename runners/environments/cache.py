"""The cache folder: where it lies, files that appear whole, and folders that one process builds at a time."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from runners.environments import interruption
from runners.errors import ProvisionError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

COMPLETE = "complete"
"""Name of the file whose presence says that a folder was built to its end."""


def root() -> Path:
    """``$XDG_CACHE_HOME/hotlap``, or ``~/.cache/hotlap``."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hotlap"


def digest(*parts: object) -> str:
    """16 hexadecimal characters over ``parts``, which are JSON values."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def write(path: Path, text: str, *, mode: int = 0o600) -> None:
    """Make ``path`` hold ``text``: a reader sees the old content or the new, never a part.

    The text may hold credentials of a source, so only the user can read it unless ``mode`` says otherwise.

    Raises:
        ProvisionError: the folder cannot be written.

    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as file:
            file.write(text)
        Path(file.name).chmod(mode)
        Path(file.name).replace(path)
    except OSError as error:
        raise unwritable(path.parent, error) from error


def built(folder: Path, build: Callable[[Path, int], str], *, waiting: Callable[[], None]) -> str:
    """What ``build(folder, lock)`` returned when ``folder`` was built to its end, now or at any time before.

    ``lock`` is a descriptor to be passed to processes that write to the folder: they may outlive a hotlap
    that is killed, and an interrupted build, which leaves no mark, is begun anew only when none holds it.
    ``waiting`` is called before waiting for another process that builds the same folder.
    """
    mark = folder / COMPLETE
    try:
        if not mark.is_file():
            folder.parent.mkdir(parents=True, exist_ok=True)
            with _locked(folder.with_name(f".{folder.name}.lock"), waiting) as lock:
                if not mark.is_file():
                    shutil.rmtree(folder, ignore_errors=True)
                    folder.mkdir()
                    write(mark, build(folder, lock))
        with suppress(OSError):
            os.utime(mark)  # used last now
        return mark.read_text(encoding="utf-8")
    except OSError as error:
        raise unwritable(folder.parent, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A folder that was built to its end."""

    folder: Path
    used_unix_s: float
    """When it was last asked for."""

    def bytes_held(self) -> int:
        """What its files hold; files that several folders share count in each."""
        return sum(file.lstat().st_size for file in self.folder.rglob("*") if not file.is_dir())


def list_built(home: Path) -> list[Built]:
    """All folders below ``home`` that were built to their end, the longest unused first."""
    marks = home.glob(f"*/*/{COMPLETE}")
    folders = [Built(folder=mark.parent, used_unix_s=mark.stat().st_mtime) for mark in marks]
    return sorted(folders, key=lambda built: (built.used_unix_s, built.folder))


def remove(built: Built) -> bool:
    """Delete the folder, unless some process is building it; whether it was.

    Raises:
        ProvisionError: it cannot be deleted.

    """
    lock = built.folder.with_name(f".{built.folder.name}.lock")
    try:
        with lock.open("w", encoding="utf-8") as file:
            if not _locks(file):
                return False
            (built.folder / COMPLETE).unlink(missing_ok=True)  # first: a part of it is not used then
            shutil.rmtree(built.folder)
            lock.unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(built.folder, error) from error
    return True


@contextmanager
def _locked(path: Path, waiting: Callable[[], None]) -> Iterator[int]:
    with path.open("w", encoding="utf-8") as file:
        if not _locks(file):
            waiting()
            while not _locks(file):
                interruption.wait_a_little()
        yield file.fileno()


def _locks(file: IO[str]) -> bool:
    """Lock ``file`` where no other process has it; whether it was done."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def unwritable(folder: Path, error: OSError) -> ProvisionError:
    """Say that ``folder`` cannot be written."""
    return ProvisionError(
        f"{folder} cannot be written: {error.strerror}",
        remedy="Make room or give access there, or set XDG_CACHE_HOME to another folder.",
    )
