"""The services of one session: each started when a launch first needs it, all stopped at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from threading import Lock

from results.model import ServiceFacts
from runners.errors import ServiceError
from runners.services.service import Evidence, Lease, Root, Service


@dataclass(frozen=True, slots=True)
class Leases:
    """What one launch has of the services that its scenarios need."""

    services: Mapping[str, Service] = field(default_factory=dict)
    leases: Mapping[str, Lease] = field(default_factory=dict)
    pool: int | None = None
    """Connections of a database that the launch declares to hold at most; None: it declares nothing."""

    @property
    def environment(self) -> dict[str, str]:
        """Variables for the server."""
        return {key: value for lease in self.leases.values() for key, value in lease.environment.items()}

    @property
    def roots(self) -> dict[str, Root]:
        """Where their CPU time is read, by name; those that hotlap did not start are left out."""
        return {name: service.root for name, service in self.services.items() if service.root}

    @property
    def facts(self) -> tuple[ServiceFacts, ...]:
        """What the record says of them."""
        return tuple(service.facts for service in self.services.values())

    @property
    def evidence(self) -> dict[str, Evidence]:
        """By name of a service: what it says of the launch's work."""
        return {name: lease.evidence for name, lease in self.leases.items() if lease.evidence}

    def trouble(self) -> str:
        """Which of them ended, and how; empty while all run."""
        ended = ((name, service.trouble()) for name, service in self.services.items())
        return "; ".join(f"the {name} ended: {how}" for name, how in ended if how)


@dataclass(slots=True)
class Services:
    """Starts what is needed, once; ``close`` stops it all."""

    starts: Mapping[str, Callable[[], Service]] = field(default_factory=dict)
    """By name: starts that service; raises ServiceError."""
    _running: dict[str, Service] = field(default_factory=dict)
    _refused: dict[str, ServiceError] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def require(self, name: str) -> Service:
        """The service ``name``, started where it does not run; raises ServiceError, the same one again.

        One that ended in mid-run is started once more for the launches that follow.
        """
        with self._lock:
            if name not in self.starts:
                raise ServiceError(f"no {name} is started for this", remedy="measure it by `hotlap run`")
            if name in self._refused:
                raise self._refused[name].retold()
            service = self._running.get(name)
            if service is None or service.trouble():
                if service is not None:
                    service.stop()
                try:
                    service = self._running[name] = self.starts[name]()
                except ServiceError as error:
                    self._refused[name] = error
                    raise
            return service

    @contextmanager
    def leased(self, names: Iterable[str], launch: str, connections: int) -> Iterator[Leases]:
        """Leases of the services ``names`` for one launch, released at the end; raises ServiceError."""
        services = {name: self.require(name) for name in dict.fromkeys(names)}
        leases: dict[str, Lease] = {}
        with ExitStack() as releasing:
            for name, service in services.items():
                leases[name] = service.lease(launch, connections)
                releasing.callback(leases[name].release)
            yield Leases(services, leases)

    def close(self) -> None:
        """Stop all of them."""
        with self._lock:
            while self._running:
                self._running.popitem()[1].stop()
