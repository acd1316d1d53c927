"""What every backing service does: it runs, and gives each launch a lease of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

from results.model import ServiceFacts

Row = tuple[object, ...]
"""One row of an answer of the database."""


class Statements(Protocol):
    """What a launch has sent to a database until now."""

    def __call__(self) -> tuple[str, ...]:
        """The statements, in their order."""

    def sessions(self) -> int:
        """Over how many connections they came."""


class Root(NamedTuple):
    """Where the CPU time of a service is read."""

    pid: int
    """Root of its process tree."""
    cgroup: str | None
    """Folder of its own cgroup, or None."""


class Evidence(Protocol):
    """What a service says of the work that one launch gave it; raises ServiceError where it is gone."""

    def watched(self) -> AbstractContextManager[Statements | None]:
        """While it is open, statements are noted, the app's own way unchanged; None: they cannot be."""

    def rows(self, query: str) -> Sequence[Row]:
        """What ``query`` gives in the launch's own database."""


class Lease(Protocol):
    """What one launch has of a service, until it is released."""

    @property
    def environment(self) -> Mapping[str, str]:
        """Variables that tell an app where it is."""

    @property
    def evidence(self) -> Evidence | None:
        """What it says of the launch's work; None: it says nothing."""

    def release(self) -> None:
        """Give back what the launch had; harmless where the service is gone."""


class Service(Protocol):
    """A service that is up."""

    @property
    def root(self) -> Root | None:
        """Its process tree; None where hotlap did not start it."""

    @property
    def facts(self) -> ServiceFacts:
        """What the record says of it."""

    def trouble(self) -> str:
        """How it ended, in words; empty while it runs."""

    def lease(self, launch: str, connections: int) -> Lease:
        """A lease for the launch of that name, whose pools hold ``connections`` in each process.

        Raises ServiceError where it is gone.
        """

    def stop(self) -> None:
        """End it for certain; may be called twice."""
