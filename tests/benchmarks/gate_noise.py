"""Noise of launch pairs, made up or as recorded, by metric: what the gate's decisions are tried on."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from report.analysis.metric_types import Metric
from report.analysis.metrics import CPU, MEDIAN, P99, THROUGHPUT
from report.analysis.two_sides.pairings import matched_trials, stages
from report.analysis.two_sides.trial_values import UnusableError, paired_differences
from report.stats.two_samples import PairedDifference
from results.model import Run
from results.store import read

Floats = NDArray[np.float64]
METRICS = (CPU, THROUGHPUT, MEDIAN, P99)
"""What decides under load, memory aside."""
HEAVY_FREEDOM = 3.0
"""Freedom of Student's t that latency's noise is drawn from: a stall hits one side of a pair now and then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """Of one launch pair, on the log scale."""

    deviation: float
    """From launch to launch, of the pair's difference in CPU per request."""
    throughput: float = 0.03
    """The same of the throughput of a server that waits."""
    median: float = 0.08
    """The same of the median at an equal rate, with heavy tails."""
    p99: float = 0.25
    """The same of the 99th percentile."""
    bias: float = 0.0
    """By which whoever comes second is slower."""
    drift: float = 0.0
    """By which everything gets slower from the first pair of a stage to the last."""
    foreign: float = 0.0
    """Share of pairs in which work beside us hits one side alone, by 10 to 30%."""
    residuals: dict[str, tuple[float, ...]] = field(default_factory=dict)
    """By metric's name: as measured, to draw from, in place of the distributions."""

    def spread(self, random: np.random.Generator, metric: Metric, count: int) -> Floats:
        """Noise of ``count`` pairs in ``metric``."""
        if measured := self.residuals.get(metric.name):
            return np.asarray(random.choice(measured, count) * random.choice([-1, 1], count), float)
        if metric in {MEDIAN, P99}:
            scale = self.median if metric is MEDIAN else self.p99
            return np.asarray(scale / math.sqrt(HEAVY_FREEDOM) * random.standard_t(HEAVY_FREEDOM, count))
        return random.normal(0, self.deviation if metric is CPU else self.throughput, count)


QUIET = Noise(deviation=0.023)
"""Whole turns on a machine of two shared CPUs (docs/method.md, section 6)."""
USUAL = Noise(deviation=0.035, throughput=0.05, median=0.15, p99=0.5)
LOUD = Noise(deviation=0.15, throughput=0.15, median=0.3, p99=1.0)
HOSTILE = Noise(deviation=0.10, throughput=0.1, bias=0.04, drift=0.2, foreign=0.15)
BIASED = Noise(deviation=0.023, bias=0.04)
NOISES = {"quiet": QUIET, "usual": USUAL, "loud": LOUD, "hostile": HOSTILE, "biased": BIASED}


def launch_pairs(
    random: np.random.Generator, noise: Noise, delta: float, count: int, metric: Metric = CPU
) -> list[PairedDifference]:
    """Differences of ``count`` pairs, of every two of which one begins with the base."""
    orders = [order for _ in range((count + 1) // 2) for order in random.permutation([1, -1]).tolist()][
        :count
    ]
    place = noise.bias + noise.drift / max(2 * count - 1, 1)
    worse = delta + noise.spread(random, metric, count) + place * np.asarray(orders)
    hit = random.random(count) < noise.foreign
    worse = worse + hit * random.choice([-1, 1], count) * np.log1p(random.uniform(0.1, 0.3, count))
    return [
        PairedDifference(number=number, worse=float(difference), order=order)
        for number, (difference, order) in enumerate(zip(worse, orders, strict=True))
    ]


def recorded(paths: Iterable[Path]) -> Noise:
    """The noise of recorded comparisons: what is left of each launch pair's difference after the fit."""
    runs = [read(path) for path in paths]
    residuals = {metric.name: tuple(_left(runs, metric)) for metric in METRICS}
    return Noise(
        deviation=float(np.std(residuals[CPU.name])) if residuals[CPU.name] else 0.0,
        residuals={name: values for name, values in residuals.items() if values},
    )


def _left(runs: Iterable[Run], metric: Metric) -> list[float]:
    left: list[float] = []
    for run in runs:
        for pairing in run.plan.pairings:
            if pairing.head.load in metric.loads:
                for stage in sorted(stages(run, pairing)):
                    try:
                        differences = paired_differences(matched_trials(run, pairing, stage), metric)
                    except UnusableError:
                        continue
                    left += residuals_of(differences)
    return left


def residuals_of(pairs: Sequence[PairedDifference]) -> list[float]:
    """Differences less their mean by order, scaled up by what the fit took: sqrt(n / (n - 2))."""
    left: list[float] = []
    for order in (1, -1):
        worse = np.asarray([pair.worse for pair in pairs if pair.order == order])
        if worse.size:
            left += ((worse - worse.mean()) * math.sqrt(len(pairs) / (len(pairs) - 2))).tolist()
    return left
