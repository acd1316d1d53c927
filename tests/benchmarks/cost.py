"""What counting promises, measured: ``python -m tests.benchmarks.cost``, about ten minutes; needs valgrind.

Each line names the figure, the bar and the figure as a share of the bar, as in ``tests.benchmarks.harness``.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import mean, median

from report.analysis.cost_records import cost_of
from results.model import IN_PROCESS, Cell, Failure, Interface, Load
from results.store import read
from runners.environments.provision import provision
from runners.experiments.counting.cost_cell import CostCell
from runners.experiments.counting.cost_run import cost_setup, new_cost_run
from runners.experiments.counting.counter import find_counter
from runners.experiments.counting.pool import CountingPool, Outcome
from runners.experiments.options import RunOptions, Timing
from runners.experiments.progress import Watcher
from runners.selection.discovery import discover
from runners.selection.matrix import Selection
from tests.benchmarks.harness import show

REPEATS = 8
STEADY = (("uvicorn-standard", 0.3), ("granian-asgi", 0.3), (IN_PROCESS, 0.05))
"""(server of Starlette, percent within which all repeats are to be)"""
SCENARIOS = ("plaintext", "json", "params", "orders")
FORTY = (
    (("starlette", "fastapi", "litestar"), ("uvicorn-standard", "granian-asgi")),
    (("flask", "django"), ("gunicorn-gthread", "granian-wsgi")),
)
"""Frameworks and servers that make forty cells with the scenarios above."""


@contextlib.contextmanager
def busy(cpus: set[int]) -> Iterator[None]:
    """Keep each of ``cpus`` as busy as can be."""
    spinning = [multiprocessing.Process(target=_spin, args=(cpu,), daemon=True) for cpu in cpus]
    for each in spinning:
        each.start()
    try:
        yield
    finally:
        for each in spinning:
            each.kill()
            each.join()


def _spin(cpu: int) -> None:
    os.sched_setaffinity(0, {cpu})
    while True:
        pass


def steadiness(folder: Path) -> None:
    """Repeats of the same cell on one core while every other core is busy."""
    parts = discover()
    first, *others = sorted(os.sched_getaffinity(0))
    starlette = parts.frameworks["starlette"]
    environment = provision(starlette, echo=print)
    failures: list[Failure] = []

    def keep(outcome: Outcome) -> None:
        if isinstance(outcome, Failure):
            failures.append(outcome)

    pool = CountingPool(
        counter=find_counter(),
        servers=parts.servers,
        scenarios=parts.scenarios,
        setup=cost_setup(REPEATS),
        folder=folder,
        append=keep,
        cpus=(first,),
    )
    with busy(set(others)):
        for server, bar in STEADY:
            cell = Cell(
                framework="starlette",
                server=server,
                interface=Interface.ASGI,
                scenario="json",
                load=Load.LOCKSTEP,
                connections=1,
            )
            cost_cell = CostCell(cell=cell, framework=starlette, environment=environment)
            records = pool.count([(cost_cell,)], repeats=range(REPEATS))
            found = [cost_of(record) for record in records]
            spread = (max(found) - min(found)) / mean(found) * 100
            show(f"starlette {server} json: {REPEATS} repeats within", spread, "%", bar)
            print(f"    mean {mean(found):,.0f} instructions, from {min(found):,.0f} to {max(found):,.0f}")
            show("  of it, seconds a cell, slowest", max(record.seconds for record in records), "s", 15)
    print(f"    {len(failures)} failures")


def forty_cells(folder: Path) -> None:
    """Forty cells, each counted twice as ``hotlap cost`` does, on every core."""
    begun, seconds, cells, failures = time.monotonic(), list[float](), 0, 0
    for frameworks, servers in FORTY:
        options = RunOptions(
            selection=Selection(frameworks=frameworks, servers=servers, scenarios=SCENARIOS),
            timing=Timing(blocks=2, warmup_s=0.0, window_s=0.0),
        )
        counting = new_cost_run(
            options, folder / servers[0], counter=find_counter(), in_process=False, watcher=Watcher()
        )
        counting.run()
        counting.writer.close()
        run = read(counting.folder)
        seconds += [record.seconds for record in run.costs]
        cells, failures = cells + len(run.plan.cells), failures + len(run.failures)
    cpus = len(os.sched_getaffinity(0))
    show(f"{cells} cells, two launches each, on {cpus} cores", (time.monotonic() - begun) / 60, "min", 6)
    show("seconds a launch, median", median(seconds), "s", 15)
    show("seconds a launch, slowest", max(seconds), "s", 15)
    print(f"    {len(seconds)} launches, {failures} failures")


if __name__ == "__main__":
    for measure in (steadiness, forty_cells):
        with tempfile.TemporaryDirectory(prefix="hotlap-") as name:
            measure(Path(name))
