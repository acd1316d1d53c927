"""Which is fastest, and can we tell: ratios between frameworks on the same server, with tiers."""

from __future__ import annotations

from collections.abc import Sequence

from report import fmt
from report.analysis.answers.leads import first_tier
from report.analysis.contenders import Contender, Group, is_floor
from report.analysis.flags import with_counts
from report.analysis.metrics import THROUGHPUT
from report.analysis.summary import Summary
from report.analysis.workload import Workload
from report.page.charts.forest import draw_forest
from report.page.charts.rows import ChartRow, Panel
from report.page.context import (
    Context,
    stack_entries,
    summaries_by_variant,
    summaries_in_order,
    variant_name,
    variant_of,
)
from report.page.model import (
    STACK_COLUMNS,
    Column,
    Fact,
    Figure,
    Section,
    SectionPart,
    Table,
    TableEntry,
    TableRow,
    entry,
    figure,
    gap,
)
from report.page.sections.parts import heat_map, stacks
from report.page.sections.parts.stacks import ratio_and_interval, ratio_entry, tier_entry
from report.stats.levels import BLOCKS_FOR_INTERVAL
from report.views import merged_words, words
from results.model import Cell, Load

RANKED_CAPTION = (
    "Throughput relative to the best framework on the same server (1×), on a logarithmic axis: the mark is "
    "the estimate over blocks, the line its 95% interval. “First tier” means: cannot be told from the best. "
    "Grey is the floor, the same server without a framework; it does not compete."
)
UNRANKED_CAPTION = (
    "Throughput relative to the highest mean on the same server (1×), on a logarithmic axis: the mark is the "
    "estimate, the line its 95% interval. There are too few blocks to rank, so rows stand in order of name."
)

ALONE_CAPTION = (
    "Throughput relative to the only framework on the same server (1×), on a logarithmic axis. Grey is the "
    "floor, the same server without a framework; it does not compete."
)

GroupByVariant = dict[str, Group]
"""Groups of one workload by name of server variant."""


def section(context: Context) -> Section:
    """Forest plots with tiers, one per workload."""
    workloads = context.workloads(Load.CLOSED)
    return Section(
        anchor="which",
        short="Which is fastest",
        question="Which is fastest, and can we tell?",
        answer=_answer(context) if workloads else words.ONLY_OPEN,
        note="A ratio between frameworks is taken within each block and on the same server variant and "
        f"interface only: across servers it would compare the servers. {words.legend(context.groups)}"
        f"{context.uncharted_note}",
        parts=(
            *heat_map.parts(context),
            *(_part(context, workload, index) for index, workload in enumerate(workloads)),
        ),
    )


def _answer(context: Context) -> str:
    ranked = words.ranked(context.groups)
    if not ranked:
        return words.nothing_ranked(context.groups)
    n_told = sum(len(first_tier(group)) < len(group.contenders) for group in ranked)
    answer = f"In {n_told} of {fmt.counted(len(ranked), 'comparison')} this run can tell frameworks apart."
    smallest = sorted(group.separable_percent for group in ranked if group.separable_percent is not None)
    if not smallest:
        return answer
    answer += f" The smallest difference it could tell is {fmt.percent(smallest[0])}"
    if len(smallest) > 1:
        answer += f" where the blocks were steadiest and {fmt.percent(smallest[-1])} where they were not"
    return f"{answer}."


def _part(context: Context, workload: Workload, index: int) -> SectionPart:
    groups = [group for group in context.groups if group.workload == workload]
    by_variant = {variant_name(group.server, group.interface): group for group in groups}
    heading = context.heading(workload)
    title = f"{heading}: throughput relative to {_reference(groups)}"
    drawn = workload in context.charted
    return SectionPart(
        heading=heading,
        anchor=f"which-{index}",
        scenario=workload.scenario,
        points=_points(context, groups),
        figures=(_figure(context, workload, by_variant, index, title),) if drawn else (),
        tables=(
            _table(context, workload, by_variant, index, title),
            *(stacks.tables(context, workload, index) if drawn else ()),
        ),
    )


def _figure(
    context: Context, workload: Workload, by_variant: GroupByVariant, index: int, title: str
) -> Figure:
    groups = list(by_variant.values())
    svg = draw_forest(
        _panels(context, workload, by_variant),
        context.look,
        key=f"which{index}",
        title=title,
        description=" ".join(f"{point.name}: {point.text}" for point in _points(context, groups)),
        axis_label="throughput, relative",
    )
    alone = all(len(group.contenders) < 2 for group in groups)  # noqa: PLR2004 - to compare
    unranked = ALONE_CAPTION if alone else UNRANKED_CAPTION
    caption = (RANKED_CAPTION if words.ranked(groups) else unranked) + _few_blocks(groups)
    return figure(svg, f"Chart: {context.heading(workload)}, ratios", caption)


def _points(context: Context, groups: Sequence[Group]) -> tuple[Fact, ...]:
    """The answer for each server variant."""
    return tuple(
        Fact(
            name=f"{group.server}",
            text=words.group_sentence(group, context.titles)
            + merged_words.of_cells(context.merged, _cells(group)),
        )
        for group in groups
    )


def _cells(group: Group) -> list[Cell]:
    return [contender.cell for contender in group.contenders]


def _table(context: Context, workload: Workload, groups: GroupByVariant, index: int, caption: str) -> Table:
    return Table(
        anchor=f"ratios-{index}",
        summary="Ratios and tiers as a table",
        caption=caption,
        columns=(
            *STACK_COLUMNS,
            Column(label="Ratio", unit="(95% interval)", numeric=True),
            Column(label="Tier"),
            Column(label="Blocks", numeric=True),
            Column(label="Flags", unit="(trials)"),
        ),
        rows=tuple(
            _table_row(context, summary, groups.get(variant_of(summary.cell)))
            for summary in summaries_in_order(context, workload)
        ),
    )


def _reference(groups: Sequence[Group]) -> str:
    """What 1 stands for, without a ranking word where nothing is ranked."""
    reference = "best framework" if words.ranked(groups) else "highest mean"
    return f"the {reference} on the same server variant"


def _panels(context: Context, workload: Workload, groups: GroupByVariant) -> list[Panel]:
    return [
        Panel(
            heading=name,
            rows=tuple(_chart_row(context, summary, groups.get(name)) for summary in summaries),
        )
        for name, summaries in summaries_by_variant(context, workload)
    ]


def _contender(group: Group | None, summary: Summary) -> Contender | None:
    """The contender of a cell in its group, where there is something to compare it with."""
    if group is None or len(group.contenders) + len(group.floors) == 1:
        return None
    contenders = (*group.contenders, *group.floors)
    return next((contender for contender in contenders if contender.cell == summary.cell), None)


def _chart_row(context: Context, summary: Summary, group: Group | None) -> ChartRow:
    cell, contender = summary.cell, _contender(group, summary)
    if group is None or contender is None:
        reason = summary.reason(THROUGHPUT) or "nothing to compare it with on this server"
        return ChartRow(
            label=context.title(cell.framework), framework=cell.framework, server=cell.server, text=reason
        )
    text, first = _ratio_text(contender, group), contender.tier == 1
    return ChartRow(
        label=context.title(cell.framework) + contender.mark,
        framework=cell.framework,
        server=cell.server,
        value=contender.ratio.value,
        low=contender.ratio.low,
        high=contender.ratio.high,
        text=f"{text}, first tier" if first else text,
        strong=first,
    )


def _ratio_text(contender: Contender, group: Group) -> str:
    """A ratio with its interval; that there are too few blocks for one is said below the chart."""
    text, interval = ratio_and_interval(contender, group)
    known = contender is group.contenders[0] or contender.ratio.low is not None
    return f"{text} {interval}" if known else text


def _few_blocks(groups: Sequence[Group]) -> str:
    """Why no ratio has an interval; empty where they have."""
    blocks = max((group.n_blocks for group in groups), default=0)
    return f" {fmt.sentence(fmt.no_interval(blocks))}" if 0 < blocks < BLOCKS_FOR_INTERVAL else ""


def _table_row(context: Context, summary: Summary, group: Group | None) -> TableRow:
    cell, contender = summary.cell, _contender(group, summary)
    ratio = gap(summary.reason(THROUGHPUT) or "nothing to compare it with")
    if group is not None and contender is not None:
        ratio = ratio_entry(contender, group)
    tier = tier_entry(contender.tier if contender else None)
    return TableRow(
        framework=cell.framework,
        entries=(
            *stack_entries(context, cell, contender.mark if contender else ""),
            ratio,
            gap("floor, not ranked") if is_floor(cell) else tier,
            TableEntry(text=str(summary.n_blocks), key=summary.n_blocks),
            entry(with_counts(summary.flags)),
        ),
    )
