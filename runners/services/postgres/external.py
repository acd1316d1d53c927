"""A PostgreSQL server that hotlap did not start, named by its address."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Self
from urllib.parse import urlsplit

from results.model import ServiceFacts
from runners.errors import ServiceError
from runners.services.postgres.databases import TEMPLATE, Databases
from runners.services.postgres.lease import DatabaseLease

TOLD = (
    *("max_connections", "autovacuum", "fsync", "synchronous_commit", "shared_buffers", "wal_level", "jit"),
    "default_transaction_isolation",
)
"""Settings that the record tells."""


class ExternalPostgres:
    """Databases of ours on a server of somebody else; nothing is known of its CPU, and its log is its own."""

    root = None

    def __init__(self, databases: Databases, facts: ServiceFacts) -> None:
        self._databases = databases
        self.facts = facts
        """Version and settings."""

    @classmethod
    def start(cls, address: str, schema: Sequence[str], *, least_connections: int) -> Self:
        """Make the template there; raises ServiceError where that cannot be, or too few may connect."""
        parts, mark = urlsplit(address), secrets.token_hex(3)
        if parts.scheme not in {"postgresql", "postgres"} or not parts.hostname:
            raise ServiceError(
                "no database: HOTLAP_DATABASE_URL is no address of a PostgreSQL server",
                remedy="write it as postgresql://user:password@host:5432/postgres",
            )
        databases = Databases(
            admin=address,
            owner=lambda name: parts._replace(path=f"/{name}").geturl(),
            home=parts.path.strip("/") or "postgres",
            prefix=f"hotlap_{mark}",
            template=f"{TEMPLATE}_{mark}",
        )
        allowed = int(str(databases.ask("SHOW max_connections")[0][0]))
        if allowed < least_connections:
            databases.close()
            raise ServiceError(
                f"no database: it allows {allowed} connections, and this run needs {least_connections}",
                remedy=f"raise its max_connections to {least_connections}, or take a smaller --heat",
            )
        databases.make_template(schema)
        version = databases.ask("SHOW server_version")[0][0]
        settings = {name: str(databases.ask(f"SHOW {name}")[0][0]) for name in TOLD}
        title = f"PostgreSQL {version}, not started by hotlap"
        return cls(databases, ServiceFacts(name="database", title=title, settings=settings))

    def trouble(self) -> str:
        """Why it does not answer; empty where it does."""
        try:
            self._databases.ask("SELECT 1")
        except ServiceError as error:
            return error.message
        return ""

    def lease(self, _launch: str, connections: int) -> DatabaseLease:
        """A clone of the template of its own."""
        name = self._databases.clone()
        return DatabaseLease(databases=self._databases, name=name, connections=connections, log=None)

    def stop(self) -> None:
        """Drop the template; the server goes on."""
        try:
            self._databases.drop(self._databases.template)
        except ServiceError:
            return  # it is gone itself
        finally:
            self._databases.close()
