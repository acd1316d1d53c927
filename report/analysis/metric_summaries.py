"""One metric of one cell: its level with interval over blocks, or the reason why it has none."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from report.analysis.metric_types import FromLatency, Metric
from report.analysis.validity import SATURATED
from report.stats import levels
from report.stats.levels import Level
from results.histogram import Latency
from results.model import LATE_SHARE, Cell, Load


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricSummary:
    """What a run says of one metric of one cell."""

    level: Level | None = None
    """Geometric mean over blocks (of percentiles: of the merged histogram) with its 95% interval."""
    reason: str = ""
    """Why there is no level, as text for the reader."""
    by_block: Mapping[int, float] = field(default_factory=dict)
    """The trials' own values by block: the dots of a chart."""

    @property
    def comparable(self) -> bool:
        """Whether there is a level that blocks can be compared by."""
        return self.level is not None and bool(self.by_block)


def summarise_metric(
    metric: Metric, cell: Cell, rows: pd.DataFrame, latency: Latency | None, *, equal_rate: bool
) -> MetricSummary:
    """``metric`` of ``cell`` from its ``rows`` of the trials and its merged histogram of latency.

    ``equal_rate`` says of an open load that all stacks were offered the same.
    """
    if isinstance(metric.source, FromLatency):
        return _of_latency(metric, metric.source.percent, rows, latency)
    values = _by_block(rows, metric.name)
    level = levels.level(list(values.values()))
    if metric.at_equal_load:
        reason = _unequal_load(cell, rows, equal_rate=equal_rate, measured=level is not None)
        if reason:
            return MetricSummary(reason=reason, by_block=values)
    return MetricSummary(level=level, reason="" if level else metric.absent, by_block=values)


def _unequal_load(cell: Cell, rows: pd.DataFrame, *, equal_rate: bool, measured: bool) -> str:
    """Why a metric that depends on load is not compared; empty at equal load: saturated, or at one rate."""
    if cell.load != Load.CLOSED:
        return "" if equal_rate else "compared only at an equal rate"
    if measured and rows["occupied"].median() < SATURATED:
        busy = 100 * rows["utilisation"].median()
        return f"server only {busy:.0f}% busy; compared only from {100 * SATURATED:.0f}%"
    return ""


def _of_latency(metric: Metric, percent: float, rows: pd.DataFrame, latency: Latency | None) -> MetricSummary:
    """A percentile of all samples, with the relative interval of the trials' own percentiles."""
    settled = rows[rows["settled"] & ~rows["late"]]
    if 2 * rows["late"].sum() >= len(rows):
        late = f"{100 * LATE_SHARE:.0f}%"
        return MetricSummary(reason=f"invalid: the generator sent over {late} of the arrivals late")
    if 2 * len(settled) <= len(rows):
        cycle, window = rows["cycle_s"].median(), rows["window_s"].median()
        return MetricSummary(reason=f"not settled: N/X = {cycle:.2g} s, the window was {window:.2g} s")
    values = _by_block(settled, metric.name)
    merged = float(latency.shown([percent])[0]) if latency else math.nan
    if math.isnan(merged):
        return MetricSummary(reason=metric.absent, by_block=values)
    return MetricSummary(level=levels.around(merged, list(values.values())), by_block=values)


def _by_block(rows: pd.DataFrame, column: str) -> dict[int, float]:
    """Positive values by block."""
    pairs = zip(rows["block"].tolist(), rows[column].tolist(), strict=True)
    return {int(block): float(value) for block, value in sorted(pairs) if value > 0}
