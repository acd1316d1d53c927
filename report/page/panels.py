"""A metric of all stacks of a workload, as the rows of a chart."""

from __future__ import annotations

from collections.abc import Callable

from report.analysis.summary import Summary
from report.analysis.workload import Workload
from report.page.charts.rows import ChartRow, Panel
from report.page.context import Context, summaries_by_variant
from report.stats.levels import Level


def make_panels(
    context: Context,
    workload: Workload,
    metric: str,
    text: Callable[[Level], str],
    *,
    gap: Callable[[str], str] = str,
) -> list[Panel]:
    """A metric of all stacks of a workload as a chart's rows, one panel a server variant.

    ``text`` writes a level beside its row, ``gap`` the reason why there is none.
    """

    def row(summary: Summary) -> ChartRow:
        measure = summary.measures[metric]
        level = measure.level
        return ChartRow(
            label=context.title(summary.cell.framework),
            framework=summary.cell.framework,
            server=summary.cell.server,
            value=level.value if level else None,
            low=level.low if level else None,
            high=level.high if level else None,
            dots=tuple(measure.by_block.values()) if level else (),
            text=text(level) if level else gap(measure.reason),
        )

    return [
        Panel(heading=name, rows=tuple(row(summary) for summary in summaries))
        for name, summaries in summaries_by_variant(context, workload)
    ]
