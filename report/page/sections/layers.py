"""What does each layer cost: instructions from the floor of a server up, from the runs that counted them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from report.analysis.costs import NOT_COUNTED, Costs
from report.analysis.layers import Count, Layers, Step
from report.page.charts.waterfall import draw_waterfall
from report.page.context import Context, stack_entries
from report.page.model import (
    STACK_COLUMNS,
    Column,
    Section,
    SectionPart,
    Table,
    TableEntry,
    TableRow,
    entry,
    figure,
    gap,
    level_entry,
    table,
)
from report.page.sections.parts import breakdown, layer_rows
from report.views import cost_words
from results.model import IN_PROCESS


def section(context: Context) -> Section | None:
    """A waterfall per scenario; None where nothing was counted."""
    if not context.costs:
        return None
    return Section(
        anchor="layers",
        short="What each layer costs",
        question="What does each layer cost?",
        answer=cost_words.sentence(context.costs, context.titles)
        if context.timed
        else cost_words.span(context.costs),
        note=cost_words.scope(context.costs),
        parts=(
            *(part for index, costs in enumerate(context.costs) for part in _parts(context, costs, index)),
            *_counting_runs(context),
        ),
    )


def _counting_runs(context: Context) -> Iterator[SectionPart]:
    """The runs that this page takes its counts from, where they are not its own."""
    rows = [
        (run.plan.name, run.plan.environment.machine.cpu_model, " ".join(("hotlap", *run.plan.setup.command)))
        for run in context.counting_runs
        if run is not context.run
    ]
    if rows:
        heading = "Counted in runs of their own"
        yield SectionPart(
            heading=heading,
            anchor="counted",
            tables=(table("counted-table", heading, ("Run", "CPU", "Command"), rows),),
        )


def _parts(context: Context, costs: Costs, index: int) -> Iterator[SectionPart]:
    """What one run counted: a part a scenario, then what the layers are made of."""
    run_suffix = f", {costs.name}" if len(context.costs) > 1 else ""
    for number, scenario in enumerate(costs.scenarios):
        yield _part(context, costs, scenario, f"{index}-{number}", run_suffix)
    yield from breakdown.parts(context, costs, f"{index}", run_suffix)


def _part(context: Context, costs: Costs, scenario: str, anchor: str, run_suffix: str) -> SectionPart:
    groups = [group for group in costs.layers if group.scenario == scenario]
    svg = draw_waterfall(
        [layer_rows.panel(context, group) for group in groups],
        context.look,
        key=f"layers{anchor}",
        title=f"{scenario}: instructions that each layer takes",
        description="One bar a layer, beginning where the layer below ends; the table below has the numbers.",
        axis_label=layer_rows.AXIS_LABEL,
    )
    return SectionPart(
        heading=f"{scenario}{run_suffix}",
        anchor=f"layers-{anchor}",
        scenario=scenario,
        figures=(figure(svg, f"Chart: {scenario}, instructions by layer", layer_rows.WATERFALL_CAPTION),),
        tables=(_table(context, costs, groups, anchor),),
    )


def _table(context: Context, costs: Costs, groups: Sequence[Layers], anchor: str) -> Table:
    unit = "instructions (95% interval)"
    return Table(
        anchor=f"instructions-{anchor}",
        summary="Instructions as a table",
        caption=f"{groups[0].scenario}: user-space instructions per request, and what each layer adds. "
        f"{NOT_COUNTED}",
        columns=(
            *STACK_COLUMNS,
            Column(label="In all", unit=unit, numeric=True),
            Column(label="In process", unit="without a server", numeric=True),
            Column(label="Layer", unit=unit, numeric=True),
            Column(label="Stands on"),
            Column(label="Spread", unit="% over all intervals", numeric=True),
            Column(label="Repeats", numeric=True),
        ),
        rows=tuple(_table_row(context, costs, step) for group in groups for step in group.steps),
    )


def _table_row(context: Context, costs: Costs, step: Step) -> TableRow:
    count = step.count
    spread = gap("not counted")
    if count.spread is not None:
        spread = TableEntry(text=f"{100 * count.spread:.2f}", key=round(count.spread, 6))
    return TableRow(
        framework=count.cell.framework,
        entries=(
            *stack_entries(context, count.cell),
            _count_entry(count),
            _in_process_entry(costs, count),
            breakdown.added_entry(step),
            entry(cost_words.below(step, context.titles)),
            spread,
            TableEntry(text=str(len(count.by_repeat)), key=len(count.by_repeat)),
        ),
    )


def _count_entry(count: Count) -> TableEntry:
    return level_entry(count.level, count.reason, cost_words.number, cost_words.interval)


def _in_process_entry(costs: Costs, count: Count) -> TableEntry:
    """The count of the same app without a server."""
    if count.cell.server == IN_PROCESS:
        return entry("this row")
    without_server = costs.in_process(count.cell)
    return _count_entry(without_server) if without_server else gap("not planned")
