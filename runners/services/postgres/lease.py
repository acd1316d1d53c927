"""A launch's own database, and what it says of the launch's work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from runners.errors import ServiceError
from runners.services.postgres.databases import Databases
from runners.services.postgres.statement_log import StatementLog
from runners.services.service import Evidence, Row, Statements


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseLease:
    """A clone of the template; its own evidence."""

    databases: Databases
    name: str
    connections: int
    """That the pools of each process are to hold."""
    log: StatementLog | None
    """None where the server's log is out of reach."""

    @property
    def environment(self) -> Mapping[str, str]:
        """Address of the database, and the size of a pool."""
        return {
            "HOTLAP_DATABASE_URL": self.databases.owner(self.name),
            "HOTLAP_DATABASE_CONNECTIONS": str(self.connections),
        }

    @property
    def evidence(self) -> Evidence:
        """Itself."""
        return self

    @contextmanager
    def watched(self) -> Iterator[Statements | None]:
        """Note statements while it is open."""
        if self.log is None:
            yield None
            return
        with self.log.watched(self.name) as statements:
            yield statements

    def rows(self, query: str) -> Sequence[Row]:
        """What ``query`` gives in this database."""
        return self.databases.ask(query, database=self.name)

    def release(self) -> None:
        """Drop the database."""
        with suppress(ServiceError):  # it is gone with all its databases, which its trouble tells
            self.databases.drop(self.name)
