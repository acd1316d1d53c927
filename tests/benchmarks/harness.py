"""What hotlap promises of itself, measured: ``python -m tests.benchmarks.harness``, about three minutes.

Each line names the figure, the bar and the figure as a share of the bar. The quick run has its own,
``relay_quick`` and ``relay_memory``; the pump beside wrk and stock Locust is ``hotlap calibrate``. Run it on
a quiet machine: nothing here is judged, a person reads it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from math import ceil
from pathlib import Path

from results.store import create
from scenarios import catalogue
from tests.benchmarks.command import PROGRAM
from tests.support.paths import ROOT
from tests.support.synthetic import make_run
from tests.support.synthetic_plan import STACKS


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
    for measure in (setting_up, large_report):
        with tempfile.TemporaryDirectory(prefix="hotlap-") as name:
            measure(Path(name))
