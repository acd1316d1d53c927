"""How long CPUs were busy or stolen, whoever worked on them, and how long we waited for one.

Standard library only: the generator reads these clocks at the edges of its window.
"""

from __future__ import annotations

import os
import time
from collections.abc import Collection

IDLE_COLUMNS = (3, 4)
"""Columns of ``/proc/stat``: idle, and idle while something waits for a disk."""
INTERRUPT_COLUMNS = (5, 6)
"""Columns of ``/proc/stat``: irq and softirq, where most of the kernel's loopback networking is done."""
STEAL_COLUMN = 7
TICK_NS = 1_000_000_000 // os.sysconf("SC_CLK_TCK")


def waited_for_cpu_ns() -> int | None:
    """Time that this thread could have run and had no CPU, ns, since it began; None where nobody counts it.

    Whatever else ran on its CPU meanwhile: neither its own CPU time nor that of its waiting says so.
    """
    try:
        with open("/proc/thread-self/schedstat", "rb") as file:
            _, waited_ns, _ = file.read().split()
    except (OSError, ValueError):
        return None
    return int(waited_ns)


def busy_and_stolen_ns(cpus: Collection[int]) -> tuple[int, int]:
    """Time that ``cpus`` were busy and that they were stolen, ns, from a beginning of its own.

    Busy is what was neither idle nor stolen. A kernel that stops its tick on an idle CPU measures idle time,
    and shows it in units of a tick: each CPU's is known to a tick or so, however long the window. Time by
    user and system is sampled by the tick, and off by more the longer a CPU is partly busy.

    Interrupts are busy time as the CPU clocks of processes count them. A kernel that times its interrupts
    (``CONFIG_IRQ_TIME_ACCOUNTING``) leaves them out of those clocks, and shows that by hardware interrupts
    that took time; any other counts them as time of the process that was interrupted.
    """
    wanted = {f"cpu{cpu}".encode() for cpu in cpus}
    now_ns = time.monotonic_ns()
    with open("/proc/stat", "rb") as file:
        lines = [line.split() for line in file if line.startswith(b"cpu")]
    columns = [[int(value) for value in values] for _, *values in lines]
    timed = columns[0][INTERRUPT_COLUMNS[0]] > 0
    elsewhere = (*IDLE_COLUMNS, STEAL_COLUMN, *(INTERRUPT_COLUMNS if timed else ()))
    ours = [row for (name, *_), row in zip(lines, columns, strict=True) if name in wanted]
    not_busy = sum(row[column] for row in ours for column in elsewhere)
    stolen = sum(row[STEAL_COLUMN] for row in ours)
    return now_ns * len(ours) - not_busy * TICK_NS, stolen * TICK_NS
