"""How long CPUs were busy, and how long the hypervisor kept them, whoever worked on them.

Standard library only: the generator reads these clocks at the edges of its window.
"""

from __future__ import annotations

from collections.abc import Iterable

PROCESS_COLUMNS = (0, 1, 2)
"""Columns of ``/proc/stat``: user (guests included), nice, system."""
INTERRUPT_COLUMNS = (5, 6)
"""Columns of ``/proc/stat``: irq and softirq, where most of the kernel's loopback networking is done."""
STEAL_COLUMN = 7


def ticks(cpus: Iterable[int]) -> tuple[int, int]:
    """(busy, stolen) ticks of ``cpus`` since boot, by anyone, from ``/proc/stat``.

    Busy time is counted as the CPU clocks of processes count it. A kernel that times its interrupts
    (``CONFIG_IRQ_TIME_ACCOUNTING``) leaves them out of those clocks, and shows that by hardware interrupts
    that took time; any other counts them as time of the process that was interrupted.
    """
    wanted = {f"cpu{cpu}".encode() for cpu in cpus}
    with open("/proc/stat", "rb") as file:
        lines = [line.split() for line in file if line.startswith(b"cpu")]
    columns = [[int(value) for value in values] for _, *values in lines]
    timed = columns[0][INTERRUPT_COLUMNS[0]] > 0
    counted = PROCESS_COLUMNS if timed else PROCESS_COLUMNS + INTERRUPT_COLUMNS
    ours = [row for (name, *_), row in zip(lines, columns, strict=True) if name in wanted]
    return sum(row[column] for row in ours for column in counted), sum(row[STEAL_COLUMN] for row in ours)
