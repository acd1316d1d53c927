"""Of the page of a stack: every workload with ratio, tier, and all metrics with their intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from report.analysis.contenders import Contender, Group, is_floor
from report.analysis.flags import with_counts
from report.analysis.metrics import columns_under
from report.analysis.summary import Summary
from report.page.context import Context
from report.page.metric_columns import metric_column, metric_entry
from report.page.model import Column, Section, SectionPart, Table, TableEntry, TableRow, entry, gap
from report.page.sections.parts.stacks import ratio_entry, tier_entry
from report.page.site.layout import Layout, Stack
from results.model import Cell, Load

NOTE = (
    "The ratio is to the best framework on the same server variant and interface, whose own is 1×. A floor, "
    "the same server without a framework, is held against the best framework, too, and is not ranked."
)
HEADINGS = {
    Load.CLOSED: "With all connections always busy",
    Load.OPEN: "At an offered rate",
}

Standings = Mapping[Cell, tuple[Contender, Group]]
"""Each cell of the stack within the group that it is compared in."""


def section(context: Context, layout: Layout, stack: Stack) -> Section | None:
    """A table a kind of load, a row a workload in each; None where the stack was to be timed nowhere."""
    summaries = [
        summary
        for summary in context.summaries
        if summary.cell.stack == stack.slug and summary.cell.scenario in layout.scenarios
    ]
    if not summaries:
        return None
    standings = {
        contender.cell: (contender, group)
        for group in context.groups
        for contender in (*group.contenders, *group.floors)
        if contender.cell.stack == stack.slug
    }
    return Section(
        anchor="measured",
        short="What it does",
        question="What does it do in each scenario?",
        note=NOTE,
        parts=tuple(
            SectionPart(
                heading=heading,
                anchor=f"measured-{load.value}",
                tables=(_table(context, layout, load, loaded, standings),),
            )
            for load, heading in HEADINGS.items()
            if (loaded := [summary for summary in summaries if summary.cell.load == load])
        ),
    )


def _table(
    context: Context, layout: Layout, load: Load, summaries: Sequence[Summary], standings: Standings
) -> Table:
    metrics = columns_under(load)
    return Table(
        anchor=f"measured-{load.value}-table",
        caption="What was asked, and what came out, with 95% intervals",
        compact=True,
        columns=(
            Column(label="Asked", short=True),
            Column(label="Ratio", unit="(95% interval)", numeric=True),
            Column(label="Tier"),
            *(metric_column(metric) for metric in metrics),
            Column(label="Trials", numeric=True),
            Column(label="Flags", unit="(trials)"),
        ),
        rows=tuple(
            TableRow(
                anchor=summary.cell.slug,
                entries=(
                    TableEntry(
                        text=layout.headings[context.workload(summary.cell)],
                        link=layout.scenarios[summary.cell.scenario],
                    ),
                    *_standing(standings.get(summary.cell)),
                    *(metric_entry(summary, metric) for metric in metrics),
                    TableEntry(text=f"{summary.n_trials:,}", key=summary.n_trials),
                    entry(with_counts(summary.flags)),
                ),
            )
            for summary in summaries
        ),
    )


def _standing(standing: tuple[Contender, Group] | None) -> tuple[TableEntry, TableEntry]:
    """Ratio and tier among the frameworks on the same server."""
    if standing is None:
        return gap("nothing to compare it with"), gap("not ranked")
    return _ratio(*standing), _tier(standing[0])


def _ratio(contender: Contender, group: Group) -> TableEntry:
    if len(group.contenders) + len(group.floors) == 1:
        return gap("nothing to compare it with")
    return ratio_entry(contender, group)


def _tier(contender: Contender) -> TableEntry:
    return gap("floor, not ranked") if is_floor(contender.cell) else tier_entry(contender.tier)
