"""Heats of twelve copies of one stack: false alarms, and what place, predecessor and rest do to a turn.

``python -m tests.benchmarks.relay_aa`` takes about 25 minutes: 10 runs of 8 blocks, 6 disjoint pairs each,
with legs and turns as long as those of the quick run. It goes on until effects of order are told well enough.
``--record FILE`` keeps the heats, and those that it holds count: it may be done in several sittings.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy import stats

from report.stats.launches import fit_launches
from report.stats.stack_fit import Contrast
from runners.errors import HotlapError
from runners.generator.client import Generator
from runners.selection.matrix import Selection
from tests.benchmarks.bars import Bars
from tests.benchmarks.live_stacks import Track, quick_heat
from tests.benchmarks.order_effects import RESTS, OrderEffects, order_effects
from tests.benchmarks.turn_levels import Heat, StackTurns, speed_noise

COPIES = 12
EXCLUDED_BAR = 10.0
EFFECT_BAR = 1.0
JUDGED = ("place", "predecessor")
"""Effects that have a bar. A rest has none: all stacks rest equally long on average."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarms:
    """What disjoint pairs of equal stacks came to."""

    contrasts: tuple[Contrast, ...]

    @property
    def excluded_percent(self) -> float:
        """Share of 95% intervals without 1, in percent."""
        ratios = [contrast.ratio() for contrast in self.contrasts]
        outside = [ratio.low > 1 or ratio.high < 1 for ratio in ratios if ratio.low and ratio.high]
        return 100 * float(np.mean(outside)) if outside else float("nan")

    @property
    def standardised(self) -> NDArray[np.float64]:
        """Log ratios over their standard errors."""
        return np.array([contrast.mean / contrast.error for contrast in self.contrasts if contrast.error])


def main() -> None:
    """Measure, print, exit with status 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10, help="each gives 6 disjoint pairs; 10 unless given")
    parser.add_argument(
        "--most", type=int, default=25, help="runs at most, where effects of order are vague after --runs; 25"
    )
    parser.add_argument("--blocks", type=int, default=8, help="heats of a run; 8 unless given")
    parser.add_argument("--record", type=Path, help="heats, appended to; those that it holds count as made")
    parser.add_argument("--framework", default="starlette")
    parser.add_argument("--server", default="uvicorn-standard")
    parser.add_argument("--scenario", default="json")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    selection = Selection(
        frameworks=(arguments.framework,), servers=(arguments.server,), scenarios=(arguments.scenario,)
    )
    runs = in_runs(recorded(arguments.record), arguments.blocks)
    with tempfile.TemporaryDirectory(prefix="hotlap-") as folder:
        track = Track(selection=selection, folder=Path(folder), seed=arguments.seed)
        with track.generator() as generator:
            while len(runs) < arguments.runs or (len(runs) < arguments.most and is_vague(runs)):
                first = len(runs) * arguments.blocks
                heats = measure_run(track, generator, arguments.scenario, first, arguments.blocks)
                record(arguments.record, heats)
                runs.append(heats)
    bars = Bars()
    report(bars, runs)
    bars.end()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedHeat:
    """A line of the record."""

    number: int
    legs: tuple[StackTurns, ...]


def recorded(path: Path | None) -> list[RecordedHeat]:
    """The heats that ``path`` holds."""
    lines = path.read_bytes().splitlines() if path and path.is_file() else []
    return [msgspec.json.decode(line, type=RecordedHeat) for line in lines]


def record(path: Path | None, heats: list[Heat]) -> None:
    """Append ``heats`` to ``path``."""
    if path:
        with path.open("ab") as lines:
            lines.writelines(msgspec.json.encode(heat) + b"\n" for heat in heats)


def in_runs(heats: list[RecordedHeat], blocks: int) -> list[list[Heat]]:
    """``heats`` by the run of so many blocks that they are of."""
    runs: dict[int, list[Heat]] = {}
    for heat in heats:
        runs.setdefault(heat.number // blocks, []).append(Heat(number=heat.number, legs=heat.legs))
    return list(runs.values())


def is_vague(runs: list[list[Heat]]) -> bool:
    """Whether an effect of place or predecessor may still be larger than its bar."""
    effects = order_effects([heat for run in runs for heat in run])
    return any(100 * farthest_end(effects[name]) > EFFECT_BAR for name in JUDGED)


def farthest_end(effects: OrderEffects) -> float:
    """Of the 95% intervals of all of them, log scale, without its sign."""
    return float(np.max(np.abs(effects.means) + stats.norm.ppf(0.975) * effects.errors))


def measure_run(track: Track, generator: Generator, scenario: str, first: int, blocks: int) -> list[Heat]:
    """Heats numbered from ``first``; one that fails is told and left out."""
    heats = []
    for number in range(first, first + blocks):
        try:
            heats.append(measure(track, generator, scenario, number))
        except HotlapError as error:
            print(f"block {number + 1}: {error.message}", flush=True)
        else:
            print(f"block {number + 1} measured", flush=True)
    return heats


def measure(track: Track, generator: Generator, scenario: str, number: int) -> Heat:
    """One heat of fresh launches."""
    with track.live(copies=COPIES) as copies:
        return quick_heat(track, generator, copies, scenario, number)


def report(bars: Bars, runs: list[list[Heat]]) -> None:
    """All figures of so many runs."""
    heats = [heat for run in runs for heat in run]
    print(f"\n{len(runs)} runs, {len(heats)} blocks; {speed_noise([heats])}")
    alarms = Alarms(contrasts=tuple(contrast for run in runs for contrast in disjoint_pairs(run)))
    standardised = alarms.standardised
    print(f"{len(standardised)} pairs; half-width {half_width_percent(alarms):.2f}% in the median")
    bars.at_most("pairs of equal stacks whose 95% interval excludes 1", alarms.excluded_percent, EXCLUDED_BAR)
    deviation = float(np.sqrt(np.mean(standardised**2))) if len(standardised) else float("nan")
    print(f"    deviation of the standardised ratios {deviation:.2f}")
    for name, effects in order_effects(heats).items():
        show(bars, name, effects, len(heats))


def disjoint_pairs(heats: list[Heat]) -> list[Contrast]:
    """The first copy against the second, the third against the fourth, and so on: none is in two pairs."""
    fit = fit_launches([level for heat in heats for level in heat.launch_levels()])
    names = sorted(fit.stacks, key=lambda name: int(name.rpartition("#")[2]))
    return [fit.difference(a, b) for a, b in zip(names[::2], names[1::2], strict=True)]


def half_width_percent(alarms: Alarms) -> float:
    """Of the pairs' ratios, median."""
    return float(np.median([contrast.ratio().half_width_percent or 0.0 for contrast in alarms.contrasts]))


def show(bars: Bars, name: str, effects: OrderEffects, blocks: int) -> None:
    """Effects of one kind with their intervals, and the bar of the farthest end."""
    half = stats.norm.ppf(0.975) * effects.errors
    for title, mean, width in zip(titles(name, len(effects.means)), effects.means, half, strict=True):
        print(f"    {title}: {100 * mean:+.2f}% ±{100 * width:.2f}%")
    print(f"    chi-squared {effects.chi_squared:.1f} on {len(effects.means) - 1} degrees")
    farthest = f"{name}: farthest end of a 95% interval after {blocks} blocks"
    if name in JUDGED:
        bars.at_most(farthest, 100 * farthest_end(effects), EFFECT_BAR)
    else:
        print(f"    {farthest}: {100 * farthest_end(effects):.2f}%")


def titles(name: str, size: int) -> list[str]:
    """What each of the effects of one kind is of."""
    if name != "rest":
        return [f"{name} {number}" for number in range(1, size + 1)]
    upto = [f"{name} of at most {rounds:.2g} rounds" for rounds in RESTS]
    return [*upto, f"{name} of more"]


if __name__ == "__main__":
    main()
