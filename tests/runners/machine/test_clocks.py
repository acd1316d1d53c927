"""Busy and stolen time of CPUs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from io import BytesIO

import pytest

from runners.machine.clocks import TICK_NS, busy_and_stolen_ns, waited_for_cpu_ns


def test_time_is_that_of_the_cpus_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    stat = "cpu 0 0 0 700 0 0 0 7 0 0\ncpu0 9 9 9 300 20 0 9 3 0 0\ncpu1 9 9 9 400 30 0 9 4 0 0\n"
    monkeypatch.setattr("builtins.open", lambda *_: BytesIO(stat.encode()))
    monkeypatch.setattr(time, "monotonic_ns", lambda: 1000 * TICK_NS)
    assert busy_and_stolen_ns([0]) == ((1000 - 323) * TICK_NS, 3 * TICK_NS)
    assert busy_and_stolen_ns([0, 1]) == ((2000 - 757) * TICK_NS, 7 * TICK_NS)


def test_cpus_are_not_busy_for_longer_than_time_went_by() -> None:
    cpus = sorted(os.sched_getaffinity(0))
    begun_ns = time.monotonic_ns()
    before_ns, _ = busy_and_stolen_ns(cpus)
    end_ns = time.monotonic_ns() + 3 * TICK_NS
    while time.monotonic_ns() < end_ns:
        pass
    after_ns, _ = busy_and_stolen_ns(cpus)
    elapsed_ns = time.monotonic_ns() - begun_ns
    assert after_ns - before_ns <= (elapsed_ns + TICK_NS) * len(cpus)


@pytest.mark.parametrize(("irq", "busy"), [(0, 1000 - 12), (7, 1000 - 12 - 47)])
def test_interrupts_are_busy_time_only_where_the_clocks_of_processes_count_them(
    monkeypatch: pytest.MonkeyPatch, irq: int, busy: int
) -> None:
    stat = f"cpu 2 4 6 8 10 {irq} 80 6 0 0\ncpu0 1 2 3 4 5 {irq} 40 3 0 0\ncpu1 1 2 3 4 5 0 40 3 0 0\n"
    monkeypatch.setattr("builtins.open", lambda *_: BytesIO(stat.encode()))
    monkeypatch.setattr(time, "monotonic_ns", lambda: 1000 * TICK_NS)
    assert busy_and_stolen_ns([0]) == (busy * TICK_NS, 3 * TICK_NS)


def test_waiting_for_a_cpu_is_known_where_the_kernel_counts_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.open", lambda *_: BytesIO(b"200 30 4\n"))
    assert waited_for_cpu_ns() == 30


@pytest.mark.parametrize("text", [b"", b"200 30\n"])
def test_else_it_is_not_known(text: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.open", lambda *_: BytesIO(text))
    assert waited_for_cpu_ns() is None


def test_who_shares_a_cpu_waits_for_it() -> None:
    if waited_for_cpu_ns() is None:
        pytest.skip("this kernel does not count it")
    allowed = os.sched_getaffinity(0)
    begun_ns = waited_for_cpu_ns() or 0
    neighbour = subprocess.Popen([sys.executable, "-S", "-E", "-c", "while True: pass"])
    try:
        os.sched_setaffinity(neighbour.pid, {min(allowed)})
        os.sched_setaffinity(0, {min(allowed)})
        end_s = time.monotonic() + 30
        while (waited_for_cpu_ns() or 0) - begun_ns < TICK_NS and time.monotonic() < end_s:
            pass
        assert (waited_for_cpu_ns() or 0) - begun_ns >= TICK_NS
    finally:
        os.sched_setaffinity(0, allowed)
        neighbour.kill()
        neighbour.wait()
