"""What a process tree costs: its CPU time over a window, and its memory.

Standard library only: the generator reads these clocks at the edges of its window.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import NamedTuple

from results.model import CpuSource
from runners.processes.supervisor import descendants

CPUCLOCK_SCHED = 2  # linux/posix-timers.h: clock id of a process is (~pid << 3) | CPUCLOCK_SCHED


def tree_pids(root_pid: int) -> list[int]:
    """``root_pid`` and all its descendants."""
    return [root_pid, *descendants(root_pid)]


class CpuReading(NamedTuple):
    """CPU time of a process tree until one instant."""

    total_ns: int
    pids: frozenset[int]
    """Its processes."""
    by_pid_ns: Mapping[int, int]
    """Of each process that has not ended meanwhile, by its own clock."""


class ServerClock:
    """CPU time of a process tree: of its cgroup where it has one, else the sum of its processes' clocks.

    Both hold ended threads and lag by up to a scheduler tick per running thread; only the cgroup's also
    holds children that have ended, so a set of pids that changed is a flag on the window.
    """

    def __init__(self, root_pid: int, cgroup: str | None) -> None:
        self._root_pid = root_pid
        self._cgroup = cgroup

    @property
    def cgroup(self) -> str | None:
        """Folder of the tree's own cgroup, or None."""
        return self._cgroup

    @property
    def source(self) -> str:
        """``cgroup`` or ``process-clock``."""
        return CpuSource.CGROUP if self._cgroup else CpuSource.PROCESS_CLOCK

    def read(self) -> CpuReading:
        """CPU time so far; raises ProcessLookupError where no process is left."""
        try:
            reading = self._read_cgroup(self._cgroup) if self._cgroup else self._read_clocks()
        except FileNotFoundError:
            reading = None
        if reading is None or not reading.pids:
            raise ProcessLookupError("the server is gone: all its processes have ended")
        return reading

    def _read_cgroup(self, cgroup: str) -> CpuReading:
        with open(f"{cgroup}/cpu.stat", "rb") as file:
            used_us = dict(line.split() for line in file)[b"usage_usec"]
        with open(f"{cgroup}/cgroup.procs", "rb") as file:
            pids = frozenset(map(int, file.read().split()))
        return CpuReading(int(used_us) * 1000, pids, _clocks(pids))

    def _read_clocks(self) -> CpuReading:
        clocks = _clocks(tree_pids(self._root_pid))
        return CpuReading(sum(clocks.values()), frozenset(clocks), clocks)


def tree_cpu_ns(root_pid: int, cgroup: str | None) -> int | None:
    """CPU time until now of a tree whose processes come and go, ended ones included; None where it is gone.

    Without a cgroup, ended processes count once their root has reaped them, in whole ticks.
    """
    if cgroup is None:
        reaped_ns = _reaped_ns(root_pid)
        return None if reaped_ns is None else reaped_ns + sum(_clocks(tree_pids(root_pid)).values())
    with suppress(OSError), open(f"{cgroup}/cpu.stat", "rb") as file:
        return int(dict(line.split() for line in file)[b"usage_usec"]) * 1000
    return None


def _reaped_ns(pid: int) -> int | None:
    """CPU time of the descendants that ``pid`` has waited for (cutime and cstime of proc(5))."""
    with suppress(OSError), open(f"/proc/{pid}/stat", "rb") as file:
        ticks = file.read().rpartition(b")")[2].split()[13:15]
        return sum(map(int, ticks)) * 1_000_000_000 // os.sysconf("SC_CLK_TCK")
    return None


def _clocks(pids: Iterable[int]) -> dict[int, int]:
    """CPU time of each of ``pids`` in ns; those that are gone are left out."""
    clocks = ((pid, process_cpu_ns(pid)) for pid in pids)
    return {pid: cpu_ns for pid, cpu_ns in clocks if cpu_ns is not None}


def process_cpu_ns(pid: int) -> int | None:
    """CPU time of one process with all threads it ever had, ns; None when it is gone."""
    with suppress(OSError):
        return time.clock_gettime_ns((~pid << 3) | CPUCLOCK_SCHED)
    return None


def is_working(pids: Iterable[int]) -> bool:
    """Whether any thread of ``pids`` runs, wants to, or waits for a disk (states R and D of proc(5)).

    A thread that other work keeps from running is not idle, though its CPU clock stands still.
    """
    return any(state in b"RD" for pid in pids for state in _thread_states(pid))


def thread_count(pids: Iterable[int]) -> int:
    """Threads of ``pids``; a process that is gone has none."""
    count = 0
    for pid in pids:
        with suppress(OSError):
            count += len(os.listdir(f"/proc/{pid}/task"))
    return count


def _thread_states(pid: int) -> Iterator[bytes]:
    with suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):
            with suppress(OSError), open(f"/proc/{pid}/task/{thread}/stat", "rb") as file:
                yield file.read().rpartition(b")")[2].split()[0]


def pss_bytes(pids: Iterable[int]) -> int | None:
    """Proportional set size over ``pids``; None where the kernel does not show it to us.

    A process that ended meanwhile counts nothing. Reading takes milliseconds: never within a window.
    """
    total = 0
    for pid in pids:
        try:
            total += _pss_bytes(pid)
        except (FileNotFoundError, ProcessLookupError):
            continue
        except PermissionError:
            return None
    return total


def _pss_bytes(pid: int) -> int:
    with open(f"/proc/{pid}/smaps_rollup", "rb") as file:
        return next((int(line.split()[1]) * 1024 for line in file if line.startswith(b"Pss:")), 0)


def cgroup_home() -> str | None:
    """Directory of our own cgroup (version 2) where a leaf can be made in it, else None.

    Whether it works shows only when the supervisor tries: it reports the leaf it made, or none.
    """
    own = _own_path()
    mount = _mount_point()
    return None if own is None or mount is None else mount + own.rstrip("/")


def _own_path() -> str | None:
    with suppress(OSError), open("/proc/self/cgroup", encoding="utf-8") as file:
        return next((line.strip()[3:] for line in file if line.startswith("0::/") and ".." not in line), None)
    return None


def _mount_point() -> str | None:
    """Where the unified hierarchy is mounted whole; a mount of a part of it does not show our own path."""
    with suppress(OSError), open("/proc/self/mountinfo", encoding="utf-8") as file:
        for line in file:
            before, _, after = line.partition(" - ")
            root, point = before.split()[3:5]
            if after.startswith("cgroup2 ") and root == "/":
                return point
    return None
