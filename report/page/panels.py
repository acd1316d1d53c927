"""A metric of all stacks of a workload, as the rows of a chart."""

from __future__ import annotations

from collections.abc import Callable

from report.analysis.metric_types import Metric
from report.analysis.summary import Summary
from report.analysis.workload import Workload
from report.page.charts.rows import ChartRow, Panel
from report.page.context import Context, summaries_by_variant
from report.page.metric_columns import shown_level
from report.stats.levels import Level


def bars_in_words(workload: Workload) -> str:
    """What bar, line and dots of a chart of levels stand for."""
    if workload.in_turns:
        return (
            "The bar is the level at the mean speed of the machine over the run, the thick line the 95% "
            "interval of the stack alone, each dot one launch at that speed."
        )
    return "The bar is the geometric mean over blocks, the thick line its 95% interval, each dot one trial."


def make_panels(
    context: Context,
    workload: Workload,
    metric: Metric,
    text: Callable[[Level], str],
    *,
    gap: Callable[[str], str] = str,
) -> list[Panel]:
    """A metric of all stacks of a workload as a chart's rows, one panel a server variant.

    ``text`` writes a level beside its row, ``gap`` the reason why there is none.
    """

    def row(summary: Summary) -> ChartRow:
        level = shown_level(summary, metric)
        return ChartRow(
            label=context.title(summary.cell.framework),
            framework=summary.cell.framework,
            server=summary.cell.server,
            value=level.value if level else None,
            low=level.low if level else None,
            high=level.high if level else None,
            dots=tuple(value * metric.shown.factor for value in summary.metric_summaries[metric.name].dots)
            if level
            else (),
            text=text(level) if level else gap(summary.reason(metric)),
        )

    return [
        Panel(heading=name, rows=tuple(row(summary) for summary in summaries))
        for name, summaries in summaries_by_variant(context, workload)
    ]


def short_reason(reason: str) -> str:
    """As much of a reason as stands where there is little room; tables that have more have all of it."""
    return reason.partition(":")[0].partition(";")[0].partition(" (")[0]
