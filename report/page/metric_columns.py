"""Metrics as columns of the page's tables, in the unit that each metric is shown in."""

from __future__ import annotations

from report.analysis.metric_types import Metric
from report.analysis.summary import Summary
from report.page.context import scale_level
from report.page.model import Column, TableEntry, level_entry
from report.stats.levels import Level

UNIT_SYMBOLS = {"us": "µs"}
"""How the page writes units that a terminal writes otherwise."""


def symbol(metric: Metric) -> str:
    """The unit that a metric is shown in, as the page writes it."""
    return UNIT_SYMBOLS.get(metric.shown.unit, metric.shown.unit)


def metric_column(metric: Metric) -> Column:
    """Head of the column of a metric."""
    return Column(label=metric.label, unit=f"{symbol(metric)} (95% interval)", numeric=True)


def metric_entry(summary: Summary, metric: Metric) -> TableEntry:
    """A metric of a cell with its interval, or the reason why there is none."""
    return level_entry(shown_level(summary, metric), summary.reason(metric))


def shown_level(summary: Summary, metric: Metric) -> Level | None:
    """Level of a metric in the unit that it is shown in."""
    return scale_level(summary.level(metric), metric.shown.factor)
