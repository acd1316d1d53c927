"""How long CPUs were busy, and how long the hypervisor kept them, whoever worked on them.

Standard library only: the generator reads these clocks at the edges of its window.
"""

from __future__ import annotations

from collections.abc import Iterable

PROCESSES = (0, 1, 2)
"""Columns of ``/proc/stat``: user (guests included), nice, system."""
INTERRUPTS = (5, 6)
"""irq and softirq, where most of the kernel's loopback networking is done."""
STEAL = 7


def ticks(cpus: Iterable[int]) -> tuple[int, int]:
    """(busy, stolen) ticks of ``cpus`` since boot, by anyone, from ``/proc/stat``.

    Busy is what the clocks of processes tell as well. A kernel that times its interrupts
    (``CONFIG_IRQ_TIME_ACCOUNTING``) leaves them out of those clocks, and shows it by hardware interrupts that
    took time; any other counts them as time of whichever process was interrupted.
    """
    wanted = {f"cpu{cpu}".encode() for cpu in cpus}
    with open("/proc/stat", "rb") as file:
        lines = [line.split() for line in file if line.startswith(b"cpu")]
    columns = [[int(value) for value in values] for _, *values in lines]
    timed = columns[0][INTERRUPTS[0]] > 0
    counted = PROCESSES if timed else PROCESSES + INTERRUPTS
    ours = [row for (name, *_), row in zip(lines, columns, strict=True) if name in wanted]
    return sum(row[column] for row in ours for column in counted), sum(row[STEAL] for row in ours)
