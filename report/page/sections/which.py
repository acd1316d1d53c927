"""Which is fastest, and can we tell: ratios between frameworks on the same server, with tiers."""

from __future__ import annotations

from collections.abc import Sequence

from report import fmt
from report.analysis import flags
from report.analysis.contenders import Contender, Group, is_floor
from report.analysis.summary import Summary
from report.analysis.workload import Workload
from report.page.charts.forest import draw_forest
from report.page.charts.rows import ChartRow, Panel
from report.page.context import Context, side, sides
from report.page.model import (
    Column,
    Entry,
    Fact,
    Part,
    Section,
    Table,
    TableRow,
    entry,
    figure,
    gap,
    measured,
)
from report.views import words

CAPTION = (
    "Throughput relative to the best framework on the same server (1×), on a logarithmic axis: the mark is "
    "the "
    "estimate over blocks, the line its 95% interval. “First tier” means: cannot be told from the best. Grey "
    "is the "
    "floor, the same server without a framework; it does not compete."
)
UNRANKED = (
    "Throughput relative to the highest mean on the same server (1×), on a logarithmic axis: the mark is the "
    "estimate, "
    "the line its 95% interval. There are too few blocks to rank, so rows stand in order of name."
)


def section(here: Context) -> Section:
    """Forest plots with tiers, one per workload."""
    return Section(
        anchor="which",
        short="Which is fastest",
        question="Which is fastest, and can we tell?",
        answer=_answer(here) if here.workloads("closed") else words.ONLY_OPEN,
        note="A ratio between frameworks is taken within each block and on the same server variant and "
        "interface "
        f"only: across servers it would compare the servers. {words.legend(here.groups)}",
        parts=tuple(_part(here, wanted, place) for place, wanted in enumerate(here.workloads("closed"))),
    )


def _answer(here: Context) -> str:
    ranked = words.ranked(here.groups)
    if not ranked:
        return words.nothing_ranked(here.groups)
    told = sum(len(words.first_tier(group)) < len(group.entries) for group in ranked)
    least = sorted(group.separable_percent for group in ranked if group.separable_percent is not None)
    seen = f" The smallest difference it could tell is {fmt.percent(least[0])}" if least else ""
    if len(least) > 1:
        seen += f" where the blocks were steadiest and {fmt.percent(least[-1])} where they were not"
    return f"In {told} of {fmt.counted(len(ranked), 'comparison')} this run can tell frameworks apart." + (
        f"{seen}." if seen else ""
    )


def _part(here: Context, wanted: Workload, place: int) -> Part:
    groups = [group for group in here.groups if group.workload == wanted]
    heading = here.heading(wanted)
    points = tuple(Fact(name=f"{each.server}", text=words.of_group(each, here.titles)) for each in groups)
    svg = draw_forest(
        _panels(here, wanted, groups),
        here.look,
        key=f"which{place}",
        title=f"{heading}: throughput relative to {_reference(groups)}",
        description=" ".join(f"{point.name}: {point.text}" for point in points),
        axis_label="throughput, relative",
    )
    return Part(
        heading=heading,
        anchor=f"which-{place}",
        points=points,
        figures=(figure(svg, f"Chart: {heading}, ratios", CAPTION if words.ranked(groups) else UNRANKED),),
        tables=(_table(here, wanted, groups, place), *_stacks(here, wanted, place)),
    )


def _reference(groups: Sequence[Group]) -> str:
    """What 1 stands for, without a ranking word where nothing is ranked."""
    which = "best framework" if words.ranked(groups) else "highest mean"
    return f"the {which} on the same server variant"


def _panels(here: Context, wanted: Workload, groups: Sequence[Group]) -> list[Panel]:
    found = {side(group.server, group.interface): group for group in groups}
    return [
        Panel(
            heading=name,
            rows=tuple(_row(here, each, found.get(name)) for each in members),
        )
        for name, members in sides(here, wanted)
    ]


def _contender(group: Group | None, each: Summary) -> Contender | None:
    """The group's entry of a cell, where there is something to compare it with."""
    if group is None or len(group.entries) + len(group.floors) == 1:
        return None
    return next((found for found in (*group.entries, *group.floors) if found.cell == each.cell), None)


def _said(contender: Contender, group: Group | None) -> tuple[str, str]:
    """A ratio and its interval, in words."""
    if group and contender is group.entries[0]:
        return "1×", "reference"
    text, _, interval = fmt.times(contender.ratio).partition(" ")
    return text, interval


def _row(here: Context, each: Summary, group: Group | None) -> ChartRow:
    contender = _contender(group, each)
    ratio, tier = (contender.ratio, contender.tier) if contender else (None, None)
    reason = each.reason("throughput_rps") or "nothing to compare it with on this server"
    text = " ".join(_said(contender, group)) if contender else reason
    return ChartRow(
        label=here.title(each.cell.framework) + (contender.mark if contender else ""),
        framework=each.cell.framework,
        server=each.cell.server,
        value=ratio.value if ratio else None,
        low=ratio.low if ratio else None,
        high=ratio.high if ratio else None,
        text=f"{text}, first tier" if tier == 1 else text,
        strong=tier == 1,
    )


def _table(here: Context, wanted: Workload, groups: Sequence[Group], place: int) -> Table:
    rows = [
        _table_row(here, each, name, group)
        for name, members in sides(here, wanted)
        for group in [next((g for g in groups if side(g.server, g.interface) == name), None)]
        for each in members
    ]
    return Table(
        anchor=f"ratios-{place}",
        summary="Ratios and tiers as a table",
        caption=f"{here.heading(wanted)}: throughput relative to {_reference(groups)}",
        columns=(
            Column(label="Framework"),
            Column(label="Server", short=True),
            Column(label="Ratio", unit="(95% interval)", numeric=True),
            Column(label="Tier"),
            Column(label="Blocks", numeric=True),
            Column(label="Flags", unit="(trials)"),
        ),
        rows=tuple(rows),
    )


def _table_row(here: Context, each: Summary, name: str, group: Group | None) -> TableRow:
    contender = _contender(group, each)
    reason = each.reason("throughput_rps") or "nothing to compare it with"
    shown = _said(contender, group) if contender else ("", "")
    return TableRow(
        framework=each.cell.framework,
        entries=(
            entry(here.title(each.cell.framework) + (contender.mark if contender else "")),
            entry(name),
            measured(contender.ratio if contender else None, reason, *shown),
            _tier_entry(each, contender.tier if contender else None),
            Entry(text=str(each.n_blocks), key=each.n_blocks),
            entry(flags.with_counts(each.flags)),
        ),
    )


def _tier_entry(each: Summary, tier: int | None) -> Entry:
    if is_floor(each.cell):
        return gap("floor, not ranked")
    if tier is None:
        return gap("not ranked")
    return Entry(text="first" if tier == 1 else str(tier), key=tier, strong=tier == 1)


def _stacks(here: Context, wanted: Workload, place: int) -> tuple[Table, ...]:
    """Stack against stack: framework and server together, named as such."""
    groups = [group for group in here.findings.stacks if group.workload == wanted and len(group.entries) > 1]
    return tuple(
        Table(
            anchor=f"stacks-{place}",
            summary="Stack against stack",
            caption=f"{here.heading(wanted)}: framework and server together, throughput relative to "
            f"{here.title(group.entries[0].cell.framework)} on {group.entries[0].cell.server}",
            columns=(
                Column(label="Stack"),
                Column(label="Interface"),
                Column(label="Ratio", unit="(95% interval)", numeric=True),
                Column(label="Tier"),
                Column(label="Flags", unit="(trials)"),
            ),
            rows=tuple(_stack_row(here, each, group) for each in group.entries),
        )
        for group in groups
    )


def _stack_row(here: Context, each: Contender, group: Group) -> TableRow:
    tier = Entry(text="first" if each.tier == 1 else str(each.tier), key=each.tier, strong=each.tier == 1)
    return TableRow(
        framework=each.cell.framework,
        entries=(
            entry(f"{here.title(each.cell.framework)} on {each.cell.server}{each.mark}"),
            entry(words.SHORT_INTERFACE.get(each.cell.interface, each.cell.interface)),
            measured(each.ratio, "", *_said(each, group)),
            tier if each.tier else gap("not ranked"),
            entry(flags.with_counts(each.flags)),
        ),
    )
