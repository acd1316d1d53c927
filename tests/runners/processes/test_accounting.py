"""Clocks and memory of a process tree, by cgroup and by process clocks."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from runners.processes import accounting
from runners.processes.accounting import ServerClock

BURNER = "import os, time\nif os.fork() == 0:\n  while True: pass\ntime.sleep(600)"
DEADLINE_S = 20.0
GONE = 2**22 + 1
"""No process has such a pid: it is above the highest ``pid_max``."""


@pytest.fixture
def burner() -> Iterator[int]:
    """A process that sleeps, with a child that burns CPU."""
    with subprocess.Popen([sys.executable, "-S", "-E", "-c", BURNER]) as process:
        deadline = time.monotonic() + DEADLINE_S
        while len(accounting.tree_pids(process.pid)) < 2 and time.monotonic() < deadline:
            time.sleep(0.005)
        family = accounting.tree_pids(process.pid)
        yield process.pid
        for pid in family:
            os.kill(pid, 9)


def test_process_clocks_sum_over_the_tree(burner: int) -> None:
    clock = ServerClock(burner, None)
    assert clock.source == "process-clock"
    begun_ns, pids, _ = clock.read()
    assert pids == frozenset(accounting.tree_pids(burner))
    child = next(iter(pids - {burner}))
    deadline = time.monotonic() + DEADLINE_S
    while (reading := clock.read()).total_ns - begun_ns < 20_000_000:
        assert time.monotonic() < deadline
    assert (accounting.process_cpu_ns(child) or 0) >= 20_000_000
    assert sum(reading.by_pid_ns.values()) == reading.total_ns
    assert reading.by_pid_ns[child] >= 20_000_000 > reading.by_pid_ns[burner]


def test_a_child_that_burns_is_at_work_and_its_sleeping_parent_is_not(burner: int) -> None:
    assert accounting.is_working(accounting.tree_pids(burner))
    deadline = time.monotonic() + DEADLINE_S
    while accounting.is_working([burner]):
        assert time.monotonic() < deadline


def test_a_process_that_is_gone_has_no_clock() -> None:
    with subprocess.Popen([sys.executable, "-S", "-E", "-c", ""]) as process:
        process.wait()
    assert accounting.process_cpu_ns(process.pid) is None
    with pytest.raises(ProcessLookupError):
        ServerClock(process.pid, None).read()
    with pytest.raises(ProcessLookupError):
        ServerClock(process.pid, "/no/such/cgroup").read()


def test_a_cgroup_is_read_as_the_kernel_writes_it(tmp_path: Path) -> None:
    own = os.getpid()
    (tmp_path / "cpu.stat").write_text("usage_usec 1234\nuser_usec 1000\nsystem_usec 234\n", encoding="ascii")
    (tmp_path / "cgroup.procs").write_text(f"{own}\n{GONE}\n", encoding="ascii")
    clock = ServerClock(own, str(tmp_path))
    assert clock.source == "cgroup"
    total_ns, pids, by_pid_ns = clock.read()
    assert (total_ns, pids) == (1_234_000, frozenset({own, GONE}))
    assert by_pid_ns.keys() == {own}
    assert by_pid_ns[own] > 0


def test_memory_is_the_sum_over_the_tree(burner: int) -> None:
    alone, both = accounting.pss_bytes([burner]), accounting.pss_bytes(accounting.tree_pids(burner))
    assert alone is not None
    assert both is not None
    assert 0 < alone < both


def test_memory_of_a_process_that_is_gone_counts_nothing() -> None:
    with subprocess.Popen([sys.executable, "-S", "-E", "-c", ""]) as process:
        process.wait()
    assert accounting.pss_bytes([process.pid]) == 0


def test_memory_that_may_not_be_read_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_pid: int) -> int:
        raise PermissionError

    monkeypatch.setattr(accounting, "_pss_bytes", refuse)
    assert accounting.pss_bytes([1]) is None


@pytest.mark.parametrize(
    ("own", "mount", "home"),
    [
        ("/user.slice/a", "/sys/fs/cgroup", "/sys/fs/cgroup/user.slice/a"),
        ("/", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/unified"),
        (None, "/sys/fs/cgroup", None),
        ("/a", None, None),
    ],
)
def test_our_own_cgroup_is_where_a_leaf_goes(
    monkeypatch: pytest.MonkeyPatch, own: str | None, mount: str | None, home: str | None
) -> None:
    monkeypatch.setattr(accounting, "_own_path", lambda: own)
    monkeypatch.setattr(accounting, "_mount_point", lambda: mount)
    assert accounting.cgroup_home() == home


def test_a_home_that_is_found_is_a_cgroup() -> None:
    home = accounting.cgroup_home()
    assert home is None or (Path(home) / "cgroup.procs").exists()


FORKER = """
import os, time
for _ in range(2):
    child = os.fork()
    if child == 0:
        while time.process_time() < 0.05: pass
        os._exit(0)
    os.waitpid(child, 0)
os.write(1, b".")
time.sleep(600)
"""


def test_a_tree_whose_processes_come_and_go_keeps_the_time_of_those_that_ended() -> None:
    argv = [sys.executable, "-S", "-E", "-c", FORKER]
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.read(1) == b"."
        used_ns = accounting.tree_cpu_ns(process.pid, None)
        process.kill()
    assert (used_ns or 0) >= 80_000_000  # in whole ticks
    assert accounting.tree_cpu_ns(GONE, None) is None
    assert accounting.tree_cpu_ns(1, "/nowhere") is None
