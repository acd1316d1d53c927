"""By how much one metric of one pairing changed from base to head, or why that cannot be said."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from report import fmt
from report.analysis import flags, validity
from report.analysis.summary import Metric
from report.analysis.two_sides import matching
from report.analysis.two_sides.matching import COST, CPU, MatchedTrials, UnusableError
from report.analysis.two_sides.tolerances import REPEAT_DEVIATION, REPEAT_FREEDOM, Tolerances
from report.stats.levels import Level, mean_of_logs
from report.stats.two_samples import Estimate, moderated, paired
from results.model import CostRecord, GateStage, Pairing, Run, Trial

_UNREMARKABLE = {"few-samples", "one-cpu"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One metric of one pairing."""

    pairing: Pairing
    metric: Metric
    stage: GateStage = GateStage.NONE
    """Of the launch pairs that it rests on: ``screen``, ``confirm``, or empty."""
    estimate: Estimate | None = None
    """How much worse head is; None where ``reason`` says why there is none."""
    base: float | None = None
    """Geometric mean, in the metric's unit."""
    head: float | None = None
    unit: str = "launch pair"
    """What it rests on: ``launch pair``, ``count`` or ``block``."""
    reason: str = ""
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


def cost_change(run: Run, pairing: Pairing, tolerances: Tolerances) -> Change:
    """Instructions per request, by repeats."""
    empty = Change(pairing=pairing, metric=COST, unit="count")
    base, head = matching.costs(run, pairing)
    try:
        return filled(empty, *_cost(base, head, tolerances))
    except UnusableError as error:
        return replace(empty, reason=str(error))


def load_change(
    run: Run, pairing: Pairing, metric: Metric, stage: GateStage, tolerances: Tolerances
) -> Change:
    """A metric under load, by launch pairs of one stage."""
    measured = matching.matched(run, pairing, stage)
    notes = (*_fewer(run, measured, stage), *_notes(run, measured))
    empty = Change(pairing=pairing, metric=metric, stage=stage, notes=notes)
    try:
        estimate = _load(measured, metric, tolerances)
    except UnusableError as error:
        return replace(empty, reason=str(error))
    base, head = ([matching.value(trial, metric) for trial in side] for side in _by_side(measured))
    return filled(empty, estimate, (base, head))


def _cost(
    base: Sequence[CostRecord], head: Sequence[CostRecord], tolerances: Tolerances
) -> tuple[Estimate, tuple[list[float], list[float]]]:
    for name, records in (("base", base), ("head", head)):
        if not records:
            raise UnusableError(f"{name} was not counted")
    _same(
        "was counted by different tools",
        [(each.counter, each.tool, each.hash_seed) for each in (*base, *head)],
    )
    values = matching.cost_values(base), matching.cost_values(head)
    estimate = moderated(*values, prior_deviation=REPEAT_DEVIATION, prior_freedom=REPEAT_FREEDOM)
    if estimate is None or estimate.n < tolerances.min_repeats:
        fewest = fmt.counted(min(len(base), len(head)), "count")
        raise UnusableError(f"{fewest} of a side; {tolerances.min_repeats} are needed")
    return estimate, values


def _load(measured: Sequence[MatchedTrials], metric: Metric, tolerances: Tolerances) -> Estimate:
    found = matching.pairs(measured, metric)
    if len(found) < tolerances.min_pairs:
        counted = fmt.counted(len(found), "launch pair")
        raise UnusableError(
            f"{counted}; {tolerances.min_pairs} are needed" if found else "it was not measured"
        )
    for pair in measured:
        _same("was measured by different means", [_means(pair.base), _means(pair.head)])
    if metric == CPU and (busy := matching.too_idle(measured)) is not None:
        wanted = f"CPU per request is compared only from {100 * validity.SATURATED:.0f}%"
        raise UnusableError(f"the server was only {100 * busy:.0f}% busy; {wanted}")
    estimate = paired(found)
    if estimate is None:
        raise UnusableError("one side came first in all launch pairs: a bias of place cannot be told apart")
    return estimate


def _means(trial: Trial) -> tuple[object, ...]:
    return trial.server_cpu_source, trial.windows


def _same(what: str, facts: Iterable[object]) -> None:
    if len(different := sorted({str(fact) for fact in facts})) > 1:
        raise UnusableError(f"configuration changed: it {what}: {' and '.join(different)}")


def filled(empty: Change, estimate: Estimate, values: tuple[list[float], list[float]]) -> Change:
    """``empty`` with its estimate and the geometric means of both sides' values."""
    base, head = (math.exp(mean_of_logs(side).mean) for side in values)
    return replace(empty, estimate=estimate, base=base, head=head)


def _by_side(measured: Sequence[MatchedTrials]) -> tuple[list[Trial], list[Trial]]:
    return [each.base for each in measured], [each.head for each in measured]


def _fewer(run: Run, measured: Sequence[MatchedTrials], stage: GateStage) -> tuple[str, ...]:
    """That the run ended before all planned pairs were measured; a confirmation has no plan of its own."""
    planned = run.plan.setup.blocks
    if stage == GateStage.CONFIRM or not 0 < len(measured) < planned:
        return ()
    return (f"only {len(measured)} of {fmt.counted(planned, 'planned launch pair')} measured",)


def _notes(run: Run, measured: Sequence[MatchedTrials]) -> tuple[str, ...]:
    """Flags of its trials, with how many carry each."""
    trials = [each for pair in measured for each in (pair.base, pair.head)]
    found = Counter(
        flag.word
        for trial in trials
        for flag in flags.flag_trial(trial, run.plan.setup, run.plan.ceilings)
        if flag.name not in _UNREMARKABLE
    )
    return tuple(f"{word} ({count} of {len(trials)} trials)" for word, count in found.items())
