"""The gate's decisions on made-up noise, many times over: false alarms, power, coverage, beside their bars.

``python -m tests.benchmarks.gate_simulation`` runs the long form and prints each figure; tests a short one.
"""

from __future__ import annotations

import argparse
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from report.analysis.gate.judge import is_suspicious, screened
from report.analysis.gate.still_to_measure import more_counts, shared_out, suspicion
from report.analysis.metrics import COST, CPU
from report.analysis.two_sides.changes import Change
from report.analysis.two_sides.judged_changes import JudgedChange, corrected
from report.analysis.two_sides.pairings import matched_trials, stages
from report.analysis.two_sides.tolerances import DEFAULTS, REPEAT_DEVIATION, REPEAT_FREEDOM
from report.analysis.two_sides.trial_values import paired_differences
from report.analysis.two_sides.verdicts import Verdict
from report.stats.two_samples import Estimate, PairedDifference, moderated, paired
from results.model import Cell, GateStage, Interface, Pairing
from results.store import read

BUDGET = 60
"""Launch pairs that a budget of 15 minutes leaves after the screen of a dozen cells, at 5 s each, or so."""
FINE, REGRESSION, OTHER = "fine", "regression", "inconclusive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """Of one launch pair, on the log scale."""

    deviation: float
    """From launch to launch, of the pair's difference."""
    bias: float = 0.0
    """By which whoever comes second is slower."""
    drift: float = 0.0
    """By which everything gets slower from the first pair of a stage to the last."""
    foreign: float = 0.0
    """Share of pairs in which work beside us hits one side alone, by 10 to 30%."""
    residuals: tuple[float, ...] = ()
    """As measured, to draw from, in place of the normal distribution."""


QUIET, USUAL, LOUD = (Noise(deviation=each) for each in (0.05, 0.075, 0.15))
HOSTILE = Noise(deviation=0.10, bias=0.04, drift=0.2, foreign=0.15)
BIASED = Noise(deviation=0.05, bias=0.04)
NOISES = {"quiet": QUIET, "usual": USUAL, "loud": LOUD, "hostile": HOSTILE, "biased": BIASED}


FINE_BAR = 0.02
"""Screen and confirmation may each exclude a true +10% wrongly in 1 of 100."""


def recorded(paths: Iterable[Path]) -> Noise:
    """The noise of recorded comparisons: what is left of each launch pair's CPU per request after the fit.

    Scaled up by what the fit took, as sqrt(n / (n - 2)).
    """
    found: list[float] = []
    for path in paths:
        run = read(path)
        for each in run.plan.pairings:
            for stage in sorted(stages(run, each)):
                found += residuals(paired_differences(matched_trials(run, each, stage), CPU))
    return Noise(deviation=float(np.std(found)), residuals=tuple(found))


def residuals(pairs: Sequence[PairedDifference]) -> list[float]:
    """Differences less their mean by order, scaled."""
    left = []
    for order in (1, -1):
        worse = np.asarray([pair.worse for pair in pairs if pair.order == order])
        left += ((worse - worse.mean()) * math.sqrt(len(pairs) / (len(pairs) - 2))).tolist()
    return left


@cache
def pairing(number: int) -> Pairing:
    cell = Cell(
        framework=f"cell{number}", server="uvicorn-standard", interface=Interface.ASGI, scenario="json"
    )
    return Pairing(base=cell, head=cell)


def launch_pairs(
    random: np.random.Generator, noise: Noise, delta: float, count: int
) -> list[PairedDifference]:
    """Differences of ``count`` pairs, of every two of which one begins with the base."""
    orders = [order for _ in range((count + 1) // 2) for order in random.permutation([1, -1]).tolist()][
        :count
    ]
    place = noise.bias + noise.drift / max(2 * count - 1, 1)
    spread = (
        random.choice(noise.residuals, count) * random.choice([-1, 1], count)
        if noise.residuals
        else random.normal(0, noise.deviation, count)
    )
    worse = delta + spread + place * np.asarray(orders)
    hit = random.random(count) < noise.foreign
    worse = worse + hit * random.choice([-1, 1], count) * np.log1p(random.uniform(0.1, 0.3, count))
    return [
        PairedDifference(number=n, worse=float(each), order=order)
        for n, (each, order) in enumerate(zip(worse, orders, strict=True))
    ]


def load_tier(
    random: np.random.Generator, noise: Noise, deltas: list[float], pairs_budget: int = BUDGET
) -> list[JudgedChange]:
    """Screen, confirmation and verdict of cells whose true differences are ``deltas``."""
    screens = [_change(random, noise, delta, GateStage.SCREEN, 8, n) for n, delta in enumerate(deltas)]
    chosen = sorted((each for each in screens if is_suspicious(each, DEFAULTS)), key=suspicion)
    counts = shared_out([each.estimate for each in chosen if each.estimate], pairs_budget)
    fresh = {each.pairing: count for each, count in zip(chosen, counts, strict=True) if count}
    rows = []
    for number, (change, delta) in enumerate(zip(screens, deltas, strict=True)):
        if count := fresh.get(change.pairing):
            again = _change(random, noise, delta, GateStage.CONFIRM, count, number)
            rows.append(JudgedChange.from_change(again, DEFAULTS.effects_of(CPU)))
        else:
            row = JudgedChange.from_change(change, DEFAULTS.effects_of(CPU))
            rows.append(screened(row, DEFAULTS, len(deltas)))
    return corrected(rows)


def _change(  # noqa: PLR0917 - a simulation's own
    random: np.random.Generator, noise: Noise, delta: float, stage: GateStage, count: int, number: int
) -> Change:
    estimate = paired(launch_pairs(random, noise, delta, count))
    return Change(pairing=pairing(number), metric=CPU, stage=stage, estimate=estimate)


def cost_tier(
    random: np.random.Generator, deviation: float, deltas: list[float]
) -> tuple[list[JudgedChange], float]:
    """Verdicts of cells counted until they are sure enough; and the mean counts a side."""
    rows, counts = [], 0
    for number, delta in enumerate(deltas):
        values: tuple[list[float], list[float]] = [], []
        estimate: Estimate | None = None
        while more := more_counts(estimate, len(values[0])):
            for side, shift in zip(values, (0.0, delta), strict=True):
                side.extend(np.exp(shift + random.normal(0, deviation, more)).tolist())
            estimate = moderated(*values, prior_deviation=REPEAT_DEVIATION, prior_freedom=REPEAT_FREEDOM)
        counts += len(values[0])
        change = Change(pairing=pairing(number), metric=COST, estimate=estimate)
        rows.append(JudgedChange.from_change(change, DEFAULTS.effects_of(COST)))
    return corrected(rows), counts / len(deltas)


def false_runs(seed: int, noise: Noise, runs: int, cells: int = 12) -> float:
    """Share of A/A runs in which any cell is called a regression or stops the gate."""
    random = np.random.default_rng(seed)
    alarms = {Verdict.REGRESSION, Verdict.UNMEASURED}
    found = (
        any(row.verdict in alarms for row in load_tier(random, noise, [0.0] * cells)) for _ in range(runs)
    )
    return sum(found) / runs


def verdicts(seed: int, noise: Noise, effect: float, tries: int) -> dict[str, float]:
    """Shares of fine, regression and inconclusive for one cell that got worse by ``effect``."""
    random = np.random.default_rng(seed)
    said = Counter(_said(load_tier(random, noise, [math.log1p(effect)])[0]) for _ in range(tries))
    return {word: said[word] / tries for word in (REGRESSION, OTHER, FINE)}


def _said(row: JudgedChange) -> str:
    if row.verdict in {Verdict.REGRESSION, Verdict.FINE}:
        return str(row.verdict)
    return OTHER


def coverage(seed: int, noise: Noise, tries: int, pairs: int = 8) -> float:
    """Share of 95% intervals that hold the truth."""
    random = np.random.default_rng(seed)
    return sum(_covers(random, noise, pairs) for _ in range(tries)) / tries


def _covers(random: np.random.Generator, noise: Noise, pairs: int) -> bool:
    delta = float(random.uniform(-0.3, 0.3))
    found = paired(launch_pairs(random, noise, delta, pairs))
    assert found is not None
    low, high = found.bounds()
    return low <= delta <= high


def cost_found(
    seed: int, deviation: float, effect: float, tries: int, cells: int = 40
) -> tuple[float, float]:
    """Share of tries in which one cell of many, worse by ``effect``, is found; and the mean counts a side."""
    random = np.random.default_rng(seed)
    found, counts = 0, 0.0
    for _ in range(tries):
        rows, mean = cost_tier(random, deviation, [math.log1p(effect)] + [0.0] * (cells - 1))
        found += rows[0].verdict == Verdict.REGRESSION
        counts += mean
    return found / tries, counts / tries


def cost_alarms(seed: int, deviation: float, tries: int, cells: int = 40) -> float:
    """Share of A/A tries in which any cell is called a regression."""
    random = np.random.default_rng(seed)
    found = (
        any(row.verdict == Verdict.REGRESSION for row in cost_tier(random, deviation, [0.0] * cells)[0])
        for _ in range(tries)
    )
    return sum(found) / tries


def figures(
    scale: int, seed: int = 20261124, noises: Mapping[str, Noise] = NOISES
) -> Iterator[tuple[str, str, str, bool]]:
    """What, found, bar, and whether it was reached."""
    for name, noise in noises.items():
        share = false_runs(seed, noise, 10 * scale)
        yield f"A/A load runs of 12 cells with an alarm, {name}", f"{share:.2%}", "<= 1%", share <= 0.01
    for name, noise in noises.items():
        share = coverage(seed, noise, 40 * scale)
        yield f"95% intervals that hold the truth, {name}", f"{share:.1%}", "93 to 97%", 0.93 <= share <= 0.97
    for name, noise in noises.items():
        for effect, bar in ((0.10, 0.7), (0.20, 0.99)):
            said = verdicts(seed, noise, effect, 10 * scale)
            shown = ", ".join(f"{word} {share:.1%}" for word, share in said.items())
            expected = name in {"quiet", "usual", "biased"}
            wanted = f"regression >= {bar:.0%}, " * expected + f"fine <= {FINE_BAR:.0%}"
            reached = said[FINE] <= FINE_BAR and (said[REGRESSION] >= bar or not expected)
            yield f"CPU +{effect:.0%}, {name}", shown, wanted, reached
    for deviation in (0.001, 0.002, 0.003):
        found, counts = cost_found(seed, deviation, 0.01, scale)
        what = (
            f"cost +1% in one of 40 cells found, repeats vary by {deviation:.1%} ({counts:.1f} counts a side)"
        )
        yield what, f"{found:.1%}", ">= 99.5%", found >= 0.995
        alarms = cost_alarms(seed, deviation, scale)
        yield (
            f"A/A cost tries of 40 cells with an alarm, {deviation:.1%}",
            f"{alarms:.2%}",
            "<= 1%",
            alarms <= 0.01,
        )


def main() -> None:
    """Print every figure beside its bar; exit code 1 where one is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=int, default=200, help="tries; runs are ten times as many")
    parser.add_argument(
        "--recorded", type=Path, nargs="*", default=[], help="recorded comparisons whose noise is tried too"
    )
    options = parser.parse_args()
    noises = NOISES | ({"recorded": recorded(options.recorded)} if options.recorded else {})
    missed = 0
    for what, found, bar, reached in figures(options.scale, noises=noises):
        print(f"{'ok  ' if reached else 'MISS'} {what}: {found} (bar: {bar})", flush=True)
        missed += not reached
    raise SystemExit(bool(missed))


if __name__ == "__main__":
    main()
