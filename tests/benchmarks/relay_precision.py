"""How long 1% takes: ``python -m tests.benchmarks.relay_precision``, five minutes or less.

FastAPI, Starlette and Litestar on one server, in one scenario, until every ratio is within 1%.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from results.store import read
from tests.benchmarks.bars import Bars
from tests.benchmarks.command import hotlap
from tests.benchmarks.recorded_ratios import half_width, heats_of, same_server_ratios
from tests.benchmarks.relay_quick import percents
from tests.benchmarks.turn_levels import speed_noise

FRAMEWORKS = ("fastapi", "starlette", "litestar")
MINUTES_BAR = 5.0


def main() -> None:
    """Run it, print how long it took and how precise it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--precision", type=float, default=1.0, help="percent; 1 unless given")
    parser.add_argument("--scenario", default="json")
    parser.add_argument("--server", default="uvicorn-standard")
    parser.add_argument("--results", type=Path, default=Path("results"), help="where it is recorded")
    arguments, options = parser.parse_known_args()
    arguments.results.mkdir(parents=True, exist_ok=True)
    words = ["run", "--precision", f"{arguments.precision:g}", *options]
    words += [word for name in FRAMEWORKS for word in ("--framework", name)]
    words += ["--server", arguments.server, "--scenario", arguments.scenario]
    done = hotlap(words, arguments.results)
    if done.folder is None:
        raise SystemExit(f"hotlap run recorded nothing and exited with {done.exit_code}")
    run, bars = read(done.folder), Bars()
    print(f"\n{len(run.blocks)} blocks, exit status {done.exit_code}; {speed_noise(heats_of(run).values())}")
    widths = percents([half_width(ratio.shown) for ratio in same_server_ratios(run)])
    bars.at_most("half-width of its ratios, widest", float(np.max(widths)), arguments.precision)
    bars.at_most("time", done.seconds / 60, MINUTES_BAR, "min")
    bars.end()


if __name__ == "__main__":
    main()
