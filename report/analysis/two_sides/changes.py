"""By how much one metric of one pairing changed from base to head, or why that cannot be said."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from report import fmt
from report.analysis import flags
from report.analysis.metric_types import Metric
from report.analysis.two_sides.pairings import MatchedTrials, counts, matched_trials
from report.analysis.two_sides.tolerances import REPEAT_DEVIATION, REPEAT_FREEDOM, Tolerances
from report.analysis.two_sides.trial_values import (
    UnusableError,
    count_values,
    pair_values,
    paired_differences,
    too_few_requests,
    too_idle,
)
from report.analysis.validity import saturated_from
from report.stats.levels import Level, mean_of_logs
from report.stats.two_samples import Estimate, moderated, paired
from results.model import CostRecord, GateStage, Pairing, Run, SideName, Trial

_UNREMARKABLE = {"one-cpu"}
"""Flags that are no doubt about a difference between two sides."""


class Basis(StrEnum):
    """What a difference rests on, as it is called in a sentence."""

    LAUNCH_PAIR = "launch pair"
    COUNT = "count"
    BLOCK = "block"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One metric of one pairing."""

    pairing: Pairing
    metric: Metric
    stage: GateStage = GateStage.NONE
    """Stage of the launch pairs that it rests on; none in a comparison without a gate."""
    estimate: Estimate | None = None
    """How much worse head is; None where ``reason`` says why there is none."""
    base: float | None = None
    """Geometric mean, in the metric's unit."""
    head: float | None = None
    """Geometric mean, in the metric's unit."""
    basis: Basis = Basis.LAUNCH_PAIR
    """What the estimate rests on."""
    reason: str = ""
    """Why there is no estimate."""
    notes: tuple[str, ...] = ()
    """Doubts about what it rests on, in words."""

    @property
    def ratio(self) -> Level | None:
        """head/base with its 95% interval, in the metric's own direction."""
        if self.estimate is None:
            return None
        sign = -1 if self.metric.higher_is_better else 1
        low, high = sorted(math.exp(sign * bound) for bound in self.estimate.bounds())
        value = math.exp(sign * self.estimate.mean)
        return Level(value=value, low=low, high=high, n=self.estimate.n)


def count_change(run: Run, pairing: Pairing, metric: Metric, tolerances: Tolerances) -> Change:
    """A metric that is counted, by repeats."""
    empty = Change(pairing=pairing, metric=metric, basis=Basis.COUNT)
    base, head = counts(run, pairing)
    try:
        values = _count_values(base, head, metric)
        return with_estimate(empty, _of_counts(*values, tolerances), values)
    except UnusableError as error:
        return replace(empty, reason=str(error))


def load_change(
    run: Run, pairing: Pairing, metric: Metric, stage: GateStage, tolerances: Tolerances
) -> Change:
    """A metric under load, by launch pairs of one stage."""
    pairs = matched_trials(run, pairing, stage)
    notes = (*_missing_pairs(run, pairs, stage), *_flag_notes(run, pairs))
    empty = Change(pairing=pairing, metric=metric, stage=stage, notes=notes)
    try:
        estimate = _of_pairs(pairs, metric, stage, tolerances)
    except UnusableError as error:
        return replace(empty, reason=str(error))
    base, head = (list(side) for side in zip(*(pair_values(pair, metric) for pair in pairs), strict=True))
    return with_estimate(empty, estimate, (base, head))


def with_estimate(empty: Change, estimate: Estimate, values: tuple[list[float], list[float]]) -> Change:
    """``empty`` with its estimate and the geometric means of base's and head's values."""
    base, head = (math.exp(mean_of_logs(side).mean) for side in values)
    return replace(empty, estimate=estimate, base=base, head=head)


def _count_values(
    base: Sequence[CostRecord], head: Sequence[CostRecord], metric: Metric
) -> tuple[list[float], list[float]]:
    for name, records in ((SideName.BASE, base), (SideName.HEAD, head)):
        if not records:
            raise UnusableError(f"{name} was not counted")
    _check_same(
        "was counted by different tools",
        [(record.counter, record.tool, record.hash_seed) for record in (*base, *head)],
    )
    return count_values(base, metric), count_values(head, metric)


def _of_counts(base: Sequence[float], head: Sequence[float], tolerances: Tolerances) -> Estimate:
    estimate = moderated(base, head, prior_deviation=REPEAT_DEVIATION, prior_freedom=REPEAT_FREEDOM)
    if estimate is None or estimate.n < tolerances.min_repeats:
        fewest = fmt.counted(min(len(base), len(head)), "count")
        raise UnusableError(f"{fewest} of a side; {tolerances.min_repeats} are needed")
    return estimate


def _of_pairs(
    pairs: Sequence[MatchedTrials], metric: Metric, stage: GateStage, tolerances: Tolerances
) -> Estimate:
    differences = paired_differences(pairs, metric)
    if not differences:
        raise UnusableError("it was not measured")
    if len(differences) < tolerances.min_pairs:
        measured = fmt.counted(len(differences), "launch pair")
        raise UnusableError(f"{measured}; {tolerances.min_pairs} are needed")
    if reason := too_few_requests(metric, pairs, stage):
        raise UnusableError(reason)
    for pair in pairs:
        _check_same("was measured by different means", [_means(pair.base), _means(pair.head)])
    if metric.at_equal_load and (busy := too_idle(pairs)) is not None:
        wanted = f"{metric.noun} is compared only from {100 * saturated_from(pairs[0].head):.0f}%"
        raise UnusableError(f"the server was only {100 * busy:.0f}% busy; {wanted}")
    estimate = paired(differences)
    if estimate is None:
        raise UnusableError("one side came first in all launch pairs: a bias of place cannot be told apart")
    return estimate


def _means(trial: Trial) -> tuple[object, ...]:
    return trial.server_cpu_source, trial.windows, *(("turns",) if trial.turns else ())


def _check_same(what: str, facts: Iterable[object]) -> None:
    """UnusableError where ``facts`` differ, which says ``what`` differs."""
    if len(different := sorted({str(fact) for fact in facts})) > 1:
        raise UnusableError(f"configuration changed: it {what}: {' and '.join(different)}")


def _missing_pairs(run: Run, pairs: Sequence[MatchedTrials], stage: GateStage) -> tuple[str, ...]:
    """That the run ended before all planned pairs were measured; a confirmation has no plan of its own."""
    planned = run.plan.setup.blocks
    if stage == GateStage.CONFIRM or not 0 < len(pairs) < planned:
        return ()
    return (f"only {len(pairs)} of {fmt.counted(planned, 'planned launch pair')} measured",)


def _flag_notes(run: Run, pairs: Sequence[MatchedTrials]) -> tuple[str, ...]:
    """Flags of the trials of ``pairs``, with how many carry each."""
    trials = [trial for pair in pairs for trial in (pair.base, pair.head)]
    counts_by_word = Counter(
        flag.word
        for trial in trials
        for flag in flags.flag_trial(trial, run.plan.setup, run.plan.ceilings)
        if flag.name not in _UNREMARKABLE
    )
    return tuple(f"{word} ({count} of {len(trials)} trials)" for word, count in counts_by_word.items())
