"""The gate's decisions on made-up noise, many times over: false alarms, power, coverage, beside their bars.

``python -m tests.benchmarks.gate_simulation`` runs the long form and prints each figure; tests a short one.
"""

from __future__ import annotations

import argparse
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from report.analysis.gate.judge import is_suspicious, screened
from report.analysis.gate.still_to_measure import more_counts, shared_out, suspicion
from report.analysis.metric_types import Metric
from report.analysis.metrics import COST, CPU, MEDIAN, P99, THROUGHPUT
from report.analysis.two_sides.changes import Change
from report.analysis.two_sides.deciding import Deciding
from report.analysis.two_sides.judged_changes import JudgedChange, corrected
from report.analysis.two_sides.tolerances import DEFAULTS, REPEAT_DEVIATION, REPEAT_FREEDOM
from report.analysis.two_sides.verdicts import Verdict
from report.stats.two_samples import Estimate, moderated, paired
from results.model import Cell, GateStage, Interface, Load, Pairing
from tests.benchmarks.gate_noise import NOISES, QUIET, Noise, launch_pairs, recorded

BUDGET = 60
"""Launch pairs that 8 minutes leave after the screen of a dozen cells."""
FINE, REGRESSION, OTHER = "fine", "regression", "inconclusive"
FINE_BAR = 0.01
"""What must not pass may be excluded wrongly in 1 of 100, in both stages together."""
SATURATED, WAITS = CPU, THROUGHPUT
"""By which a cell's closed load is judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What became of one cell: shares by which it got worse."""

    judged_by: Metric = SATURATED
    closed: float = 0.0
    """In CPU per request of a saturated server, or in throughput of one that waits."""
    median: float = 0.0
    p99: float = 0.0

    def loads(self) -> tuple[dict[Metric, float], dict[Metric, float]]:
        """Metrics that decide, and the logarithm of what became of each: of closed and of open load."""
        closed = {self.judged_by: math.log1p(self.closed)}
        return closed, {MEDIAN: math.log1p(self.median), P99: math.log1p(self.p99)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a gate's load tier came to."""

    rows: list[JudgedChange]
    fresh: dict[Load, int]
    """Fresh pairs of closed and of open load."""

    def row(self, number: int, metric: Metric) -> JudgedChange:
        """The row of one cell's metric."""
        return next(
            row
            for row in self.rows
            if row.change.metric is metric and row.change.pairing.head.framework == f"cell{number}"
        )


SAME = Truth()
SCREEN_PAIRS = 5
BOTH_S, CLOSED_S, OPEN_S = 4.4, 2.9, 2.5
"""What a launch pair takes under both loads, or under one, on a machine with nothing else to do."""
BEFORE_S = 3.0
"""What a cell takes before it: its capacity told, and both sides verified."""


@cache
def pairing(number: int, load: Load = Load.CLOSED) -> Pairing:
    cell = Cell(
        framework=f"cell{number}",
        server="uvicorn-standard",
        interface=Interface.ASGI,
        scenario="json",
        load=load,
    )
    return Pairing(base=cell, head=cell)


def load_tier(
    random: np.random.Generator, noise: Noise, cells: Sequence[Truth], pairs_budget: int = BUDGET
) -> Judged:
    """Screen, confirmation and verdict of cells that became what ``cells`` say."""
    truths = {
        pairing(number, load): deltas
        for number, truth in enumerate(cells)
        for load, deltas in zip((Load.CLOSED, Load.OPEN), truth.loads(), strict=True)
    }
    screens = _measured(random, noise, truths, dict.fromkeys(truths, SCREEN_PAIRS), GateStage.SCREEN)
    worst: dict[Pairing, Change] = {}
    for change in sorted(screens, key=suspicion):
        if is_suspicious(change, DEFAULTS):
            worst.setdefault(change.pairing, change)
    wanted = [(change.estimate, change.metric) for change in worst.values() if change.estimate]
    shares = dict(zip(worst, shared_out(wanted, pairs_budget), strict=True))
    fresh = {chosen: count for chosen, count in shares.items() if count}
    confirmed = _measured(random, noise, truths, fresh, GateStage.CONFIRM)
    final = [change for change in screens if change.pairing not in fresh] + confirmed
    rows = [row_of(change) for change in final]
    return Judged(
        rows=corrected(
            screened(row, DEFAULTS, len(rows)) if row.change.stage == GateStage.SCREEN else row
            for row in rows
        ),
        fresh={
            load: sum(count for chosen, count in fresh.items() if chosen.head.load == load)
            for load in (Load.CLOSED, Load.OPEN)
        },
    )


def row_of(change: Change) -> JudgedChange:
    deciding = Deciding(names=frozenset({change.metric.name}))
    return JudgedChange.from_change(change, DEFAULTS.effects_of(change.metric), deciding)


def _measured(
    random: np.random.Generator,
    noise: Noise,
    truths: Mapping[Pairing, Mapping[Metric, float]],
    pairs: Mapping[Pairing, int],
    stage: GateStage,
) -> list[Change]:
    return [
        Change(
            pairing=chosen,
            metric=metric,
            stage=stage,
            estimate=paired(launch_pairs(random, noise, delta, count, metric)),
        )
        for chosen, count in pairs.items()
        for metric, delta in truths[chosen].items()
    ]


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
        rows.append(row_of(change))
    return corrected(rows), counts / len(deltas)


def false_runs(seed: int, noise: Noise, runs: int, truth: Truth = SAME, cells: int = 12) -> float:
    """Share of runs of cells that became ``truth`` in which any is called a regression or stops the gate."""
    random = np.random.default_rng(seed)
    alarms = {Verdict.REGRESSION, Verdict.UNMEASURED}
    found = (
        any(row.verdict in alarms for row in load_tier(random, noise, [truth] * cells).rows)
        for _ in range(runs)
    )
    return sum(found) / runs


def minutes(seed: int, noise: Noise, runs: int, cells: int = 12) -> float:
    """Mean duration of the load tier where nothing changed, by what a launch pair takes."""
    random = np.random.default_rng(seed)
    fresh = [load_tier(random, noise, [SAME] * cells).fresh for _ in range(runs)]
    pairs = {load: sum(counts[load] for counts in fresh) / runs for load in (Load.CLOSED, Load.OPEN)}
    seconds = cells * (BEFORE_S + SCREEN_PAIRS * BOTH_S)
    return (seconds + pairs[Load.CLOSED] * CLOSED_S + pairs[Load.OPEN] * OPEN_S) / 60


def verdicts(
    seed: int, noise: Noise, truth: Truth, tries: int, metric: Metric = CPU, *, others: int = 0
) -> dict[str, float]:
    """Shares of fine, regression and inconclusive in ``metric`` for one cell that became ``truth``.

    ``others`` cells beside it stayed the same.
    """
    random, cells = np.random.default_rng(seed), [truth] + [SAME] * others
    said = Counter(_said(load_tier(random, noise, cells).row(0, metric)) for _ in range(tries))
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
    estimate = paired(launch_pairs(random, noise, delta, pairs))
    assert estimate is not None
    low, high = estimate.bounds()
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A change that is to be found."""

    title: str
    truth: Truth
    metric: Metric = CPU
    bar: float
    """Share of tries in which it is called a regression, in quiet noise, with another cell beside it."""
    must_not_pass: bool = False
    """Whether it is as large as what must not pass, so that it is hardly ever called fine."""


CASES = (
    Case(title="CPU +3%", truth=Truth(closed=0.03), bar=0.7),
    Case(title="CPU +4.5%", truth=Truth(closed=0.045), bar=0.9),
    Case(title="CPU +6%", truth=Truth(closed=0.06), bar=0.99, must_not_pass=True),
    Case(title="CPU +10%", truth=Truth(closed=0.10), bar=0.99, must_not_pass=True),
    Case(
        title="throughput of a waiting server -9%",
        truth=Truth(judged_by=WAITS, closed=0.10),
        metric=WAITS,
        bar=0.95,
        must_not_pass=True,
    ),
    Case(title="median +25%", truth=Truth(median=0.25), metric=MEDIAN, bar=0.9, must_not_pass=True),
    Case(title="p99 +50%", truth=Truth(p99=0.5), metric=P99, bar=0.6, must_not_pass=True),
    Case(title="p99 doubled", truth=Truth(p99=1.0), metric=P99, bar=0.95, must_not_pass=True),
)


def figures(
    scale: int, seed: int = 20261124, noises: Mapping[str, Noise] = NOISES
) -> Iterator[tuple[str, str, str, bool]]:
    """What, found, bar, and whether it was reached."""
    for name, noise in noises.items():
        for kind, truth in (("saturated", SAME), ("waiting", Truth(judged_by=WAITS))):
            share = false_runs(seed, noise, 10 * scale, truth)
            what = f"A/A load runs of 12 {kind} cells with an alarm, {name}"
            yield what, f"{share:.2%}", "<= 1%", share <= 0.01
        share = coverage(seed, noise, 40 * scale)
        yield f"95% intervals that hold the truth, {name}", f"{share:.1%}", "93 to 97%", 0.93 <= share <= 0.97
        for case in CASES:
            said = verdicts(seed, noise, case.truth, 10 * scale, case.metric, others=1)
            shown = ", ".join(f"{word} {share:.1%}" for word, share in said.items())
            expected, bounded = name in {"quiet", "biased"}, case.must_not_pass
            wanted = [f"regression >= {case.bar:.0%}"] * expected + [f"fine <= {FINE_BAR:.0%}"] * bounded
            reached = (said[FINE] <= FINE_BAR or not bounded) and (
                said[REGRESSION] >= case.bar or not expected
            )
            yield f"{case.title}, {name}", shown, ", ".join(wanted) or "none", reached
    spent = minutes(seed, QUIET, scale)
    yield "minutes of 12 sentinels that stayed the same, quiet", f"{spent:.1f}", "<= 8", spent <= 8
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
