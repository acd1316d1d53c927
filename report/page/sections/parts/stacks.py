"""Of the section on which is fastest: stack against stack, framework and server together."""

from __future__ import annotations

from report import fmt
from report.analysis.contenders import Contender, Group
from report.analysis.flags import with_counts
from report.analysis.workload import Workload
from report.page.context import Context
from report.page.model import Column, Table, TableEntry, TableRow, entry, gap
from report.views import merged_words, words


def tables(context: Context, workload: Workload, index: int) -> tuple[Table, ...]:
    """A folded table of a workload's stacks; none where there are not two."""
    return tuple(
        Table(
            anchor=f"stacks-{index}",
            summary="Stack against stack",
            caption=f"{context.heading(workload)}: framework and server together, throughput relative to "
            f"{context.stack_name(group.contenders[0].cell)}{_care(context, group)}",
            columns=(
                Column(label="Stack"),
                Column(label="Interface"),
                Column(label="Ratio", unit="(95% interval)", numeric=True),
                Column(label="Tier"),
                Column(label="Flags", unit="(trials)"),
            ),
            rows=tuple(_row(context, contender, group) for contender in group.contenders),
        )
        for group in context.conclusions.stacks
        if group.workload == workload and len(group.contenders) > 1
    )


def _care(context: Context, group: Group) -> str:
    """Behind a full stop, where the stacks are of several runs."""
    care = merged_words.of_cells(context.merged, (contender.cell for contender in group.contenders))
    return f".{care}" if care else ""


def _row(context: Context, contender: Contender, group: Group) -> TableRow:
    cell = contender.cell
    return TableRow(
        framework=cell.framework,
        entries=(
            entry(context.stack_name(cell) + contender.mark),
            entry(words.SHORT_INTERFACE.get(cell.interface, cell.interface)),
            ratio_entry(contender, group),
            tier_entry(contender.tier),
            entry(with_counts(contender.flags)),
        ),
    )


def ratio_and_interval(contender: Contender, group: Group) -> tuple[str, str]:
    """Texts of a contender's ratio to the best of its group, and of its interval."""
    if contender is group.contenders[0]:
        return "1×", "reference"
    text, _, interval = fmt.times(contender.ratio).partition(" ")
    return text, interval


def ratio_entry(contender: Contender, group: Group) -> TableEntry:
    """A contender's ratio to the best of its group as a table's cell."""
    text, interval = ratio_and_interval(contender, group)
    return TableEntry(text=text, detail=interval, key=round(contender.ratio.value, 6))


def tier_entry(tier: int | None) -> TableEntry:
    """A tier as a table's cell."""
    if tier is None:
        return gap("not ranked")
    return TableEntry(text="first" if tier == 1 else str(tier), key=tier, strong=tier == 1)
