"""TCP ports of servers: which are free, who listens on one, and whether it is ours."""

from __future__ import annotations

import itertools
import os
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

from runners.errors import LaunchError

LOOPBACK = "127.0.0.1"
"""Address that only this machine can reach."""
LOWEST, HIGHEST = 10_240, 65_535
"""Ports that servers may be given."""
RANGE_FILE = Path("/proc/sys/net/ipv4/ip_local_port_range")
RANGE_UNKNOWN = (32_768, 60_999)
"""Linux's own default, where the file cannot be read."""
LISTEN = "0A"
"""State of a listening socket in ``/proc/net/tcp`` (``net/tcp_states.h``)."""

_CHOOSING = threading.Lock()
"""Two launches side by side must not be given the same port."""


@cache
def _candidates() -> Iterator[int]:
    """Ports outside the ephemeral range, over and over; every process begins at another."""
    low, high = ephemeral()
    everything = range(LOWEST, HIGHEST + 1)
    ports = [port for port in everything if not low <= port <= high] or [*everything]
    start = os.getpid() * 97 % len(ports)
    return itertools.cycle(ports[start:] + ports[:start])


def ephemeral() -> tuple[int, int]:
    """First and last port that the kernel gives to outgoing connections."""
    with suppress(OSError, ValueError):
        low, high = map(int, RANGE_FILE.read_text(encoding="ascii").split())
        return low, high
    return RANGE_UNKNOWN


def free_port(host: str = LOOPBACK) -> int:
    """A port outside the ephemeral range that can be bound; raises LaunchError when there is none.

    Another one at each call, so that connections of an earlier server in TIME_WAIT meet no new one.
    """
    with _CHOOSING:
        for port in itertools.islice(_candidates(), HIGHEST):
            if can_bind(host, port):
                return port
    raise LaunchError(
        f"no free port on {host} outside the ephemeral range {ephemeral()}",
        remedy="free some ports, or narrow net.ipv4.ip_local_port_range",
    )


def can_bind(host: str, port: int) -> bool:
    """Whether ``port`` can be had alone: bound without SO_REUSEPORT, which any listener there refuses."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # sockets in TIME_WAIT do not count
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def listeners(port: int) -> frozenset[str]:
    """Inodes of all sockets that listen on ``port``, on any address, in our network namespace."""
    inodes = set()
    for table in ("tcp", "tcp6"):
        with suppress(FileNotFoundError):
            for line in Path(f"/proc/self/net/{table}").read_text(encoding="ascii").splitlines()[1:]:
                columns = line.split()
                if columns[3] == LISTEN and int(columns[1].rpartition(":")[2], 16) == port:
                    inodes.add(columns[9])
    return frozenset(inodes)


def sockets_of(pids: Iterable[int]) -> frozenset[str]:
    """Inodes of all sockets that ``pids`` have open, as far as we may look."""
    inodes = set()
    for pid in pids:
        with suppress(OSError):
            for descriptor in Path(f"/proc/{pid}/fd").iterdir():
                with suppress(OSError):
                    link = str(descriptor.readlink())
                    if link.startswith("socket:["):
                        inodes.add(link[8:-1])
    return frozenset(inodes)


def owner(inodes: Iterable[str]) -> str:
    """Who holds one of ``inodes``, as ``name (pid 1234)``; ``a process of another user`` where unseen."""
    wanted = frozenset(inodes)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and wanted & sockets_of([int(entry.name)]):
            with suppress(OSError):
                return f"{(entry / 'comm').read_text(encoding='utf-8').strip()} (pid {entry.name})"
    return "a process of another user"
