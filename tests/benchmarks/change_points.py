"""Steps of series with the relay's deviation: how often one is told where none is, and how soon where one is.

`python -m tests.benchmarks.change_points` prints each figure beside its bar. With `--compare` the methods
of ruptures and of Apache Otava stand beside ours, each as strict as gives the same false alarms, where they
can be imported: neither is a dependency (docs/history.md says why). With `--record RUN` noise is drawn from
the launches of a recorded run.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from report.analysis.metrics import THROUGHPUT
from report.analysis.summary import fit_metric, summarise
from report.stats.steps import VALUES_AFTER, VALUES_BEFORE, find_steps
from results.store import read
from tests.benchmarks.bars import Bars

Floats = NDArray[np.float64]
Places = Callable[[Floats], Sequence[int]]
"""Where a method tells steps of a series."""
Noise = Callable[[np.random.Generator, int, int], Floats]
"""Makes (series, runs) of noise with deviation 1."""

DEVIATION = 0.014
"""Of the logarithm of a ratio of one quick run, between runs: 1.2 to 1.6% (docs/history.md)."""
SERIES, RUNS = 200, 100
"""What the bars are about."""
MANY = 4_000
"""Series that tell a rate far more precisely than the bars' own."""
COMPARED = 200
"""Series that methods are compared by."""
STEP = 2.0
"""In deviations."""
WITHIN = 5
"""Runs after a step by which it is to be told."""
NEAR = 5
"""Runs by which the place of a step may be wrong."""


def ours(series: Floats) -> Sequence[int]:
    """Places of the steps that hotlap tells."""
    return [step.place for step in find_steps(series.tolist())]


def normal(random: np.random.Generator, series: int, runs: int) -> Floats:
    """Independent normal noise."""
    return random.normal(size=(series, runs))


def heavy(random: np.random.Generator, series: int, runs: int) -> Floats:
    """Student's t with five degrees of freedom: single runs far off."""
    return random.standard_t(5, size=(series, runs)) / math.sqrt(5 / 3)


def following(random: np.random.Generator, series: int, runs: int) -> Floats:
    """Each run is somewhat like the one before: autoregressive, 0.3."""
    made = random.normal(size=(series, runs))
    for run in range(1, runs):
        made[:, run] = 0.3 * made[:, run - 1] + math.sqrt(1 - 0.3**2) * made[:, run]
    return made


def of_record(path: Path) -> Noise:
    """Noise of the shape that launches of a recorded run have about their stacks, in any order."""
    values = _recorded_values(path)

    def recorded(random: np.random.Generator, series: int, runs: int) -> Floats:
        noise: Floats = random.choice(values, size=(series, runs))
        return noise

    return recorded


def _recorded_values(path: Path) -> Floats:
    """What launches differ by from the level of their stack, of mean 0 and deviation 1 for each stack."""
    summaries = summarise(read(path))
    pieces = []
    for workload in dict.fromkeys(summary.workload for summary in summaries if summary.workload.in_turns):
        together = fit_metric(summaries, THROUGHPUT, workload, within_servers=False)
        for residuals in together.fit.residuals.values() if together else ():
            values = np.array(residuals)
            if len(values) > 1:
                pieces.append((values - values.mean()) / values.std())
    return np.concatenate(pieces)


def false_alarms(places: Places, noise: Noise, series: int, seed: int) -> float:
    """Percent of series without a step that show one after all their runs."""
    made = DEVIATION * noise(np.random.default_rng(seed), series, RUNS)
    return 100 * float(np.mean([bool(places(values)) for values in made]))


def ever_alarmed(places: Places, series: int, seed: int) -> float:
    """Percent of series without a step that show one at any time, looked at after every run."""
    made = DEVIATION * normal(np.random.default_rng(seed), series, RUNS)
    first = VALUES_BEFORE + VALUES_AFTER
    return 100 * float(
        np.mean([any(places(values[:end]) for end in range(first, RUNS + 1)) for values in made])
    )


def found_within(places: Places, noise: Noise, series: int, seed: int, *, before: int = 50) -> float:
    """Percent of steps that are told, at about their place, by ``WITHIN`` runs after them at the latest."""
    made = DEVIATION * noise(np.random.default_rng(seed), series, before + WITHIN)
    made[:, before:] += STEP * DEVIATION
    looks = range(before + VALUES_AFTER, before + WITHIN + 1)
    return 100 * float(
        np.mean([any(_is_near(places(values[:end]), before) for end in looks) for values in made])
    )


def kept(places: Places, series: int, seed: int) -> float:
    """Percent of steps in the middle of all runs that are told at about their place at the end."""
    made = DEVIATION * normal(np.random.default_rng(seed), series, RUNS)
    made[:, RUNS // 2 :] += STEP * DEVIATION
    return 100 * float(np.mean([_is_near(places(values), RUNS // 2) for values in made]))


def _is_near(places: Iterable[int], place: int) -> bool:
    return any(abs(told - place) <= NEAR for told in places)


# Other methods.


def pelt(penalty: float) -> Places:
    """Of ruptures: PELT on the mean, the deviation by the differences of neighbours."""
    ruptures: Any = import_module("ruptures")

    def places(series: Floats) -> Sequence[int]:
        scaled = series / (math.sqrt(float(np.mean(np.diff(series) ** 2)) / 2))
        found: list[int] = (
            ruptures.Pelt(model="l2", min_size=VALUES_AFTER, jump=1).fit(scaled).predict(pen=penalty)
        )
        return found[:-1]

    return places


def binary_segmentation(penalty: float) -> Places:
    """Of ruptures, scaled alike."""
    ruptures: Any = import_module("ruptures")

    def places(series: Floats) -> Sequence[int]:
        scaled = series / (math.sqrt(float(np.mean(np.diff(series) ** 2)) / 2))
        found: list[int] = (
            ruptures.Binseg(model="l2", min_size=VALUES_AFTER, jump=1).fit(scaled).predict(pen=penalty)
        )
        return found[:-1]

    return places


def otava(p_at_most: float) -> Places:
    """Of Apache Otava: E-divisive, kept by a t test; in one window, as it fails where two tell one place."""
    analysis: Any = import_module("otava.analysis")

    def places(series: Floats) -> Sequence[int]:
        told, _ = analysis.compute_change_points(
            np.exp(series), window_len=2 * len(series), max_pvalue=p_at_most
        )
        return [point.index for point in told]

    return places


METHODS: dict[str, tuple[Callable[[float], Places], tuple[float, ...]]] = {
    "ruptures PELT, penalty": (pelt, (9, 11, 13, 15, 17)),
    "ruptures Binseg, penalty": (binary_segmentation, (9, 11, 13, 15, 17)),
    "otava, p": (otava, (0.005, 0.002, 0.001, 0.0005, 0.0002, 0.0001, 0.00005)),
}
"""Each with what makes it stricter, the least strict first."""


def compare(noise: Noise) -> None:
    """Each method that can be imported, by the first setting that keeps false alarms at 2%."""
    shown: list[tuple[str, Places]] = [("ours", ours)]
    for name, (method, settings) in METHODS.items():
        try:
            method(settings[0])
        except ImportError as error:
            print(f"    {name}: not measured: {error}")
            continue
        strict = next(
            (value for value in settings if false_alarms(method(value), noise, COMPARED, seed=3) <= 2),
            settings[-1],
        )
        shown.append((f"{name} {strict:g}", method(strict)))
    for name, places in shown:
        began = time.perf_counter()
        alarms, soon = (
            false_alarms(places, noise, COMPARED, seed=4),
            found_within(places, noise, COMPARED, seed=5),
        )
        late, took = kept(places, COMPARED, seed=6), time.perf_counter() - began
        print(
            f"    {name}: false {alarms:.1f}%, within {WITHIN} runs {soon:.1f}%, at the end {late:.1f}%, "
            f"{took:.1f} s",
            flush=True,
        )


def main(arguments: Sequence[str]) -> None:
    """Print every figure beside its bar; exit with 1 where one is missed."""
    bars, began = Bars(), time.perf_counter()
    noise = of_record(Path(arguments[arguments.index("--record") + 1])) if "--record" in arguments else normal
    bars.at_most(
        f"of {SERIES} series of {RUNS} runs without a step show one", false_alarms(ours, noise, SERIES, 1), 2
    )
    bars.at_most(f"the same of {MANY:,}", false_alarms(ours, noise, MANY, 2), 2)
    told = f"steps of {STEP:g} deviations told within {WITHIN} runs"
    bars.at_least(f"of {SERIES} {told}, after 50 runs", found_within(ours, noise, SERIES, 1), 90)
    bars.at_least(f"of {MANY:,} {told}, after 50 runs", found_within(ours, noise, MANY, 2), 90)
    print(f"    after 20 runs: {found_within(ours, noise, MANY, 3, before=20):.1f}%")
    print(f"    told at the end of {RUNS} runs, in their middle: {kept(ours, MANY, 4):.1f}%")
    print(f"    false where single runs are far off (t, 5): {false_alarms(ours, heavy, MANY, 5):.1f}%")
    print(f"    false where runs follow each other (0.3): {false_alarms(ours, following, MANY, 6):.1f}%")
    print(f"    false at any time, looked at after every run: {ever_alarmed(ours, 300, 7):.1f}%")
    if "--compare" in arguments:
        compare(noise)
    print(f"    {time.perf_counter() - began:.1f} s")
    bars.end()


if __name__ == "__main__":
    main(sys.argv[1:])
