"""Which is fastest, and can we tell: ratios between frameworks on the same server, with tiers."""

from __future__ import annotations

from collections.abc import Sequence

from report import words
from report.charts.forest import forest
from report.charts.rows import Panel, Row
from report.comparison import Entry as Contender
from report.comparison import Group
from report.context import Context, Workload, is_floor, ratio_to_best, side, sides
from report.statistics import Level
from report.summary import Summary
from report.view import Column, Entry, Part, Section, Table, TableRow, entry, figure, gap, measured

CAPTION = (
    "Throughput relative to the best framework on the same server (1×), on a logarithmic axis: the mark is the "
    "estimate over blocks, the line its 95% interval. “First tier” means: cannot be told from the best. Grey is the "
    "floor, the same server without a framework; it does not compete."
)
UNRANKED = (
    "Throughput relative to the highest mean on the same server (1×), on a logarithmic axis: the mark is the estimate, "
    "the line its 95% interval. There are too few blocks to rank, so rows stand in order of name."
)


def section(here: Context) -> Section:
    """Forest plots with tiers, one per workload."""
    return Section(
        anchor="which",
        short="Which is fastest",
        question="Which is fastest, and can we tell?",
        answer=_answer(here),
        note="A ratio between frameworks is taken within each block and on the same server variant and interface "
        "only: across servers it would compare the servers.",
        parts=tuple(_part(here, wanted, place) for place, wanted in enumerate(here.workloads())),
    )


def _answer(here: Context) -> str:
    ranked = words.ranked(here.groups)
    if not ranked:
        return words.verdict(here.groups, here.titles)
    told = sum(len(words.first_tier(group)) < len(group.entries) for group in ranked)
    least = sorted(group.separable_percent for group in ranked if group.separable_percent is not None)
    seen = f" The smallest difference it could tell is {words.number(least[0])}%" if least else ""
    if len(least) > 1:
        seen += f" where the blocks were steadiest and {words.number(least[-1])}% where they were not"
    return (
        f"In {told} of {words.counted(len(ranked), 'comparison')} this run can tell frameworks apart."
        + (f"{seen}." if seen else "")
    )


def _part(here: Context, wanted: Workload, place: int) -> Part:
    groups = [group for group in here.groups if _workload(group) == wanted]
    heading = here.heading(wanted)
    svg = forest(
        _panels(here, wanted, groups),
        here.look,
        key=f"which{place}",
        title=f"{heading}: throughput relative to the best framework on the same server",
        description=" ".join(words.of_group(group, here.titles) for group in groups),
        axis_label="throughput, relative",
    )
    ranked = bool(words.ranked(groups))
    return Part(
        heading=heading,
        anchor=f"which-{place}",
        text=" ".join(words.of_group(group, here.titles) for group in groups),
        figures=(figure(svg, f"Chart: {heading}, ratios", CAPTION if ranked else UNRANKED),),
        tables=(_table(here, wanted, groups, place), *_stacks(here, wanted, place)),
    )


def _workload(group: Group) -> Workload:
    return group.scenario, group.load, group.connections, group.workers


def _panels(here: Context, wanted: Workload, groups: Sequence[Group]) -> list[Panel]:
    found = {side(group.server, group.interface): group for group in groups}
    return [
        Panel(
            heading=name,
            rows=tuple(
                _row(here, each, ratio_to_best(found.get(name), each, members), _tier(found.get(name), each))
                for each in members
            ),
        )
        for name, members in sides(here, wanted)
    ]


def _tier(group: Group | None, each: Summary) -> int | None:
    entries = group.entries if group else ()
    return next((entry.tier for entry in entries if entry.cell == each.cell), None)


def _row(here: Context, each: Summary, ratio: Level | None, tier: int | None) -> Row:
    reason = each.reason("throughput_rps") or "nothing to compare it with on this server"
    return Row(
        label=here.title(each.cell.framework),
        framework=each.cell.framework,
        server=each.cell.server,
        value=ratio and ratio.value,
        low=ratio and ratio.low,
        high=ratio and ratio.high,
        text=f"{words.times(ratio)}{'  first tier' if tier == 1 else ''}" if ratio else reason,
        strong=tier == 1,
    )


def _table(here: Context, wanted: Workload, groups: Sequence[Group], place: int) -> Table:
    rows = [
        _table_row(here, each, name, group, members)
        for name, members in sides(here, wanted)
        for group in [next((g for g in groups if side(g.server, g.interface) == name), None)]
        for each in members
    ]
    return Table(
        anchor=f"ratios-{place}",
        summary="Ratios and tiers as a table",
        caption=f"{here.heading(wanted)}: throughput relative to the best framework on the same server variant",
        columns=(
            Column(label="Framework"),
            Column(label="Server"),
            Column(label="Ratio", unit="(95% interval)", numeric=True),
            Column(label="Tier"),
            Column(label="Blocks", numeric=True),
        ),
        rows=tuple(rows),
    )


def _table_row(
    here: Context, each: Summary, name: str, group: Group | None, members: Sequence[Summary]
) -> TableRow:
    ratio, tier = ratio_to_best(group, each, members), _tier(group, each)
    shown = words.times(ratio).partition(" ") if ratio else ("", "", "")
    return TableRow(
        framework=each.cell.framework,
        entries=(
            entry(here.title(each.cell.framework)),
            entry(name),
            measured(ratio, each.reason("throughput_rps"), shown[0], shown[2]),
            _tier_entry(each, tier),
            Entry(text=str(each.n_blocks), key=each.n_blocks),
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
    groups = [group for group in here.stacks if _workload(group) == wanted and len(group.entries) > 1]
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
            ),
            rows=tuple(_stack_row(here, each) for each in group.entries),
        )
        for group in groups
    )


def _stack_row(here: Context, each: Contender) -> TableRow:
    text, _, interval = words.times(each.ratio).partition(" ")
    tier = Entry(text="first" if each.tier == 1 else str(each.tier), key=each.tier, strong=each.tier == 1)
    return TableRow(
        framework=each.cell.framework,
        entries=(
            entry(f"{here.title(each.cell.framework)} on {each.cell.server}"),
            entry(words.SHORT_INTERFACE.get(each.cell.interface, each.cell.interface)),
            measured(each.ratio, "", text, interval),
            tier if each.tier else gap("not ranked"),
        ),
    )
