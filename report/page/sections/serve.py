"""How much does it serve: bars from zero, their intervals, and every trial."""

from __future__ import annotations

from report import fmt
from report.analysis import flags
from report.analysis.summary import Summary
from report.analysis.workload import Workload
from report.page.charts.bars import draw_bars
from report.page.context import Context, panels, sides
from report.page.model import Column, Entry, Part, Section, Table, TableRow, entry, figure, measured
from report.stats.levels import Level
from report.views import words

METRIC = "throughput_rps"


def section(here: Context) -> Section:
    """Throughput, one chart per workload."""
    return Section(
        anchor="serve",
        short="How much it serves",
        question="How much does it serve?",
        answer=_answer(here) if here.workloads("closed") else words.ONLY_OPEN,
        note="Right answers per second under closed load: every connection sends its next request when the "
        "last one "
        "is answered. Wrong answers are errors and never counted.",
        parts=tuple(_part(here, wanted, place) for place, wanted in enumerate(here.workloads("closed"))),
    )


def _answer(here: Context) -> str:
    closed = (each for each in here.summaries if each.cell.load == "closed")
    found = [(level, each) for each in closed if (level := each.level(METRIC))]
    if not found:
        return "Nothing was measured, so there is nothing to show."
    least, most = (pick(found, key=lambda pair: pair[0].value) for pick in (min, max))
    return (
        f"From {_named(here, *least)} to {_named(here, *most)}, over "
        f"{fmt.counted(len(found), 'measured cell')}."
    )


def _named(here: Context, level: Level, each: Summary) -> str:
    cell = each.cell
    where = f"{here.title(cell.framework)} on {cell.server}, {cell.scenario}"
    return f"{fmt.amount(level, 'requests/s')} ({where})"


def _part(here: Context, wanted: Workload, place: int) -> Part:
    heading = here.heading(wanted)
    svg = draw_bars(
        panels(here, wanted, METRIC, lambda level: fmt.amount(level, "/s")),
        here.look,
        key=f"serve{place}",
        title=f"{heading}: requests served per second",
        description="Bars from zero with 95% intervals and one dot per trial; the numbers are in the table "
        "below.",
        axis_label="right answers per second",
    )
    caption = (
        f"{words.load(wanted).capitalize()}. The bar is the geometric mean over blocks, the thick line "
        "its 95% "
        "interval, each dot one trial in order of time from top to bottom. Hatching tells servers apart."
    )
    return Part(
        heading=heading,
        anchor=f"serve-{place}",
        figures=(figure(svg, f"Chart: {heading}, throughput", caption),),
        tables=(_table(here, wanted, place),),
    )


def _table(here: Context, wanted: Workload, place: int) -> Table:
    return Table(
        anchor=f"throughput-{place}",
        summary="Throughput as a table",
        caption=f"{here.heading(wanted)}: throughput of each cell",
        columns=(
            Column(label="Framework"),
            Column(label="Server", short=True),
            Column(label="Throughput", unit="requests/s (95% interval)", numeric=True),
            Column(label="Server busy", unit="%", numeric=True),
            Column(label="Trials", numeric=True),
            Column(label="Requests", numeric=True),
            Column(label="Flags"),
        ),
        rows=tuple(_row(here, each, name) for name, members in sides(here, wanted) for each in members),
    )


def _row(here: Context, each: Summary, name: str) -> TableRow:
    level = each.level(METRIC)
    busy = each.utilisation
    return TableRow(
        anchor=each.cell.slug,
        framework=each.cell.framework,
        entries=(
            entry(here.title(each.cell.framework)),
            entry(name),
            measured(
                level,
                each.reason(METRIC),
                fmt.number(level.value) if level else "",
                fmt.interval(level) if level else "",
            ),
            Entry(text=f"{100 * busy:.0f}", key=round(busy, 4)) if busy is not None else entry("–"),
            Entry(text=str(each.n_trials), key=each.n_trials),
            Entry(text=f"{each.requests:,}", key=each.requests),
            entry(flags.with_counts(each.flags)),
        ),
    )
