"""What a ratio of two frameworks varies by: the turns, the launches, and when it is measured.

``python -m tests.benchmarks.ratio_parts`` takes four minutes: copies of two stacks take turns in heats that
follow each other, every set of launches in several. Copies of one stack differ by turns and launches alone;
the two frameworks differ besides by what the machine does to one kind of code and not to the other.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from runners.selection.matrix import Selection
from tests.benchmarks.live_stacks import Track, quick_heat
from tests.benchmarks.turn_levels import Heat, speed_noise

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioParts:
    """Deviations of a log ratio of one leg to one leg, each by one cause alone."""

    turns: float
    """What the fit of a heat says of its own levels."""
    launches: float
    """Of two launches of one stack."""
    time_alike: float
    """Of two launches of one stack from heat to heat."""
    time_unlike: float
    """Of the two frameworks from heat to heat, with the same launches."""


def main() -> None:
    """Measure and print; no bar: it says what is to be known of the others."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=int, default=4, help="sets of fresh launches; 4 unless given")
    parser.add_argument("--heats", type=int, default=10, help="heats of each; 10 unless given")
    parser.add_argument("--copies", type=int, default=3, help="of each stack; 3 unless given")
    parser.add_argument("--framework", action="append", help="two; Starlette and FastAPI unless given")
    parser.add_argument("--server", default="uvicorn-standard")
    parser.add_argument("--scenario", default="json")
    arguments = parser.parse_args()
    frameworks = tuple(arguments.framework or ("starlette", "fastapi"))
    selection = Selection(frameworks=frameworks, servers=(arguments.server,), scenarios=(arguments.scenario,))
    sets: list[list[Heat]] = []
    with tempfile.TemporaryDirectory(prefix="hotlap-") as folder:
        track = Track(selection=selection, folder=Path(folder))
        with track.generator() as generator:
            for _ in range(arguments.sets):
                with track.live(copies=arguments.copies) as live:
                    sets.append(
                        [
                            quick_heat(track, generator, live, arguments.scenario, number)
                            for number in range(arguments.heats)
                        ]
                    )
                print(f"{len(sets)} of {arguments.sets} sets measured", flush=True)
    print(speed_noise(sets))
    found = ratio_parts([level_table(heats) for heats in sets])
    print(f"a ratio of one leg to one leg, {' and '.join(frameworks)}, varies")
    print(f"    by its turns {100 * found.turns:.1f}%, by launches {100 * found.launches:.1f}%")
    print(f"    from heat to heat: one stack {100 * found.time_alike:.1f}%, ", end="")
    print(f"one framework to the other {100 * found.time_unlike:.1f}%")


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelTable:
    """Levels of one set of launches: H heats, S stacks, C copies of each."""

    levels: Floats
    """(S, C, H)"""
    variances: Floats
    """(S, C, H), by the turns."""


def level_table(heats: Sequence[Heat]) -> LevelTable:
    """Levels of ``heats``, all of the same launches, named ``stack#copy``."""
    found = [{level.stack: level for level in heat.launch_levels()} for heat in heats]
    stacks = sorted({name.partition("#")[0] for name in found[0]})
    names = [sorted(name for name in found[0] if name.partition("#")[0] == stack) for stack in stacks]
    return LevelTable(
        levels=np.array([[[at[name].level for at in found] for name in own] for own in names]),
        variances=np.array([[[at[name].variance for at in found] for name in own] for own in names]),
    )


def ratio_parts(sets: Sequence[LevelTable]) -> RatioParts:
    """Components of variance, by the moments of a balanced nested design; one below zero is zero.

    (Searle, Casella and McCulloch, Variance Components, chapter 4.)
    """
    _, copies, heats = sets[0].levels.shape
    turns = float(np.mean([table.variances for table in sets]))
    launches = np.mean([np.var(table.levels.mean(axis=2), axis=1, ddof=1).mean() for table in sets])
    alike = np.mean(
        [
            np.var(table.levels - table.levels.mean(axis=1, keepdims=True), axis=2, ddof=1).mean()
            for table in sets
        ]
    ) * (copies / (copies - 1))
    unlike = np.mean([np.var(np.subtract(*table.levels.mean(axis=1)[:2]), ddof=1) for table in sets])
    return RatioParts(
        turns=_deviation(2 * turns),
        launches=_deviation(2 * (launches - alike / heats)),
        time_alike=_deviation(2 * (alike - turns)),
        time_unlike=_deviation(unlike - 2 * alike / copies),
    )


def _deviation(variance: float) -> float:
    return float(np.sqrt(max(variance, 0.0)))


if __name__ == "__main__":
    main()
