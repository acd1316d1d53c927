"""What does each layer cost: instructions from the floor of a server up, from the runs that counted them."""

from __future__ import annotations

from collections.abc import Iterator

from report.analysis.costs import NOT_COUNTED, Costs, in_process
from report.analysis.layers import Count, Layers, Step
from report.page.charts.rows import ChartRow, Panel
from report.page.charts.waterfall import draw_waterfall
from report.page.context import Context, scaled, side
from report.page.model import (
    Column,
    Entry,
    Part,
    Section,
    Table,
    TableRow,
    entry,
    figure,
    gap,
    measured,
    table,
)
from report.page.sections import breakdown
from report.views import cost_words
from results.model import IN_PROCESS

CAPTION = (
    "Fewer is better. The first bar is the server with the bare interface, each further one what a framework "
    "adds to what it stands on: FastAPI to Starlette, all others to the floor. ± and the thick line are the "
    "95% interval of what is added."
)


def section(here: Context) -> Section | None:
    """A waterfall per scenario; None where nothing was counted."""
    if not here.counted:
        return None
    sentence = cost_words.sentence(here.counted, here.titles) if here.timed else cost_words.span(here.counted)
    return Section(
        anchor="layers",
        short="What each layer costs",
        question="What does each layer cost?",
        answer=sentence,
        note=cost_words.scope(here.counted),
        parts=(
            *(part for place, found in enumerate(here.counted) for part in _parts(here, found, place)),
            *_elsewhere(here),
        ),
    )


def _elsewhere(here: Context) -> Iterator[Part]:
    """The runs that this page takes its counts from, where they are not its own."""
    others = [run for run in here.counting if run is not here.run]
    if others:
        rows = [
            (
                run.plan.name,
                run.plan.environment.machine.cpu_model,
                " ".join(("hotlap", *run.plan.setup.command)),
            )
            for run in others
        ]
        about = "Counted in runs of their own"
        yield Part(
            heading=about,
            anchor="counted",
            tables=(table("counted-table", about, ("Run", "CPU", "Command"), rows),),
        )


def _parts(here: Context, found: Costs, place: int) -> Iterator[Part]:
    named = f", {found.name}" if len(here.counted) > 1 else ""
    for number, scenario in enumerate(found.scenarios):
        yield _part(here, found, scenario, f"{place}-{number}", named)
    yield from breakdown.parts(here, found, place, named)


def _part(here: Context, found: Costs, scenario: str, place: str, named: str) -> Part:
    groups = [each for each in found.layers if each.scenario == scenario]
    svg = draw_waterfall(
        [_panel(here, each) for each in groups],
        here.look,
        key=f"layers{place}",
        title=f"{scenario}: instructions that each layer takes",
        description="One bar a layer, beginning where the layer below ends; the table below has the numbers.",
        axis_label="user-space instructions per request, in thousands",
    )
    return Part(
        heading=f"{scenario}{named}",
        anchor=f"layers-{place}",
        figures=(figure(svg, f"Chart: {scenario}, instructions by layer", CAPTION),),
        tables=(_table(here, found, groups, place),),
    )


def _panel(here: Context, group: Layers) -> Panel:
    rows = tuple(_row(here, step) for step in group.steps)
    return Panel(heading=side(group.server, group.interface), rows=rows)


def _row(here: Context, step: Step) -> ChartRow:
    """In thousands, from where the layer below ends, with the interval of what is added."""
    cell, total = step.count.cell, scaled(step.count.level, 1e-3)
    label = here.title(cell.framework)
    if total is None:
        return ChartRow(label=label, framework=cell.framework, server=cell.server, text=step.count.reason)
    added = scaled(step.level, 1e-3)
    start = total.value - added.value if added and step.over else 0.0
    return ChartRow(
        label=label,
        framework=cell.framework,
        server=cell.server,
        value=total.value,
        start=start,
        low=start + added.low if added and added.low is not None else None,
        high=start + added.high if added and added.high is not None else None,
        text=_text(step),
    )


def _text(step: Step) -> str:
    if step.level is None:
        total = step.count.level
        return f"{cost_words.number(total.value)} in all; no floor" if total else step.count.reason
    return f"{breakdown.amount(step)} {cost_words.half_width(step.level)}"


def _table(here: Context, found: Costs, groups: list[Layers], place: str) -> Table:
    interval = "instructions (95% interval)"
    return Table(
        anchor=f"instructions-{place}",
        summary="Instructions as a table",
        caption=f"{groups[0].scenario}: user-space instructions per request, and what each layer adds. "
        f"{NOT_COUNTED}",
        columns=(
            Column(label="Framework"),
            Column(label="Server", short=True),
            Column(label="In all", unit=interval, numeric=True),
            Column(label="In process", unit="without a server", numeric=True),
            Column(label="Layer", unit=interval, numeric=True),
            Column(label="Stands on"),
            Column(label="Spread", unit="% over all intervals", numeric=True),
            Column(label="Repeats", numeric=True),
        ),
        rows=tuple(
            _table_row(here, found, step, side(group.server, group.interface))
            for group in groups
            for step in group.steps
        ),
    )


def _table_row(here: Context, found: Costs, step: Step, name: str) -> TableRow:
    each = step.count
    spread = gap("not counted")
    if each.spread is not None:
        spread = Entry(text=f"{100 * each.spread:.2f}", key=round(each.spread, 6))
    return TableRow(
        framework=each.cell.framework,
        entries=(
            entry(here.title(each.cell.framework)),
            entry(name),
            _value(each),
            _inside(found, each),
            breakdown.difference(step),
            entry(cost_words.below(step, here.titles)),
            spread,
            Entry(text=str(len(each.by_repeat)), key=len(each.by_repeat)),
        ),
    )


def _value(each: Count) -> Entry:
    shown = (cost_words.number(each.level.value), cost_words.interval(each.level)) if each.level else ("", "")
    return measured(each.level, each.reason, *shown)


def _inside(found: Costs, each: Count) -> Entry:
    if each.cell.server == IN_PROCESS:
        return entry("this row")
    inside = in_process(found, each)
    return _value(inside) if inside else gap("not planned")
