"""The page of any two stacks: a script shows them side by side; without it a table holds all against one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from report import fmt
from report.analysis.any_two import StackFits, are_on_one_server, fit_stacks
from report.analysis.contenders import is_floor
from report.analysis.metrics import telling_metric
from report.page.context import Context
from report.page.label import label_warnings
from report.page.model import (
    Choice,
    Column,
    Page,
    Pick,
    Section,
    SectionPart,
    Table,
    TableEntry,
    TableRow,
    gap,
)
from report.page.site.layout import Layout, Stack, places_from
from report.page.site.pick_data import make_pick_data
from report.stats.levels import Level
from results.model import Cell

NOTE = (
    "Frameworks on the same server variant and interface are compared by what lived together on it. Anything "
    "else is stack against stack: framework and server together, marked ⇄, which says nothing of the "
    "frameworks alone. Each interval holds with 95% for itself: of many pairs, one in twenty misses. Where "
    "many are to be ranked, read the tiers of the run's page."
)


def make_two_page(context: Context, run_page: Page, layout: Layout) -> Page | None:
    """None where there are not two stacks."""
    if not layout.has_two:
        return None
    every_fit = fit_stacks(context.conclusions.summaries)
    fits = [fit for fit in every_fit if _tells(fit)]
    reference = choose_reference(layout, fits)
    return Page(
        name=context.run.plan.name,
        kind="Any two stacks of run",
        verdict=f"Any two of {fmt.counted(len(layout.stacks), 'stack')}, side by side.",
        hotlap=run_page.hotlap,
        legend=run_page.legend,
        warnings=label_warnings(context.run),
        sections=(_section(context, layout, fits, reference),) if fits else (),
        places=places_from(layout),
        pick=Pick(
            choices=tuple(
                Choice(value=stack.value, name=stack.name, href=stack.page) for stack in layout.stacks
            ),
            chosen=_chosen(layout, reference),
            data=make_pick_data(context, layout, every_fit),
        ),
    )


def _tells(fits: StackFits) -> bool:
    """Whether the metric is what its load is judged by first."""
    return fits.metric is telling_metric(fits.workload.load)


def choose_reference(layout: Layout, fits: Sequence[StackFits]) -> Stack:
    """The framework with values in most workloads, and of several the one with most others on its server."""
    neighbours = Counter(stack.variant for stack in layout.stacks)
    measured = Counter(
        summary.cell.stack
        for workload in fits
        for summary in workload.summaries
        if summary.level(workload.metric)
    )
    return max(
        layout.stacks,
        key=lambda stack: (not is_floor(stack.cell), measured[stack.slug], neighbours[stack.variant]),
    )


def _chosen(layout: Layout, reference: Stack) -> tuple[int, int]:
    """Another one on the same server, if any, beside the reference."""
    others = [stack for stack in layout.stacks if stack is not reference]
    beside = max(others, key=lambda stack: (stack.variant == reference.variant, not is_floor(stack.cell)))
    return layout.stacks.index(beside), layout.stacks.index(reference)


def _section(context: Context, layout: Layout, fits: Sequence[StackFits], reference: Stack) -> Section:
    return Section(
        anchor="against",
        short=f"All against {reference.name}",
        question=f"How do all compare with {reference.name}?",
        note=NOTE,
        parts=(SectionPart(tables=(_table(context, layout, fits, reference),)),),
    )


def _table(context: Context, layout: Layout, fits: Sequence[StackFits], reference: Stack) -> Table:
    asked = {summary.cell.stack for workload in fits for summary in workload.summaries}
    return Table(
        anchor="against-table",
        caption=f"Ratio to {reference.name} with its 95% interval; ⇄ stack against stack",
        columns=(
            Column(label="Stack"),
            *(
                Column(
                    label=layout.headings[context.workload(workload.summaries[0].cell)],
                    unit=workload.metric.noun,
                    numeric=True,
                )
                for workload in fits
            ),
        ),
        rows=tuple(
            TableRow(
                framework=stack.cell.framework,
                entries=(
                    TableEntry(text=stack.name, link=stack.page),
                    *(_entry(workload, stack, reference) for workload in fits),
                ),
            )
            for stack in layout.stacks
            if stack.slug in asked
        ),
    )


def _entry(fits: StackFits, stack: Stack, reference: Stack) -> TableEntry:
    summaries = {summary.cell.stack: summary for summary in fits.summaries}
    asked, other = summaries.get(stack.slug), summaries.get(reference.slug)
    if asked is None or other is None:
        return gap("not planned" if asked is None else f"{reference.name} was not asked")
    if missing := asked.reason(fits.metric):
        return gap(missing)
    if missing := other.reason(fits.metric):
        return gap(f"{reference.name}: {missing}")
    if stack is reference:
        return TableEntry(text="1×", detail="reference", key=1.0)
    ratio = fits.ratio(asked.cell, other.cell)
    return _ratio_entry(ratio, asked.cell, other.cell) if ratio else gap("never measured together")


def _ratio_entry(ratio: Level, cell: Cell, other: Cell) -> TableEntry:
    text, _, interval = fmt.times(ratio).partition(" ")
    sign = "" if are_on_one_server(cell, other) else "⇄ "
    return TableEntry(text=f"{sign}{text}", detail=interval, key=round(ratio.value, 6))
