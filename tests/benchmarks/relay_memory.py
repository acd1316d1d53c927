"""Memory of the harness while twelve stacks live at once: ``python -m tests.benchmarks.relay_memory``.

A short quick run, two blocks of it: harness, supervisors and generator, the stacks' own memory apart. The
pump beside wrk is ``hotlap calibrate``.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from results.store import read
from tests.benchmarks.bars import Bars
from tests.benchmarks.command import hotlap

MIB = 2**20
MEMORY_BAR = 500.0
LIVE_BAR = 12


def main() -> None:
    """Run it, print the most memory that was seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--blocks", type=int, default=2, help="of the quick run; 2 unless given")
    arguments, options = parser.parse_known_args()
    with tempfile.TemporaryDirectory(prefix="hotlap-") as results:
        words = ["run", "--quick", "--report", "--blocks", str(arguments.blocks), *options]
        done = hotlap(words, Path(results))
        if done.folder is None:
            raise SystemExit(f"hotlap run recorded nothing and exited with {done.exit_code}")
        run = read(done.folder)
    bars = Bars()
    stacks = [trial.memory_pss_bytes or 0 for trial in run.trials]
    print(
        f"\n{len(run.trials)} trials, exit status {done.exit_code}; the largest stack had "
        f"{max(stacks, default=0) / MIB:.0f} MiB, the generator at most "
        f"{max((trial.generator_rss_bytes or 0 for trial in run.trials), default=0) / MIB:.0f} MiB"
    )
    bars.at_least(
        "stacks that lived at once", max((trial.live for trial in run.trials), default=0), LIVE_BAR, ""
    )
    bars.at_most("memory of the harness (PSS), peak", done.peak_pss_bytes / MIB, MEMORY_BAR, "MiB")
    print(f"    as RSS, where what processes share counts for each: {done.peak_rss_bytes / MIB:.0f} MiB")
    bars.end()


if __name__ == "__main__":
    main()
