"""What hotlap promises of itself, measured: ``python -m tests.benchmarks.harness``, about nine minutes.

Each line names the figure, the bar and the figure as a share of the bar; the pump beside wrk and stock Locust
is ``hotlap calibrate``. Run it on a quiet machine: nothing here is judged, a person reads it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from math import ceil
from pathlib import Path

import psutil

from results.store import create, read
from scenarios import catalogue
from tests.support.paths import ROOT
from tests.support.synthetic import make_run
from tests.support.synthetic_plan import STACKS

PROGRAM = [sys.executable, "-c", "from runners.cli import main; main()"]
MIB = 2**20


def show(what: str, value: float, unit: str, bar: float, *, at_least: bool = False) -> None:
    word = "at least" if at_least else "at most"
    print(f"{what:58}{value:9.2f} {unit:4} {word} {bar:g} {unit}: {value / bar:.2f} of it", flush=True)


def setting_up(folder: Path) -> None:
    """Environments of the quick matrix from nothing: empty caches of uv and hotlap."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache"), "UV_CACHE_DIR": str(folder / "uv")}
    program = (
        "from runners.selection.frameworks import discover; "
        "from runners.environments.provision import provision_all; "
        "quick = [framework for framework in discover().values() if framework.quick]; "
        "print(provision_all(quick, echo=lambda _: None).keys())"
    )
    begun = time.monotonic()
    subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, check=True, capture_output=True
    )
    show("environments of the quick matrix from nothing", time.monotonic() - begun, "s", 120)


def quick_run(folder: Path) -> None:
    """The quick matrix: wall time, the share that is measuring, memory of harness and generator."""
    begun, peak = time.monotonic(), 0
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(
            [*PROGRAM, "run", "--quick", "--report", "--results", str(folder)],
            cwd=ROOT,
            stdout=output,
            stderr=output,
        )
        while process.poll() is None:
            peak = max(peak, _memory(process.pid))
            time.sleep(2)
    total = time.monotonic() - begun
    (record,) = folder.glob("*/run.jsonl")
    run = read(record.parent)
    show("quick matrix, report included", total / 60, "min", 7)
    measuring = sum(end.seconds_measuring for end in run.blocks)
    show("of it, inside windows and warm-up", measuring / total, "", 0.5, at_least=True)
    show("memory of harness and generator (PSS), peak", peak / MIB, "MiB", 500)
    print(
        f"    {len(run.trials)} trials, {len(run.partial)} repeated for foreign work, "
        f"{len(run.failures)} failures, exit {process.returncode}"
    )


def _memory(pid: int) -> int:
    """Memory of the harness, its supervisors and its generator; servers are not counted."""
    total = 0
    try:
        harness = psutil.Process(pid)
        for process in (harness, *harness.children(recursive=True)):
            words = " ".join(process.cmdline())
            if process.pid == pid or "runners.generator.process" in words or "supervisor.py" in words:
                total += process.memory_full_info().pss
    except psutil.Error:
        return total
    return total


def large_report(folder: Path) -> None:
    """The report of 10,000 trials, as a process of its own."""
    scenarios = tuple(catalogue.discover())
    run = make_run(blocks=ceil(10_000 / len(scenarios) / (len(STACKS) + 1)) + 4, scenarios=scenarios)
    with create(folder, run.plan) as writer:
        for part in (run.launches, run.trials, run.failures, run.findings, run.blocks):
            for each in part:
                writer.append(each)
    begun = time.monotonic()
    subprocess.run([*PROGRAM, "report", str(writer.folder)], cwd=ROOT, check=True, capture_output=True)
    show(f"report of {len(run.trials):,} trials", time.monotonic() - begun, "s", 20)


if __name__ == "__main__":
    for measure in (setting_up, large_report, quick_run):
        with tempfile.TemporaryDirectory(prefix="hotlap-") as name:
            measure(Path(name))
