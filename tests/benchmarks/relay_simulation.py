"""A relay's estimation on made-up heats, many times over: coverage and false alarms, beside their bars.

``python -m tests.benchmarks.relay_simulation`` makes 200 runs of each design on all CPUs; tests make a few.
``--design reference`` makes only those with that word in their title.
The machine changes its speed as in ``tests.support.machine_speed``, or as ``--speed FILE`` recorded it (a
number a line, relative speed by millisecond); launches differ by 1.5%.
"""

from __future__ import annotations

import argparse
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations
from pathlib import Path

import numpy as np

from report.stats.launches import LaunchLevel, fit_launches
from report.stats.ranking import find_tiers
from report.stats.stack_fit import StackFit
from tests.benchmarks.bars import Bars
from tests.benchmarks.turn_levels import WINDOW_S, Heat, StackTurns
from tests.support.machine_speed import MachineSpeed
from tests.support.made_relay import Noise, Timing, make_turns

BLOCKS = 8
VARIANTS = {
    **dict.fromkeys("abcde", "uvicorn"),
    **dict.fromkeys("fgh", "granian"),
    **dict.fromkeys("ij", "gunicorn"),
    **dict.fromkeys("kl", "granian-wsgi"),
}
"""By stack, as in the quick matrix with its control."""
EQUAL = dict.fromkeys("abcdefghijkl", "uvicorn")
MANY = {f"{server}{stack}": f"server {server}" for server in range(12) for stack in "abc"}
"""By stack: three on each of twelve server variants."""
COVERAGE_BAR = (93.0, 97.0)
FIRST_TIER_BAR = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """What is made."""

    title: str
    variants: Mapping[str, str]
    equal: bool = False
    """All stacks are as fast as each other."""
    noise: Noise = Noise()  # noqa: RUF009 - frozen
    leaving: Mapping[str, float] | None = None
    """In every other block: who leaves, after which share of the rounds."""
    absent: tuple[str, str] = ("", "")
    """Who is not in the heat, in even blocks and in odd ones."""
    drawn: int = 0
    """Stacks in a heat, where they do not all live at once: heats of whole server variants are drawn anew in
    every block, and all stacks are compared with all; 0: one heat a block, compared within its variants."""
    reference: str = ""
    """Who is in every heat besides."""


DESIGNS = (
    Design(title="quick matrix", variants=VARIANTS),
    Design(title="12 equal stacks (A/A)", variants=EQUAL, equal=True),
    Design(
        title="one stack varies three times as much",
        variants=EQUAL,
        equal=True,
        noise=Noise(louder={"a": 3.0}),
    ),
    Design(title="a stack leaves early in every other block", variants=VARIANTS, leaving={"b": 0.3}),
    Design(title="incomplete heats with a reference", variants=EQUAL, absent=("hijkl", "bcdefg")),
    Design(title="36 stacks in heats of 12 drawn anew, across servers", variants=MANY, drawn=12),
    Design(
        title="the same with a reference stack in every heat",
        variants=MANY | {"reference": "server of the reference"},
        drawn=12,
        reference="reference",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What made-up runs came to."""

    runs: int
    pairs: int
    covered: int
    """Pairs whose 95% interval holds the true ratio."""
    excluded_best: int
    """Runs whose first tier lacks a truly best stack."""
    half_widths: tuple[float, ...]
    """Of all intervals, percent."""

    @property
    def covered_percent(self) -> float:
        """Share of intervals that hold the truth."""
        return 100 * self.covered / self.pairs

    @property
    def excluded_percent(self) -> float:
        """Share of runs whose first tier is wrong."""
        return 100 * self.excluded_best / self.runs


def main() -> None:
    """Print all figures; exit with status 1 where one misses its bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200, help="runs of each design; 200 unless given")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--design", default="", help="only designs whose title holds this; else all")
    parser.add_argument("--speed", type=Path, help="recorded speed of a machine by millisecond")
    arguments = parser.parse_args()
    speeds = None if arguments.speed is None else np.loadtxt(arguments.speed, dtype=np.float64)
    machine = MachineSpeed(np.random.default_rng(arguments.seed), 90, speeds)
    windows = ", ".join(f"{100 * machine.noise(s):.1f}% ({s:g} s)" for s in (0.025, WINDOW_S))
    print(f"the machine's speed varies by {windows} from window to window")
    bars = Bars()
    with ProcessPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for design in (design for design in DESIGNS if arguments.design in design.title):
            made = replace(design, noise=replace(design.noise, speeds=speeds))
            seeds = range(arguments.seed, arguments.seed + arguments.runs)
            show(bars, design, total(pool.map(partial(simulate, made), seeds)))
    bars.end()


def show(bars: Bars, design: Design, counts: Counts) -> None:
    """One design beside its bars."""
    half_width = float(np.median(counts.half_widths))
    print(f"{design.title}: {counts.runs} runs, {counts.pairs} pairs, half-width {half_width:.2f}%")
    bars.between("    95% intervals that hold the truth", counts.covered_percent, *COVERAGE_BAR)
    bars.at_most("    runs whose first tier lacks a best stack", counts.excluded_percent, FIRST_TIER_BAR)


def total(runs: Iterable[Counts]) -> Counts:
    """Counts of several runs together."""
    counts = list(runs)
    return Counts(
        runs=sum(run.runs for run in counts),
        pairs=sum(run.pairs for run in counts),
        covered=sum(run.covered for run in counts),
        excluded_best=sum(run.excluded_best for run in counts),
        half_widths=tuple(width for run in counts for width in run.half_widths),
    )


def simulate(design: Design, seed: int, timing: Timing | None = None) -> Counts:
    """One run of 8 blocks."""
    random = np.random.default_rng(seed)
    spread = 0.0 if design.equal else 0.6
    rates = {name: math.exp(random.normal(8.5, spread)) for name in design.variants}
    return _judge(fit_launches(_launches(design, rates, random, timing)), rates)


def _launches(
    design: Design, rates: Mapping[str, float], random: np.random.Generator, timing: Timing | None
) -> list[LaunchLevel]:
    launches: list[LaunchLevel] = []
    for block in range(BLOCKS):
        present = {name: rate for name, rate in rates.items() if name not in design.absent[block % 2]}
        for number, names in enumerate(_heats(design, list(present), random)):
            turns = make_turns(
                {name: present[name] for name in names},
                design.variants,
                random,
                noise=design.noise,
                timing=timing,
                leaves=design.leaving if block % 2 else None,
            )
            legs = tuple(
                StackTurns(stack=name, variant="all" if design.drawn else design.variants[name], turns=own)
                for name, own in turns.items()
            )
            launches += Heat(number=(block, number), legs=legs).launch_levels()
    return launches


def _heats(design: Design, names: Sequence[str], random: np.random.Generator) -> list[list[str]]:
    """Stacks of each heat of a block: server variants whole, in random order."""
    if not design.drawn:
        return [list(names)]
    variants = list(dict.fromkeys(design.variants[name] for name in names if name != design.reference))
    random.shuffle(variants)
    heats: list[list[str]] = [[]]
    for variant in variants:
        members = [name for name in names if design.variants[name] == variant]
        if len(heats[-1]) + len(members) > design.drawn:
            heats.append([])
        heats[-1] += members
    return [[*heat, design.reference] if design.reference else heat for heat in heats]


def _judge(fit: StackFit, rates: Mapping[str, float]) -> Counts:
    """Count intervals that hold the true ratio, and whether a first tier lacks a truly best stack."""
    half_widths: list[float] = []
    covered, missed = 0, False
    for component in set(fit.component):
        names = [name for name, own in zip(fit.stacks, fit.component, strict=True) if own == component]
        for a, b in combinations(names, 2):
            ratio = fit.difference(a, b).ratio()
            covered += (ratio.low or 0) <= rates[a] / rates[b] <= (ratio.high or math.inf)
            half_widths.append(ratio.half_width_percent or 0.0)
        missed |= _lacks_a_best(fit, names, rates)
    return Counts(
        runs=1,
        pairs=len(half_widths),
        covered=covered,
        excluded_best=int(missed),
        half_widths=tuple(half_widths),
    )


def _lacks_a_best(fit: StackFit, names: list[str], rates: Mapping[str, float]) -> bool:
    """Whether the first tier of ``names``, who are compared with each other, lacks one of the truly best."""
    ranked = sorted(names, key=lambda name: -fit.levels[fit.stacks.index(name)])
    tiers, best = find_tiers(fit, ranked).tiers, max(rates[name] for name in names)
    return any(tiers[name] > 1 for name in names if rates[name] == best)


if __name__ == "__main__":
    main()
