"""What the quick run must reach, by runs that it makes or by recorded ones: time, precision, agreement.

``python -m tests.benchmarks.relay_quick`` makes three runs, half an hour on a quiet machine;
``python -m tests.benchmarks.relay_quick results/RUN results/RUN`` judges what was recorded.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np

from report.analysis.merging.looks import Looks
from results.model import Run
from results.store import read
from tests.benchmarks.bars import Bars
from tests.benchmarks.between_runs import agreement, by_chance
from tests.benchmarks.command import hotlap
from tests.benchmarks.recorded_ratios import PairRatio, half_width, heats_of, same_server_ratios
from tests.benchmarks.time_split import time_split
from tests.benchmarks.turn_levels import speed_noise

MINUTES_BAR = 8.0
COUNTED_BAR = 55.0
POOLED_BAR, MEDIAN_BAR, WORST_BAR = 2.5, 3.0, 5.0
SPEED_CHANGES = (0.0, 2.5, 5.0, 10.0, math.inf)
"""Ends of the classes, in percent, by which agreement is told apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedRun:
    """A run and how long all of it took."""

    run: Run
    wall_s: float
    clock: str
    """What the time was taken by."""


def main() -> None:
    """Make or read the runs, print every figure, exit with status 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recorded", nargs="*", type=Path, help="folders of recorded runs; else they are made")
    parser.add_argument("--runs", type=int, default=3, help="how many are made; 3 unless given")
    parser.add_argument("--blocks", type=int, help="of the runs that are made; as hotlap has it unless given")
    parser.add_argument("--results", type=Path, default=Path("results"), help="where they are recorded")
    arguments = parser.parse_args()
    options = [] if arguments.blocks is None else ["--blocks", str(arguments.blocks)]
    bars = Bars()
    runs = (
        [recorded(folder) for folder in arguments.recorded]
        if arguments.recorded
        else [made(arguments.results, options) for _ in range(arguments.runs)]
    )
    ratios = [judge(bars, timed) for timed in runs]
    if len(ratios) > 1:
        agree = agreement(ratios)
        chance = by_chance(ratios)
        print(
            f"\nbetween the runs: {agree.comparisons} differences of log ratios; where chance alone makes "
            f"them, nine sets of ten come to {ends(chance.within_percent)}% and {ends(chance.deviation)}"
        )
        bars.between("of them within the half-widths of both", agree.within_percent, 93, 97)
        bars.between("deviation of the standardised differences", agree.deviation, 0.8, 1.25, unit="")
        judge_at_speeds(bars, [timed.run for timed in runs], ratios)
    bars.end()


def judge_at_speeds(bars: Bars, runs: Sequence[Run], ratios: Sequence[Sequence[PairRatio]]) -> None:
    """Agreement where a ratio may differ by what another speed of the machine does to ratios."""
    looks = Looks()
    changes = {
        (first, second): change
        for first, second in combinations(range(len(runs)), 2)
        if (change := looks.speed_change(runs[first], runs[second]))
    }
    for (first, second), change in changes.items():
        print(
            f"    machine's speed from run {first + 1} to {second + 1}: "
            f"{100 * math.expm1(change.log_speed):+.1f}%, for which ratios differ by "
            f"{100 * math.expm1(change.of_ratio):.2f}% (standard deviation)"
        )
    for least, most in pairwise(SPEED_CHANGES):
        chosen = [
            numbers
            for numbers, change in changes.items()
            if least <= 100 * abs(math.expm1(change.log_speed)) < most
        ]
        if chosen:
            agree = agreement(ratios, chosen=chosen)
            change_text = f"{least:g} to {most:g}%" if math.isfinite(most) else f"more than {least:g}%"
            print(
                f"    of {agree.comparisons} where the speed changed by {change_text}: "
                f"{agree.within_percent:.1f}% within, deviation {agree.deviation:.2f}"
            )
    agree = agreement(ratios, {numbers: change.of_ratio for numbers, change in changes.items()})
    bars.between("within half-widths and what the speed does", agree.within_percent, 93, 97)
    bars.between("deviation, with what the speed does", agree.deviation, 0.8, 1.25, unit="")


def ends(interval: tuple[float, float]) -> str:
    """``90.0 to 100``."""
    return " to ".join(f"{end:.3g}" for end in interval)


def made(results: Path, options: list[str]) -> TimedRun:
    """A quick run made now with its report; raises SystemExit where it recorded nothing."""
    results.mkdir(parents=True, exist_ok=True)
    done = hotlap(["run", "--quick", "--report", *options], results)
    if done.folder is None:
        raise SystemExit(f"hotlap run recorded nothing and exited with {done.exit_code}")
    print(f"exit status {done.exit_code}", flush=True)
    return TimedRun(run=read(done.folder), wall_s=done.seconds, clock="begin and end of the process")


def recorded(folder: Path) -> TimedRun:
    """A recorded run: from its plan to the last change in its folder, so without building environments."""
    run = read(folder)
    last_s = max(file.stat().st_mtime for file in folder.rglob("*") if file.is_file())
    return TimedRun(
        run=run, wall_s=last_s - run.plan.created_unix_s, clock="plan and the last change of the folder"
    )


def judge(bars: Bars, timed: TimedRun) -> list[PairRatio]:
    """Time and precision of one run; its ratios."""
    run = timed.run
    legs = sum(trial.turns is not None for trial in run.trials)
    print(
        f"\n{run.plan.name}: {len(run.blocks)} blocks, {legs} legs, {len(run.trials) - legs} windows, "
        f"{len(run.partial)} repeated, {len(run.failures)} failures"
    )
    if not legs:
        raise SystemExit(f"{run.plan.name} was recorded without turns")
    print(speed_noise(heats_of(run).values()))
    split = time_split(run, timed.wall_s)
    print("\n".join(split.lines()))
    bars.at_most(f"wall time by {timed.clock}", timed.wall_s / 60, MINUTES_BAR, "min")
    bars.at_least("of it in turns and windows that count", split.counted_percent, COUNTED_BAR)
    ratios = list(same_server_ratios(run))
    pooled = percents([half_width(ratio.pooled) for ratio in ratios])
    own = percents([half_width(ratio.own) for ratio in ratios])
    print(f"{len(ratios)} ratios on the same server")
    bars.at_most("pooled half-width, median", float(np.median(pooled)), POOLED_BAR)
    bars.at_most("half-width by the pair's own variance, median", float(np.median(own)), MEDIAN_BAR)
    bars.at_most("half-width by the pair's own variance, worst", float(np.max(own)), WORST_BAR)
    return ratios


def percents(half_widths: list[float]) -> list[float]:
    """Half-widths on log scale as percent of the ratio, towards the farther end; NaN where there is none."""
    return (100 * np.expm1(half_widths)).tolist() or [float("nan")]


if __name__ == "__main__":
    main()
