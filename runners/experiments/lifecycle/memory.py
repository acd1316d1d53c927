"""Memory and descriptors of a server's processes, and which of them are its workers."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from runners.launching.server import LocalServer
from runners.processes import accounting, ports
from runners.processes.supervisor import descendants


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Proportional set sizes (PSS) of a server's processes."""

    by_pid: dict[int, int | None]
    """Bytes; None where the kernel does not show it to us."""
    workers: frozenset[int]

    @property
    def total(self) -> int | None:
        """Bytes of all processes together."""
        return _sum(list(self.by_pid.values()))

    @property
    def of_workers(self) -> float | None:
        """Mean bytes of one worker."""
        total = _sum([self.by_pid.get(pid) for pid in self.workers])
        return None if total is None or not self.workers else total / len(self.workers)


def memory_of(server: LocalServer) -> Memory:
    """Memory of each process of ``server`` now."""
    pids = server.pids()
    return Memory(by_pid={pid: accounting.pss_bytes([pid]) for pid in pids}, workers=workers_of(server))


def workers_of(server: LocalServer) -> frozenset[int]:
    """Processes that accept connections: those without children that hold a socket listening on the port."""
    listening = ports.listeners(server.port)
    return frozenset(
        pid for pid in server.pids() if not descendants(pid) and ports.sockets_of([pid]) & listening
    )


def descriptors_of(server: LocalServer) -> int:
    """Open file descriptors of all processes."""
    count = 0
    for pid in server.pids():
        with suppress(OSError):
            count += sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
    return count


def _sum(sizes: list[int | None]) -> int | None:
    known = [size for size in sizes if size is not None]
    return sum(known) if len(known) == len(sizes) else None
