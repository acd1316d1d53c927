"""Ratios of a recorded run as its report has them, and the turns that they rest on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from report.analysis.metrics import THROUGHPUT
from report.analysis.summary import fit_metric, summarise
from report.analysis.workload import Workload, workload_of
from report.stats.levels import CONFIDENCE, student
from report.stats.stack_fit import Contrast, StackFit
from results.model import Run
from tests.benchmarks.turn_levels import Heat, StackTurns


@dataclass(frozen=True, slots=True, kw_only=True)
class PairRatio:
    """Throughput of two stacks on the same server variant under one workload."""

    workload: Workload
    pair: tuple[str, str]
    """Slugs of their cells."""
    shown: Contrast
    """As it decides: pooled, or by the pair's own variance where launches do not vary alike."""
    pooled: Contrast
    own: Contrast


def half_width(contrast: Contrast) -> float:
    """Of its 95% interval, log scale; NaN without freedom."""
    return student(CONFIDENCE, contrast.freedom) * contrast.error if contrast.freedom > 0 else float("nan")


def heats_of(run: Run) -> Mapping[Workload, tuple[Heat, ...]]:
    """Turns of a run, by workload and heat."""
    legs: defaultdict[Workload, defaultdict[tuple[int, int], list[StackTurns]]]
    legs = defaultdict(lambda: defaultdict(list))
    for trial in run.trials:
        if trial.turns is not None:
            leg = StackTurns(stack=trial.cell.stack, variant=trial.cell.server, turns=trial.turns)
            legs[workload_of(trial.cell, in_turns=True)][trial.block, trial.heat].append(leg)
    return {
        workload: tuple(Heat(number=number, legs=tuple(own)) for number, own in by_heat.items())
        for workload, by_heat in legs.items()
    }


def same_server_ratios(run: Run) -> Iterator[PairRatio]:
    """Every two stacks on one server variant, in every workload measured in turns; without the control."""
    summaries = summarise(run)
    cells = {cell.slug: cell for cell in run.plan.cells}
    for workload in dict.fromkeys(summary.workload for summary in summaries if summary.workload.in_turns):
        together = fit_metric(summaries, THROUGHPUT, workload, within_servers=True)
        for a, b in combinations(together.fit.stacks if together else (), 2):
            first, second = cells[a], cells[b]
            if together and first.server == second.server and not (first.control or second.control):
                yield _pair_ratio(workload, together.fit, a, b)


def _pair_ratio(workload: Workload, fit: StackFit, a: str, b: str) -> PairRatio:
    return PairRatio(
        workload=workload,
        pair=(a, b),
        shown=fit.difference(a, b),
        pooled=fit.by_pooled_error(a, b),
        own=fit.by_own_error(a, b) or fit.difference(a, b),
    )
