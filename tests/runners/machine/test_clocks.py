"""Busy and stolen time of CPUs."""

from __future__ import annotations

import os
from io import BytesIO

import pytest

from runners.machine.clocks import ticks


def test_ticks_are_those_of_the_cpus_asked_for() -> None:
    cpus = range(os.cpu_count() or 1)
    before = [ticks([cpu]) for cpu in cpus]
    whole = ticks(cpus)
    after = [ticks([cpu]) for cpu in cpus]
    for column in (0, 1):
        assert sum(one[column] for one in before) <= whole[column] <= sum(one[column] for one in after)


@pytest.mark.parametrize(("irq", "busy"), [(0, 6 + 40), (7, 6)])
def test_interrupts_are_busy_time_only_where_the_clocks_of_processes_count_them(
    monkeypatch: pytest.MonkeyPatch, irq: int, busy: int
) -> None:
    stat = f"cpu 2 4 6 8 10 {irq} 80 6 0 0\ncpu0 1 2 3 4 5 {irq} 40 3 0 0\ncpu1 1 2 3 4 5 0 40 3 0 0\n"
    monkeypatch.setattr("builtins.open", lambda *_: BytesIO(stat.encode()))
    assert ticks([0]) == (busy, 3)
