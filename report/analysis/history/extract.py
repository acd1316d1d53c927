"""What a history keeps of a run: its plan without cells, and one number with interval of each series."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from report.analysis.contenders import is_floor
from report.analysis.costs import holds_costs, summarise_costs
from report.analysis.metric_types import Metric
from report.analysis.metrics import COST, P99, THROUGHPUT
from report.analysis.summary import Summary, fit_metric, is_reference, summarise
from results.model import Cell, Int64, Load, Plan, PlanKind, Run

RATIOS: dict[Load, Metric] = {Load.CLOSED: THROUGHPUT, Load.OPEN: P99}
"""By load: what stacks that were asked the same are held against each other by."""
METRICS: dict[str, Metric] = {metric.name: metric for metric in (*RATIOS.values(), COST)}
"""By name: what series are of."""
KINDS = (PlanKind.RUN, PlanKind.COST)
"""Kinds of run that have numbers for a history."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """What one run adds to one series."""

    cell: Cell
    other: Cell | None
    """What ``value`` is the ratio to; None: it is absolute."""
    metric: str
    """Name of one of ``METRICS``."""
    in_turns: bool = False
    """Whether it was measured in turns, or in whole windows; of counts always False."""
    value: float
    low: float | None = None
    high: float | None = None
    n: Int64 = 1
    """Blocks, or counts, that the interval rests on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunExtract:
    """What a history needs of a run, some thousandths of its record."""

    plan: Plan
    """Without command line, cells, order and whatever else is as long as the run is large."""
    measurements: tuple[Measurement, ...]


def extract_run(run: Run, summaries: Iterable[Summary] | None = None) -> RunExtract:
    """What a history keeps of ``run``; ``summaries`` are of all its cells, made where they are not given.

    A run that compares two sides, or looks at lifecycles, has no measurement.
    """
    measurements: tuple[Measurement, ...] = ()
    if run.plan.kind in KINDS and not run.plan.pairings:
        known = summarise(run) if summaries is None else tuple(summaries)
        measurements = (*_ratios(known, run.plan), *_counts(run))
    return RunExtract(
        plan=replace(
            run.plan,
            setup=replace(run.plan.setup, command=()),
            cells=(),
            order=(),
            not_applicable=(),
            capacities_rps={},
            capacity_windows_rps={},
            ceilings=(),
        ),
        measurements=measurements,
    )


def _ratios(summaries: Sequence[Summary], plan: Plan) -> Iterator[Measurement]:
    """Of every stack to one of those that were asked the same, whatever server either is on."""
    for workload in dict.fromkeys(summary.workload for summary in summaries):
        metric = RATIOS.get(workload.load)
        if metric is None:
            continue
        members = [
            summary.cell
            for summary in summaries
            if summary.workload == workload
            and not summary.cell.control
            and summary.metric_summaries[metric.name].comparable
        ]
        together = fit_metric(summaries, metric, workload, within_servers=False)
        other = _chosen(members, plan)
        for cell in members:
            ratio = together.ratio(cell, other) if together and other and cell != other else None
            if ratio is not None:
                yield Measurement(
                    cell=cell,
                    other=other,
                    metric=metric.name,
                    in_turns=workload.in_turns,
                    value=ratio.value,
                    low=ratio.low,
                    high=ratio.high,
                    n=ratio.n,
                )


def _chosen(members: Sequence[Cell], plan: Plan) -> Cell | None:
    """The reference stack; else the first floor by name, as floors change least; else the first by name."""
    frozen = [cell for cell in members if is_reference(cell, plan)]
    floors = [cell for cell in members if is_floor(cell)]
    return min(frozen or floors or members, key=lambda cell: cell.slug, default=None)


def _counts(run: Run) -> Iterator[Measurement]:
    """Instructions per request of every cell that was counted."""
    for count in summarise_costs(run).counts if holds_costs(run) else ():
        if count.level is not None:
            yield Measurement(
                cell=count.cell,
                other=None,
                metric=COST.name,
                value=count.level.value,
                low=count.level.low,
                high=count.level.high,
                n=count.level.n,
            )
