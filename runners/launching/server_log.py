"""What a server writes: the file, and its end without paths of this machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from runners.processes.tree import tail


@dataclass(frozen=True, slots=True)
class ServerLog:
    """The file that a server writes to, and the paths that no record should show."""

    path: Path
    hidden: tuple[tuple[str, str], ...] = ()
    """(path, what stands for it), longest path first."""

    def tail(self, lines: int = 20) -> str:
        """Last ``lines`` lines."""
        text = tail(self.path, lines)
        for path, name in self.hidden:
            text = text.replace(path, name)
        return text


def log_of(python: Path, stage: Path, folder: Path) -> ServerLog:
    """What was started in ``folder`` wrote, without machine paths."""
    return ServerLog(log_path(folder), _hidden(python, stage, folder))


def log_path(folder: Path) -> Path:
    """The file in ``folder`` that takes what is started there."""
    return folder / "server.log"


def _hidden(python: Path, stage: Path, folder: Path) -> tuple[tuple[str, str], ...]:
    names = {
        python.resolve().parent.parent: "<python>",
        Path.home(): "~",
        folder: "<run>",
        python.parent.parent: "<environment>",
        stage: "<stage>",
    }
    longest_first = sorted(
        ((str(path), name) for path, name in names.items()), key=lambda pair: -len(pair[0])
    )
    return tuple((path, name) for path, name in longest_first if path != "/")
