"""The databases of one PostgreSQL server: a template, and a clone of it for each launch."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

import psycopg
from psycopg import sql

from runners.errors import ServiceError
from runners.machine.patience import Patience
from runners.services.service import Row

TEMPLATE = "hotlap_template"
CONNECT_S = 10
"""How long the server may take to accept a connection."""
LEAVE_S, LOOK_S = 5.0, 0.01
"""How long connections of a stopped launch may take to end, and how often is looked."""


@dataclass(slots=True)
class Databases:
    """Makes and drops databases; one that launches share waits for its turn, as they come side by side."""

    admin: str
    """Connection string of whoever may make databases, without the name of one."""
    owner: Callable[[str], str]
    """Address of a database of that name for apps, whose role owns it."""
    home: str = "postgres"
    """A database that exists."""
    role: str | None = None
    """Whom databases are made for, where it is another than the administrator."""
    prefix: str = "launch"
    """Begin of the names of clones."""
    template: str = TEMPLATE
    _lock: Lock = field(default_factory=Lock)
    _number: int = 0
    _connection: psycopg.Connection[Row] | None = None

    def ask(self, query: str, *, database: str | None = None) -> list[Row]:
        """Rows of ``query`` by the administrator; raises ServiceError where the server is gone or refuses."""
        with self._lock, _told():
            if database is not None:
                with self._connected(database) as connection:
                    return _rows(connection, query)
            if self._connection is None or self._connection.closed:
                self._connection = self._connected(self.home)
            return _rows(self._connection, query)

    def make_template(self, schema: Sequence[str]) -> None:
        """Make the template by the statements of ``schema``, its statistics with it."""
        self._create(self.template, sql.SQL(""))
        address = self.owner(self.template)
        with _told(), psycopg.connect(address, autocommit=True, connect_timeout=CONNECT_S) as own:
            for statement in schema:
                own.execute(statement)
            own.execute("VACUUM (FREEZE, ANALYZE)")

    def clone(self) -> str:
        """Name of a new database like the template.

        By copying its files, which is faster than by the log for one as small, and makes a checkpoint before
        and after: every launch begins behind one.
        """
        with self._lock:
            self._number += 1
            name = f"{self.prefix}_{self._number}"
        like = sql.SQL(" TEMPLATE {} STRATEGY FILE_COPY").format(sql.Identifier(self.template))
        self._create(name, like)
        return name

    def _create(self, name: str, like: sql.Composable) -> None:
        owned = sql.SQL(" OWNER {}").format(sql.Identifier(self.role)) if self.role else sql.SQL("")
        self.ask((sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)) + owned + like).as_string())

    def drop(self, name: str) -> None:
        """Drop ``name`` once nobody is connected to it, or after ``LEAVE_S`` all the same."""
        patience = Patience(LEAVE_S, look_s=1.0)
        while self.connections(name) and patience.left_s() > 0:
            time.sleep(LOOK_S)
        self.ask(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)).as_string())

    def connections(self, name: str) -> int:
        """Connections to the database ``name`` that are open."""
        ((number,),) = self.ask(f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}'")  # noqa: S608
        return int(str(number))

    def close(self) -> None:
        """Close the administrator's connection."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _connected(self, database: str) -> psycopg.Connection[Row]:
        return psycopg.connect(self.admin, dbname=database, autocommit=True, connect_timeout=CONNECT_S)


@contextmanager
def _told() -> Iterator[None]:
    """What psycopg raises, as a ServiceError."""
    try:
        yield
    except psycopg.Error as error:
        raise ServiceError(
            f"the database: {' '.join(str(error).split())}",
            remedy="see its log; is it up, and may its user make databases?",
        ) from error


def _rows(connection: psycopg.Connection[Row], query: str) -> list[Row]:
    cursor = connection.execute(query)
    return cursor.fetchall() if cursor.description else []
