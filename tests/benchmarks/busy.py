"""``nox -s tests`` again and again, with every CPU kept busy by another process: each must pass.

``python -m tests.benchmarks.busy --runs 10`` prints a line for each run, and all that a failing one printed.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from runners.processes.tree import ProcessTree
from tests.support.paths import ROOT

BURN = """
import os
for _ in range(len(os.sched_getaffinity(0)) - 1):
    if os.fork() == 0:
        break
while True:
    pass
"""
"""A process for each CPU, none of them held to one."""
SUMMARY = re.compile(r"^=* ?(\d+ (?:passed|failed).*?) in [\d.]+s", re.MULTILINE)


def main() -> int:
    """Run them; how many failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10, help="how often; 10 unless given")
    runs = parser.parse_args().runs
    failed = 0
    with ProcessTree(
        [sys.executable, "-c", BURN],
        environment=os.environ,
        cwd=Path.cwd(),
        output=sys.stderr.buffer,
    ):
        for number in range(1, runs + 1):
            failed += not _passes(f"run {number} of {runs}")
    print(f"{runs - failed} of {runs} passed")
    return failed


def _passes(name: str) -> bool:
    nox = shutil.which("nox", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}") or "nox"
    begun_s = time.monotonic()
    done = subprocess.run(
        [nox, "-s", "tests"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    counts = SUMMARY.findall(done.stdout)
    load = ", ".join(f"{average:.1f}" for average in os.getloadavg())
    print(
        f"{name}: {counts[-1] if counts else 'no test was run'}, exit status {done.returncode}, "
        f"{time.monotonic() - begun_s:.0f} s, load {load}",
        flush=True,
    )
    if done.returncode:
        print(done.stdout, flush=True)
    return not done.returncode


if __name__ == "__main__":
    sys.exit(main())
