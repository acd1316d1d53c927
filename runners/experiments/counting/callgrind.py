"""Counting by valgrind's callgrind: switched on when a server is warm, read by a dump between requests.

Dumping and switching is asked for through ``vgdb``, which comes with valgrind; ``callgrind_control`` is a
script that calls the same. See Valgrind's manual, "Callgrind Monitor Commands".
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from results.model import InstructionCounter
from runners.errors import CostError, PlanError

SLOW_READY_S = 120.0
"""Translated code runs about five times slower until counting begins, and an import is long."""
COMMAND_S = 60
"""How long a process may take to answer a command; a dump takes some 10 ms."""
INVOKE_MS = 1
"""A process that waits in a system call is made to answer after so long; it waits for requests mostly."""
TOTALS = re.compile(rb"^totals: (\d+)", re.MULTILINE)
TAIL_BYTES = 4096
PREFIX = "vgdb"
"""Begin of the names of the pipes that vgdb speaks through."""
INSTALL_VALGRIND = "install valgrind (Debian, Ubuntu: apt-get install valgrind)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Callgrind:
    """Valgrind as it is installed here."""

    version: str

    @property
    def name(self) -> InstructionCounter:
        """As records say it."""
        return InstructionCounter.CALLGRIND

    @property
    def tool(self) -> str:
        """Such as ``valgrind-3.19.0``."""
        return self.version

    @property
    def ready_s(self) -> float:
        """Until a first answer."""
        return SLOW_READY_S

    def under(self, folder: Path) -> tuple[str, ...]:
        """Valgrind's command line, every child traced, nothing counted yet."""
        return (
            *("valgrind", "--command-line-only=yes", "--quiet", "--tool=callgrind"),
            *("--instr-atstart=no", "--trace-children=yes", f"--vgdb-prefix={_prefix(folder)}"),
            f"--callgrind-out-file={folder}/callgrind.out.%p",
        )

    def reading(self, folder: Path) -> CallgrindReading:
        """Reads the tree that ``under(folder)`` started."""
        return CallgrindReading(folder=folder)


def find() -> Callgrind:
    """Valgrind with vgdb; raises PlanError, saying how to install it, where there is none."""
    missing = [name for name in ("valgrind", "vgdb") if shutil.which(name) is None]
    if missing:
        raise PlanError(
            f"counting needs valgrind: there is no {' and no '.join(missing)}", remedy=INSTALL_VALGRIND
        )
    done = subprocess.run(["valgrind", "--version"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise PlanError(f"valgrind does not start: {done.stderr.strip()[-200:]}", remedy=INSTALL_VALGRIND)
    return Callgrind(version=done.stdout.strip())


@dataclass(slots=True)
class CallgrindReading:
    """Reads the counts of a tree; between two readings the counts of every process begin at zero."""

    folder: Path
    _pids: tuple[int, ...] = field(default=(), init=False)

    def start(self, pids: Collection[int]) -> None:
        """Switch counting on in each of ``pids``."""
        self._pids = tuple(pids)
        for pid in self._pids:
            command(self.folder, pid, "instrumentation", "on")

    def read(self) -> int:
        """Sum of what each process counted since the last reading."""
        for pid in self._pids:
            command(self.folder, pid, "dump")
        dumps = [dump for pid in self._pids for dump in self._written(pid)]
        counted = sum(map(total, dumps))
        for dump in dumps:
            dump.unlink()
        return counted

    def close(self) -> None:
        """Take away what a killed callgrind leaves: empty files, and pipes that a reader would wait for."""
        for pattern in (f"{PREFIX}-*", "callgrind.out.*"):
            for left in self.folder.glob(pattern):
                left.unlink(missing_ok=True)

    def _written(self, pid: int) -> list[Path]:
        dumps = list(self.folder.glob(f"callgrind.out.{pid}.*"))
        if not dumps:
            raise CostError(f"callgrind wrote no count of process {pid}", remedy="see valgrind's log below")
        return dumps


def total(dump: Path) -> int:
    """Instructions in a dump of callgrind; raises CostError where it names none."""
    with dump.open("rb") as file:
        file.seek(max(0, dump.stat().st_size - TAIL_BYTES))
        match = TOTALS.search(file.read())
    if match is None:
        raise CostError(f"{dump.name} names no total: it was cut short", remedy="make room on the disk")
    return int(match[1])


def command(folder: Path, pid: int, *words: str) -> None:
    """Give the callgrind of ``pid`` a monitor command and wait until it is done; raises CostError."""
    argv = [
        "vgdb",
        f"--vgdb-prefix={_prefix(folder)}",
        f"--pid={pid}",
        f"--max-invoke-ms={INVOKE_MS}",
        f"--cmd-time-out={COMMAND_S}",
        *words,
    ]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise CostError(
            f"callgrind of process {pid} does not answer to {' '.join(words)!r}: "
            f"{done.stderr.strip()[-200:]}",
            remedy="did the server end or replace the process? see its log below",
        )


def _prefix(folder: Path) -> str:
    return f"{folder}/{PREFIX}"
