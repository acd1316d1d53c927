"""How well foreign work is told: by ticks that sampled the CPUs, and by time that was not idle.

``python -m tests.benchmarks.foreign_work`` takes some minutes. Windows of 0.7 s while nothing is asked, under
a closed load that saturates a server, and under an open load that half uses it; nobody else should work, so
that whatever is called foreign is an error.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from report.analysis.validity import DISTURBED_SHARE, DISTURBED_TICKS
from results.model import Arrivals
from runners.errors import LoadError
from runners.generator.client import Generator
from runners.generator.messages import Order
from runners.machine.clocks import INTERRUPT_COLUMNS, TICK_NS, busy_and_stolen_ns
from runners.processes.accounting import ServerClock, process_cpu_ns
from runners.selection.matrix import Selection
from tests.benchmarks.live_stacks import LiveStack, Track
from tests.benchmarks.turn_levels import WINDOW_S

SAMPLED_COLUMNS = (0, 1, 2, *INTERRUPT_COLUMNS)
"""Columns of ``/proc/stat``: user, nice, system, irq, softirq, sampled by the tick."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """All clocks at one instant, ns."""

    at: int
    ours: int
    """CPU time of server, generator and this process."""
    sampled: int
    not_idle: int
    stolen: int


def sampled_ns(cpus: Sequence[int]) -> int:
    """Busy time of ``cpus`` as the tick sampled it."""
    with Path("/proc/stat").open("rb") as file:
        rows = [line.split() for line in file if line.startswith(b"cpu")]
    ours = [row[1:] for row in rows if row[0] in {f"cpu{cpu}".encode() for cpu in cpus}]
    return sum(int(row[column]) for row in ours for column in SAMPLED_COLUMNS) * TICK_NS


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """Reads the clocks of one server, its generator and their CPUs."""

    server: ServerClock
    generator_pid: int
    cpus: tuple[int, ...]

    def read(self) -> Edge:
        """All of them now."""
        generator_ns = process_cpu_ns(self.generator_pid) or 0
        not_idle, stolen = busy_and_stolen_ns(self.cpus)
        return Edge(
            at=time.monotonic_ns(),
            ours=self.server.read()[0] + generator_ns + time.process_time_ns(),
            sampled=sampled_ns(self.cpus),
            not_idle=not_idle,
            stolen=stolen,
        )


def foreign_shares(begin: Edge, end: Edge) -> dict[str, float]:
    """Foreign work and steal within a window as a share of it, by the way it was read."""
    stolen, ours, window = end.stolen - begin.stolen, end.ours - begin.ours, end.at - begin.at
    return {
        "sampled": (end.sampled - begin.sampled - ours + stolen) / window,
        "not idle": (end.not_idle - begin.not_idle - ours + stolen) / window,
    }


def main() -> None:
    """Measure windows under each load and print how their foreign shares are distributed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--windows", type=int, default=60, help="under each load; 60 unless given")
    parser.add_argument("--framework", default="starlette")
    parser.add_argument("--server", default="uvicorn-standard")
    parser.add_argument("--rate", type=float, default=2000.0, help="of the open load, requests per second")
    arguments = parser.parse_args()
    selection = Selection(frameworks=(arguments.framework,), servers=(arguments.server,), scenarios=("json",))
    with tempfile.TemporaryDirectory(prefix="hotlap-") as folder:
        track = Track(selection=selection, folder=Path(folder))
        with track.live() as (stack,), track.generator() as generator:
            closed = track.order(stack, "json", seed=1, window_s=(arguments.windows + 2) * WINDOW_S)
            opened = replace(closed, rate_rps=arguments.rate, arrivals=Arrivals.POISSON, connections=1024)
            generator.measure(replace(closed, window_s=WINDOW_S))  # starts its process
            for title, order in (("idle", None), ("closed", closed), ("open", opened)):
                show(title, windows(stack, generator, order, arguments.windows))


def windows(
    stack: LiveStack, generator: Generator, order: Order | None, count: int
) -> dict[str, list[float]]:
    """Foreign shares of so many windows, one after the other, while ``order`` is measured."""
    process = generator._process
    if process is None or stack.server.pid is None:
        raise LoadError("neither server nor generator runs", remedy="see the logs")
    cpus = tuple(sorted({*stack_cpus(stack), *generator._cpus}))
    meter = Meter(
        server=ServerClock(stack.server.pid, stack.server.cgroup), generator_pid=process.pid, cpus=cpus
    )
    load = threading.Thread(target=_measure, args=(generator.measure, order))
    load.start()
    time.sleep(WINDOW_S)
    shares: defaultdict[str, list[float]] = defaultdict(list)
    begin = meter.read()
    for _ in range(count):
        time.sleep(WINDOW_S)
        end = meter.read()
        for name, share in foreign_shares(begin, end).items():
            shares[name].append(share)
        begin = end
    load.join()
    return shares


def _measure(measure: Callable[[Order], object], order: Order | None) -> None:
    if order is not None:
        measure(order)


def stack_cpus(stack: LiveStack) -> set[int]:
    """Where a server may run."""
    return os.sched_getaffinity(stack.server.pid or 0)


def show(title: str, shares: dict[str, list[float]]) -> None:
    """How foreign shares are distributed, in percent of a window, by the way they were read."""
    least = max(DISTURBED_SHARE, DISTURBED_TICKS * TICK_NS / 1e9 / WINDOW_S)
    for name, values in shares.items():
        low, middle, high = (100 * np.quantile(values, share) for share in (0.05, 0.5, 0.95))
        print(
            f"{title:8} {name:9} 5% {low:6.1f}  median {middle:6.1f}  95% {high:6.1f}  "
            f"deviation {100 * np.std(values):5.1f}  "
            f"called disturbed {np.mean(np.array(values) > least):.0%}",
            flush=True,
        )


if __name__ == "__main__":
    main()
