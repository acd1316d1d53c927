"""One metric of one cell: its level with interval over blocks, or the reason why it has none."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from report.analysis.metric_types import FromLatency, Metric
from report.analysis.metrics import variance_column
from report.analysis.together import LaunchValue
from report.analysis.validity import LATENCY_OF_TURNS, SATURATED, SATURATED_IN_TURNS
from report.stats import levels
from report.stats.levels import Level
from results.histogram import Latency
from results.model import LATE_SHARE, Cell, Load


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricSummary:
    """What a run says of one metric of one cell."""

    level: Level | None = None
    """Geometric mean over blocks (of percentiles: of the merged histogram) with its 95% interval; of legs at
    the mean speed of the machine over the run."""
    reason: str = ""
    """Why there is no level, as text for the reader."""
    launches: tuple[LaunchValue, ...] = ()
    """The trials' own values, by rising block: what is compared."""
    at_mean_speed: tuple[float, ...] = ()
    """Of legs: the same at the mean speed of the machine over the run."""

    @property
    def by_block(self) -> Mapping[int, float]:
        """The trials' own values by block."""
        return {launch.block: launch.value for launch in self.launches}

    @property
    def dots(self) -> tuple[float, ...]:
        """A dot a trial of a chart of levels, by rising block."""
        return self.at_mean_speed or tuple(launch.value for launch in self.launches)

    @property
    def comparable(self) -> bool:
        """Whether there is a level that launches can be compared by."""
        return self.level is not None and bool(self.launches)


@dataclass(frozen=True, slots=True)
class CellRows:
    """The rows of one cell in the table of trials, column by column: tables of pandas are slow when small."""

    columns: Mapping[str, NDArray[Any]]
    """Of the whole table."""
    places: NDArray[np.intp]
    """Numbers of the cell's rows."""

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.columns[name][self.places]

    def __len__(self) -> int:
        return len(self.places)

    def known(self, name: str) -> NDArray[np.float64]:
        """The values of a column that are known; none is NaN."""
        values = self[name].astype(np.float64)
        return values[~np.isnan(values)]

    def median(self, name: str) -> float:
        """Of the values that are known; NaN where there is none."""
        values = self.known(name)
        return float(np.median(values)) if len(values) else math.nan

    def largest(self, name: str) -> float:
        """The same of the largest."""
        return float(max(self.known(name), default=math.nan))

    def where(self, kept: NDArray[np.bool_]) -> CellRows:
        """Those of the rows that are ``kept``."""
        return CellRows(self.columns, self.places[kept])


def rows_by_cell(trials: pd.DataFrame) -> dict[str, CellRows]:
    """The rows of each cell, by its slug, in the order of the table."""
    columns = {str(name): trials[name].to_numpy() for name in trials.columns}
    return {
        str(slug): CellRows(columns, np.asarray(places, dtype=np.intp))
        for slug, places in trials.groupby("cell", sort=False).indices.items()
    }


def summarise_metric(
    metric: Metric,
    cell: Cell,
    rows: CellRows,
    latency: Latency | None,
    pseudo_values: Mapping[int, float],
    *,
    equal_rate: bool,
) -> MetricSummary:
    """``metric`` of ``cell`` from its ``rows`` of the trials and its merged histogram of latency.

    ``pseudo_values`` by block stand for the trials' own percentiles where these have too few samples each.

    ``equal_rate`` says of an open load that all stacks were offered the same.
    """
    if isinstance(metric.source, FromLatency):
        return _of_latency(metric, metric.source.percent, rows, latency, pseudo_values)
    launches = _launches(rows, metric)
    level = levels.level([launch.value for launch in launches])
    if metric.at_equal_load:
        reason = _unequal_load(cell, rows, equal_rate=equal_rate, measured=level is not None)
        if reason:
            return MetricSummary(reason=reason, launches=launches)
    return MetricSummary(level=level, reason="" if level else metric.absent, launches=launches)


def _unequal_load(cell: Cell, rows: CellRows, *, equal_rate: bool, measured: bool) -> str:
    """Why a metric that depends on load is not compared; empty at equal load: saturated, or at one rate."""
    if cell.load != Load.CLOSED:
        return "" if equal_rate else "compared only at an equal rate"
    in_turns = rows["turns"].any()
    # others may crowd one leg after the other, but a server that waits does so in all of them
    occupied = rows.largest("occupied") if in_turns else rows.median("occupied")
    if measured and in_turns and occupied < SATURATED_IN_TURNS:
        share, least = f"{100 * occupied:.0f}%", f"{100 * SATURATED_IN_TURNS:.0f}%"
        return f"server only {share} as busy as others in turn; compared only from {least}"
    if measured and not in_turns and occupied < SATURATED:
        busy = 100 * rows.median("utilisation")
        return f"server only {busy:.0f}% busy; compared only from {100 * SATURATED:.0f}%"
    return ""


def _of_latency(
    metric: Metric,
    percent: float,
    rows: CellRows,
    latency: Latency | None,
    pseudo_values: Mapping[int, float],
) -> MetricSummary:
    """A percentile of all samples, with the relative interval of the trials' own percentiles.

    Where a trial has too few samples for its own, it is the jackknife's, leaving out a block each time.
    """
    if rows["turns"].any():
        return MetricSummary(reason=LATENCY_OF_TURNS)
    is_late = rows["late"].astype(bool)
    settled = rows.where(rows["settled"].astype(bool) & ~is_late)
    if 2 * is_late.sum() >= len(rows):
        late = f"{100 * LATE_SHARE:.0f}%"
        return MetricSummary(reason=f"invalid: the generator sent over {late} of the arrivals late")
    if 2 * len(settled) <= len(rows):
        cycle, window = rows.median("cycle_s"), rows.median("window_s")
        return MetricSummary(reason=f"not settled: N/X = {cycle:.2g} s, the window was {window:.2g} s")
    launches = _launches(settled, metric)
    if pseudo_values:
        launches = tuple(LaunchValue(block=block, value=value) for block, value in pseudo_values.items())
    merged = float(latency.shown([percent])[0]) if latency else math.nan
    if math.isnan(merged):
        return MetricSummary(reason=metric.absent, launches=launches)
    level = levels.around(merged, [launch.value for launch in launches])
    return MetricSummary(level=level, launches=launches)


def _launches(rows: CellRows, metric: Metric) -> tuple[LaunchValue, ...]:
    """Positive values by rising block; whole windows are compared by block, whatever lived beside them."""
    variance = variance_column(metric.name)
    variances = rows[variance] if variance in rows.columns else np.zeros(len(rows))
    heats = np.where(rows["turns"] > 0, rows["heat"], 0)
    columns = (rows["block"], heats, rows[metric.name], variances)
    values = zip(*(column.tolist() for column in columns), strict=True)
    return tuple(
        LaunchValue(block=int(block), heat=int(heat), value=float(value), variance=float(variance))
        for block, heat, value, variance in sorted(values)
        if value > 0
    )
