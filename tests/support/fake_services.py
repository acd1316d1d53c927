"""A service without a process, and what it says of a launch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from results.model import ServiceFacts
from runners.errors import ServiceError
from runners.services.service import Root, Row, Statements


@dataclass
class FakeEvidence:
    """Says what it is told to: the statements of each answer, and numbers by query."""

    statements: list[str] = field(default_factory=list)
    numbers: dict[str, Sequence[int]] = field(default_factory=dict)
    """By query: what it gives, one after the other, the last one for good."""
    readable: bool = True
    connections: int = 1
    """Over which statements come."""
    changes: list[str] = field(default_factory=list)
    """Statements that change rows, as they were asked for."""

    @contextmanager
    def watched(self) -> Iterator[Statements | None]:
        yield FakeStatements(self, len(self.statements)) if self.readable else None

    def rows(self, query: str) -> Sequence[Row]:
        if query.startswith("UPDATE"):
            self.changes.append(query)
            return []
        first, *rest = self.numbers[query]
        self.numbers[query] = rest or [first]
        return [(first,)]


@dataclass(frozen=True)
class FakeStatements:
    evidence: FakeEvidence
    begin: int

    def __call__(self) -> tuple[str, ...]:
        return tuple(self.evidence.statements[self.begin :])

    def sessions(self) -> int:
        return self.evidence.connections


@dataclass
class FakeLease:
    launch: str
    connections: int
    environment: Mapping[str, str] = field(default_factory=lambda: {"FAKE_URL": "fake://"})
    evidence: FakeEvidence | None = field(default_factory=FakeEvidence)
    released: bool = False

    def release(self) -> None:
        self.released = True


@dataclass
class FakeService:
    ended: str = ""
    stopped: bool = False
    leases: list[FakeLease] = field(default_factory=list)
    root: Root | None = field(default_factory=lambda: Root(1, None))
    facts: ServiceFacts = field(default_factory=lambda: ServiceFacts(name="database", title="Fake 1"))

    def trouble(self) -> str:
        return self.ended

    def lease(self, launch: str, connections: int) -> FakeLease:
        if self.ended:
            raise ServiceError("it ended")
        self.leases.append(FakeLease(launch, connections))
        return self.leases[-1]

    def stop(self) -> None:
        self.stopped = True
