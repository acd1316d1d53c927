"""A relay's estimation on made-up heats, many times over: coverage and false alarms, beside their bars.

``python -m tests.benchmarks.relay_simulation`` prints each figure, in about ten minutes. The machine changes
its speed as in ``tests.support.machine_speed``, launches differ by 1.5%.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from report.stats.launches import LaunchLevel, StackFit, fit_launches
from tests.support.machine_speed import MachineSpeed
from tests.support.made_relay import Noise, heat

BLOCKS = 8
VARIANTS = {
    **dict.fromkeys(("a", "b", "c", "d", "e"), "uvicorn"),
    **dict.fromkeys(("f", "g", "h"), "granian"),
    **dict.fromkeys(("i", "j"), "gunicorn"),
    **dict.fromkeys(("k", "l"), "granian-wsgi"),
}
"""By stack, as in the quick matrix with its control."""
EQUAL = dict.fromkeys("abcdefghijkl", "uvicorn")


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """What is made."""

    title: str
    variants: Mapping[str, str]
    equal: bool = False
    """All stacks are as fast as each other."""
    noise: Noise | None = None
    leaves: Callable[[int], Mapping[str, float]] = lambda _block: {}
    """By block: who leaves after which share of the rounds."""
    absent: Callable[[int], frozenset[str]] = lambda _block: frozenset()
    """By block: who is not in the heat."""


DESIGNS = (
    Design(title="quick matrix", variants=VARIANTS),
    Design(title="12 equal stacks", variants=EQUAL, equal=True),
    Design(
        title="one stack varies three times as much",
        variants=EQUAL,
        equal=True,
        noise=Noise(louder={"a": 3.0}),
    ),
    Design(
        title="a stack leaves early in every other block",
        variants=VARIANTS,
        leaves=lambda block: {"b": 0.3} if block % 2 else {},
    ),
    Design(
        title="incomplete heats with a reference",
        variants=EQUAL,
        absent=lambda block: frozenset("bcdefg" if block % 2 else "hijkl"),
    ),
)


@dataclass(slots=True)
class Counts:
    """What many runs came to."""

    pairs: int = 0
    covered: int = 0
    runs: int = 0
    excluded_best: int = 0
    half_widths: list[float] | None = None


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=100, help="runs of each design")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    random = np.random.default_rng(arguments.seed)
    noise = MachineSpeed(random, 90)
    print(
        "speed of a window varies by "
        + ", ".join(f"{100 * noise.noise(s):.0f}% ({s:g} s)" for s in WINDOWS_S)
    )
    for design in DESIGNS:
        print(line(design, simulate(design, arguments.runs, random)), flush=True)


WINDOWS_S = (0.005, 0.1, 0.7, 2.0)


def simulate(design: Design, runs: int, random: np.random.Generator) -> Counts:
    """So many runs of 8 blocks."""
    counts = Counts(half_widths=[])
    for _ in range(runs):
        spread = 0.0 if design.equal else 0.6
        rates = {name: math.exp(random.normal(8.5, spread)) for name in design.variants}
        _judge(counts, fit_launches(_launches(design, rates, random)), rates)
    return counts


def _launches(design: Design, rates: Mapping[str, float], random: np.random.Generator) -> list[LaunchLevel]:
    launches: list[LaunchLevel] = []
    for block in range(BLOCKS):
        present = {name: rate for name, rate in rates.items() if name not in design.absent(block)}
        launches += heat(
            present, design.variants, random, number=block, noise=design.noise, leaves=design.leaves(block)
        )
    return launches


def _judge(counts: Counts, fit: StackFit, rates: Mapping[str, float]) -> None:
    """Count intervals that hold the true ratio, and runs whose first tier lacks the truly best."""
    assert counts.half_widths is not None
    counts.runs += 1
    missed = False
    for component in set(fit.component):
        names = [name for name, own in zip(fit.stacks, fit.component, strict=True) if own == component]
        for a, b in combinations(names, 2):
            ratio, truth = fit.difference(a, b).ratio(), rates[a] / rates[b]
            assert ratio.low is not None
            assert ratio.high is not None
            counts.pairs += 1
            counts.covered += ratio.low <= truth <= ratio.high
            counts.half_widths.append(ratio.half_width_percent or 0.0)
        best = max(names, key=rates.__getitem__)
        leader = max(names, key=lambda name: fit.levels[fit.stacks.index(name)])
        for name in {best} | {other for other in names if rates[other] == rates[best]}:
            if name != leader:
                missed |= fit.difference(leader, name).mean > fit.apart(leader, name, len(names))
    counts.excluded_best += missed


def line(design: Design, counts: Counts) -> str:
    """One design beside the bars."""
    coverage, missed = 100 * counts.covered / counts.pairs, 100 * counts.excluded_best / counts.runs
    return (
        f"{design.title}: 95% intervals hold {coverage:.1f}% (93 to 97), "
        f"first tier without a best one in {missed:.1f}% of runs (at most 5), "
        f"half-width {float(np.median(counts.half_widths or [0])):.2f}%"
    )


if __name__ == "__main__":
    main()
