"""How long the page of a large run takes, and how large it is: ``python -m tests.benchmarks.page_size``.

A made run of 2,000 cells in turns, 10 launches each, becomes a page in a process of its own on one CPU, whose
time is told as CPU time. Each figure stands beside its bar, that of the quick run's page last.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from results.model import Record, Run
from results.store import FILE, to_line
from scenarios import catalogue
from tests.benchmarks.bars import Bars
from tests.benchmarks.command import PROGRAM
from tests.support.paths import ROOT
from tests.support.synthetic_turns import make_relay

CELLS, BLOCKS, ROUNDS = 2_000, 10, 28
"""Rounds of a leg as in the quick run: turns of 35 ms in one second."""
MOST_S, MOST_GB, MOST_MB, QUICK_MB = 60.0, 1.0, 5.0, 1.5
FLOORS = (
    ("asgi", "uvicorn-standard"),
    ("asgi", "uvicorn-pure"),
    ("asgi", "granian-asgi"),
    ("wsgi", "granian-wsgi"),
    ("wsgi", "gunicorn-gthread"),
    ("wsgi", "gunicorn-sync"),
    ("rsgi", "granian-rsgi"),
)
ASGI, WSGI = tuple(f"asynchronous{number}" for number in range(7)), tuple(f"plain{n}" for n in range(4))


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a page took."""

    seconds: float
    """Of CPU time."""
    peak_bytes: int
    """Most memory (RSS) of the process that made it."""
    size_bytes: int


def make_large() -> Run:
    """The large run: 40 stacks on 7 server variants in 50 scenarios, some of them with flags and gaps."""
    stacks = [
        *FLOORS,
        *((framework, server) for framework in ASGI for server in _servers("asgi")),
        *((framework, server) for framework in WSGI for server in _servers("wsgi")),
    ]
    scenarios = tuple(sorted(catalogue.discover()))[: CELLS // len(stacks)]
    cost_us = {
        f"{framework}--{server}": 60.0 + 17.0 * number for number, (framework, server) in enumerate(stacks)
    }
    return make_relay(
        name="large", stacks=tuple(stacks), scenarios=scenarios, blocks=BLOCKS, rounds=ROUNDS, cost_us=cost_us
    )


def _servers(interface: str) -> list[str]:
    return [server for framework, server in FLOORS if framework == interface]


def write_record(run: Run, folder: Path) -> Path:
    """The record of a made run, without flushing each line; its folder."""
    folder.mkdir(parents=True)
    records: list[Record] = [*run.launches, *run.trials, *run.failures, *run.findings, *run.blocks]
    with (folder / FILE).open("wb") as file:
        file.writelines(map(to_line, (run.plan, *records)))
    return folder


def make_page(record: Path, output: Path) -> Page:
    """The page of ``record``, made by ``hotlap report`` on one CPU."""
    process = subprocess.Popen(
        [*PROGRAM, "report", str(record), "--output", str(output)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )
    os.sched_setaffinity(process.pid, {min(os.sched_getaffinity(0))})
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"hotlap report ended with {process.returncode}")
    return Page(
        seconds=used.ru_utime + used.ru_stime,
        peak_bytes=used.ru_maxrss * 1024,
        size_bytes=(output / "index.html").stat().st_size,
    )


def main() -> None:
    """Make both pages and print their figures beside the bars."""
    bars = Bars()
    with tempfile.TemporaryDirectory(prefix="hotlap-") as name:
        large = make_large()
        page = make_page(write_record(large, Path(name) / "large"), Path(name) / "large-page")
        what = f"page of {len(large.plan.cells):,} cells and {len(large.trials):,} trials"
        bars.at_most(what, page.seconds, MOST_S, "s")
        bars.at_most(f"{what}, memory", page.peak_bytes / 1e9, MOST_GB, "GB")
        bars.at_most(f"{what}, size", page.size_bytes / 1e6, MOST_MB, "MB")
        quick = make_page(write_record(make_relay(name="quick"), Path(name) / "quick"), Path(name) / "page")
        bars.at_most("page of the quick run, size", quick.size_bytes / 1e6, QUICK_MB, "MB")
    bars.end()


if __name__ == "__main__":
    main()
