"""Which statements a launch sends: the server's own log of them, switched on for moments in every launch.

Nothing of it is in what an app is started with, and a launch that is measured has such moments as one that is
verified: whoever looks for them is seen looking.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from runners.errors import ServiceError
from runners.machine.patience import Patience
from runners.services.postgres.databases import LOOK_S, Databases
from runners.services.service import Statements

PREFIX = "[%p] %d "
"""Begin of each line of the log, as PostgreSQL writes it: process and database."""
RELOAD_S = 5.0
_ENTRY = re.compile(
    r"^\[(?P<session>\d+)\] (?P<database>\S+) LOG:  "
    r"(?:statement|execute [^:]*): (?P<text>.*(?:\n\t.*)*)",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class _Noted:
    """What a log tells of one database from some byte on."""

    path: Path
    begin: int
    database: str

    def __call__(self) -> tuple[str, ...]:
        """The statements, in their order."""
        return statements(self._text(), self.database)

    def sessions(self) -> int:
        """Over how many connections they came."""
        return sessions(self._text(), self.database)

    def _text(self) -> str:
        with self.path.open("rb") as file:
            file.seek(self.begin)
            return file.read().decode("utf-8", "replace")


@dataclass(slots=True)
class StatementLog:
    """The log of one server, for several launches at once."""

    databases: Databases
    path: Path
    _watchers: int = 0
    _lock: Lock = field(default_factory=Lock)

    @contextmanager
    def watched(self, database: str) -> Iterator[Statements]:
        """Note the statements in ``database`` while it is open; raises ServiceError."""
        with self._lock:
            if not self._watchers:
                self._switch("all")
            self._watchers += 1
        try:
            begin = self.path.stat().st_size
            yield _Noted(self.path, begin, database)
        finally:
            with self._lock:
                self._watchers -= 1
                if not self._watchers:
                    self._switch("none")

    def _switch(self, to: str) -> None:
        """Have the server log statements or not; it told all its processes once ours knows."""
        self.databases.ask(f"ALTER SYSTEM SET log_statement = '{to}'")
        self.databases.ask("SELECT pg_reload_conf()")
        patience = Patience(RELOAD_S, look_s=1.0)
        while self.databases.ask("SHOW log_statement") != [(to,)]:
            if patience.left_s() <= 0:
                raise ServiceError(
                    "the database does not reload its settings", remedy="see its log; start anew"
                )
            time.sleep(LOOK_S)


def statements(log: str, database: str) -> tuple[str, ...]:
    """Statements in ``database`` that ``log`` tells of, each on one line."""
    return tuple(
        " ".join(entry["text"].split()) for entry in _ENTRY.finditer(log) if entry["database"] == database
    )


def sessions(log: str, database: str) -> int:
    """Over how many connections the statements in ``database`` came that ``log`` tells of."""
    return len({entry["session"] for entry in _ENTRY.finditer(log) if entry["database"] == database})
