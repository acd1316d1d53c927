"""What a run says of each cell: levels with intervals, merged latencies, flags, or why there is nothing."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from report.analysis import metrics
from report.analysis.flags import CATALOGUE, Flag
from report.analysis.frames import Frames, build_frames
from report.analysis.metric_summaries import CellRows, MetricSummary, rows_by_cell, summarise_metric
from report.analysis.metric_types import Metric
from report.analysis.services import ServiceUse, service_uses
from report.analysis.together import Together, fit_together
from report.analysis.workload import Workload, cells_in_turns, shares_of_capacity, workload_of
from report.stats.levels import Level
from results.model import SERVED_SHARE, Cell, Failure, FailureStage, Load, Plan, Run, Trial


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Everything that was found out about one cell."""

    cell: Cell
    in_turns: bool = False
    """Whether it was measured in the turns of relays, or would have been; else in whole windows."""
    n_trials: int = 0
    n_blocks: int = 0
    requests: int = 0
    metric_summaries: Mapping[str, MetricSummary] = field(default_factory=dict)
    """By the name of the metric, always all of ``metrics.timed_metrics()``."""
    curve_q: tuple[float, ...] = ()
    """Percentiles of the merged histogram, evenly spaced on a 1/(1-p) axis, cut where samples end."""
    curve_us: tuple[float, ...] = ()
    utilisation: float | None = None
    """Median over trials."""
    services: tuple[ServiceUse, ...] = ()
    """What it took of what its server talks to."""
    errors: Mapping[str, int] = field(default_factory=dict)
    """Count by kind over all trials."""
    error_example: str = ""
    flags: tuple[tuple[Flag, int], ...] = ()
    """Each flag with the number of trials that carry it, in the catalogue's order."""
    overloaded: bool = False
    """Open load that was not served: waiting lines grew, and latency tells the length of the window."""
    gap: str = ""
    """Why there is no trial at all; empty where there is one."""

    def level(self, metric: Metric) -> Level | None:
        """Level of a metric in its unit, or None; ``reason`` says why."""
        return self.metric_summaries[metric.name].level

    def reason(self, metric: Metric) -> str:
        """Why a metric has no level; empty where it has one."""
        return self.metric_summaries[metric.name].reason

    @property
    def workload(self) -> Workload:
        """What was asked of the cell's stack, at its own rate."""
        return workload_of(self.cell, in_turns=self.in_turns)

    def by_block(self, metric: Metric) -> Mapping[int, float]:
        """The trials' own values of a metric by block."""
        return self.metric_summaries[metric.name].by_block


def summarise(run: Run, frames: Frames | None = None) -> tuple[Summary, ...]:
    """One summary per cell of the plan and per cell that a trial or a failure names, in that order.

    Cells in lock-step are counted, not timed: they are the business of ``report.analysis.costs``.
    """
    frames = frames or build_frames(run)
    rows = rows_by_cell(frames.trials)
    failed = {failure.cell for failure in run.failures if failure.cell}
    wrong = {failure.cell for failure in run.failures if failure.stage == FailureStage.VERIFY_AFTER}
    cells = dict.fromkeys((*run.plan.cells, *(trial.cell for trial in run.trials), *sorted_cells(failed)))
    trials: dict[Cell, list[Trial]] = {}
    for trial in run.trials:
        trials.setdefault(trial.cell, []).append(trial)
    trouble, shared, in_turns = _errors(run), shares_of_capacity(run), cells_in_turns(run)
    summaries = [
        _summary(
            cell,
            rows[cell.slug],
            frames,
            trouble.get(cell.slug, ({}, "")),
            equal_rate=cell not in shared,
            services=service_uses(trials.get(cell, [])),
        )
        if cell.slug in rows and cell not in wrong
        else _absent(cell, why_absent(cell, run.failures))
        for cell in cells
        if cell.load != Load.LOCKSTEP
    ]
    return at_mean_speed([replace(summary, in_turns=summary.cell in in_turns) for summary in summaries])


def at_mean_speed(summaries: Sequence[Summary]) -> tuple[Summary, ...]:
    """``summaries`` whose legs have their levels at the mean speed of the machine over the run.

    Their intervals are then of each stack alone: how much the machine varied is said once, of the run.
    """
    by_workload = group_by_workload(summary for summary in summaries if summary.in_turns)
    fits = {
        (workload, name): together
        for workload, members in by_workload.items()
        for name in metrics.per_turn_ratios().keys() & metrics.timed_metrics().keys()
        if (together := fit_metric(members, metrics.timed_metrics()[name], workload, within_servers=False))
    }
    return tuple(
        replace(
            summary,
            metric_summaries={
                name: replace(
                    metric,
                    level=together.level(summary.cell),
                    at_mean_speed=together.at_mean_speed(summary.cell, metric.launches),
                )
                if metric.comparable and (together := fits.get((summary.workload, name)))
                else metric
                for name, metric in summary.metric_summaries.items()
            },
        )
        for summary in summaries
    )


def group_by_workload(summaries: Iterable[Summary]) -> dict[Workload, list[Summary]]:
    """Summaries of cells that were asked the same, in their order."""
    groups: dict[Workload, list[Summary]] = {}
    for summary in summaries:
        groups.setdefault(summary.workload, []).append(summary)
    return groups


def fit_metric(
    summaries: Iterable[Summary], metric: Metric, workload: Workload, *, within_servers: bool
) -> Together | None:
    """All stacks that were asked ``workload``, floors and controls too, held together by ``metric``."""
    launches = {
        summary.cell: summary.metric_summaries[metric.name].launches
        for summary in summaries
        if summary.workload == workload and summary.metric_summaries[metric.name].comparable
    }
    return fit_together(launches, within_servers=within_servers)


def is_reference(cell: Cell, plan: Plan) -> bool:
    """Whether ``cell`` is one of the reference stack, which is no choice: histories are relative to it."""
    return bool(plan.setup.reference) and replace(cell, python="").stack == plan.setup.reference


def without_reference(summaries: Iterable[Summary], plan: Plan) -> tuple[Summary, ...]:
    """All that a run is about."""
    return tuple(summary for summary in summaries if not is_reference(summary.cell, plan))


def sorted_cells(cells: Iterable[Cell]) -> list[Cell]:
    """By slug."""
    return sorted(cells, key=lambda cell: cell.slug)


def _errors(run: Run) -> dict[str, tuple[dict[str, int], str]]:
    """By cell: errors by kind, and the first example."""
    by_cell: dict[str, tuple[Counter[str], list[str]]] = {}
    for trial in run.trials:
        if trial.errors:
            kinds, examples = by_cell.setdefault(trial.cell.slug, (Counter(), []))
            kinds.update(trial.errors)
            examples.append(trial.error_example)
    return {
        slug: (dict(sorted(kinds.items())), next(filter(None, examples), ""))
        for slug, (kinds, examples) in by_cell.items()
    }


def why_absent(cell: Cell, failures: Sequence[Failure]) -> str:
    """The last failure that explains why a cell has no trial that counts; wrong answers before others."""
    explaining = [
        failure
        for failure in failures
        if failure.cell == cell or (not failure.cell and failure.stack == cell.stack)
    ]
    explaining.sort(key=lambda failure: failure.stage == FailureStage.VERIFY_AFTER)
    last = explaining[-1] if explaining else None
    if last is None:
        return "not measured: the run ended before it"
    return f"not measured ({last.stage}): {last.message}"


def _absent(cell: Cell, gap: str) -> Summary:
    return Summary(
        cell=cell,
        metric_summaries={name: MetricSummary(reason=gap) for name in metrics.timed_metrics()},
        gap=gap,
    )


def _summary(
    cell: Cell,
    rows: CellRows,
    frames: Frames,
    errors: tuple[dict[str, int], str],
    *,
    equal_rate: bool,
    services: tuple[ServiceUse, ...],
) -> Summary:
    latency = frames.latency.get(cell.slug)
    metric_summaries = {
        name: summarise_metric(
            metric,
            cell,
            rows,
            latency,
            frames.pseudo_values.get((cell.slug, name), {}),
            equal_rate=equal_rate,
        )
        for name, metric in metrics.timed_metrics().items()
    }
    curve_q, curve_us = latency.curve() if latency else ([], [])
    utilisation = rows.median("utilisation")
    return Summary(
        cell=cell,
        n_trials=len(rows),
        n_blocks=len(set(rows["block"].tolist())),
        requests=int(rows["requests"].sum()),
        metric_summaries=metric_summaries,
        curve_q=tuple(curve_q),
        curve_us=tuple(curve_us),
        utilisation=None if math.isnan(utilisation) else utilisation,
        services=services,
        errors=errors[0],
        error_example=errors[1],
        flags=_count(rows["flags"]),
        overloaded=bool(rows["requests"].sum() < SERVED_SHARE * rows.known("due").sum()),
    )


def _count(flags: Iterable[tuple[str, ...]]) -> tuple[tuple[Flag, int], ...]:
    counts = Counter(name for names in flags for name in names)
    return tuple((flag, counts[name]) for name, flag in CATALOGUE.items() if counts[name])
