"""How long ``hotlap --help`` takes: ``python -m tests.benchmarks.help_time``, some seconds.

It is run in turn with ``python -c pass`` of the same interpreter, whose time no command line can be below: on
a busy machine both are slower.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from statistics import median

from tests.benchmarks.bars import Bars
from tests.benchmarks.command import PROGRAM
from tests.support.paths import ROOT

RUNS = 20
BAR_S = 0.5
HELP = (*PROGRAM, "--help")
BARE = (sys.executable, "-c", "pass")


def seconds(command: Sequence[str]) -> float:
    """Wall clock of ``command`` as a process, from its start to its end."""
    begun_s = time.monotonic()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return time.monotonic() - begun_s


def main() -> None:
    """Print fastest and median run of both, the help's beside its bar."""
    rounds = [(seconds(HELP), seconds(BARE)) for _ in range(RUNS)]
    helps, bare = ([each[column] for each in rounds] for column in (0, 1))
    print(f"{RUNS} runs in turn; python -c pass: fastest {min(bare):.3f} s, median {median(bare):.3f} s")
    bars = Bars()
    bars.at_most("hotlap --help, fastest run", min(helps), BAR_S, "s")
    bars.at_most("hotlap --help, median run", median(helps), BAR_S, "s")
    bars.end()


if __name__ == "__main__":
    main()
