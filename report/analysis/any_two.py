"""Any two stacks of a run: the fits that their ratio is taken from, by everything that compares them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from report.analysis.metric_types import FromLatency, Metric
from report.analysis.metrics import timed_metrics
from report.analysis.summary import Summary, fit_metric, group_by_workload
from report.analysis.together import Together
from report.analysis.workload import Workload
from report.stats.levels import Level
from results.model import Cell, Load


@dataclass(frozen=True, slots=True, kw_only=True)
class StackFits:
    """Stacks that were asked the same, by one metric."""

    workload: Workload
    metric: Metric
    summaries: tuple[Summary, ...]
    """Of the stacks, those without a value too; without the A/A control."""
    within: Together
    """Holds together what shares a server variant and interface."""
    across: Together
    """Holds all of them together: stack against stack."""

    def ratio(self, cell: Cell, other: Cell) -> Level | None:
        """``cell`` to ``other`` with its 95% interval; None where nothing that lived together joins them."""
        together = self.within if are_on_one_server(cell, other) else self.across
        return together.ratio(cell, other)


def are_on_one_server(cell: Cell, other: Cell) -> bool:
    """Whether only the framework differs; else two are compared as stack against stack."""
    return (cell.server, cell.interface) == (other.server, other.interface)


def fit_stacks(summaries: Sequence[Summary]) -> tuple[StackFits, ...]:
    """Every workload by each metric that stacks are compared by in it, where two of them have a value."""
    fits = []
    for workload, asked in group_by_workload(summaries).items():
        members = tuple(summary for summary in asked if not summary.cell.control)
        for metric in _metrics(workload.load):
            within = fit_metric(asked, metric, workload, within_servers=True)
            across = fit_metric(asked, metric, workload, within_servers=False)
            measured = [summary for summary in members if summary.metric_summaries[metric.name].comparable]
            if within and across and len(measured) > 1:
                fits.append(
                    StackFits(
                        workload=workload, metric=metric, summaries=members, within=within, across=across
                    )
                )
    return tuple(fits)


def _metrics(load: Load) -> list[Metric]:
    """Under closed load waiting is queueing, of which throughput says all; so it is left out there."""
    return [
        metric
        for metric in timed_metrics().values()
        if load in metric.loads and not (load == Load.CLOSED and isinstance(metric.source, FromLatency))
    ]
