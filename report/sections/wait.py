"""How long do users wait: percentile curves under closed load, labelled as the queueing they are."""

from __future__ import annotations

from report import words
from report.charts.waiting import Curve, Curves, waiting
from report.context import Context, Workload, scaled, sides
from report.inference import Level
from report.summary import Summary
from report.view import Column, Part, Section, Table, TableRow, entry, figure, gap, measured

PERCENTILES = {"p50_us": "Median", "p99_us": "99th percentile"}


def section(here: Context) -> Section:
    """Percentile curves, one chart per workload."""
    return Section(
        anchor="wait",
        short="How long users wait",
        question="How long do users wait?",
        answer=_answer(here),
        note="Read this as queueing under saturation: with closed load all connections always wait in line, "
        "so time "
        "is about connections divided by throughput. It shows how a full server shares its time, not what an "
        "unhurried visitor feels; only an open load can show that.",
        parts=tuple(_part(here, wanted, place) for place, wanted in enumerate(here.workloads())),
    )


def _answer(here: Context) -> str:
    found = [
        (level, p99, each)
        for each in here.summaries
        if (level := _ms(each, "p50_us")) and (p99 := _ms(each, "p99_us")) and level.low and p99.low
    ]
    if not found:
        return "No cell settled with enough samples to say it with an interval."
    least, most = (pick(found, key=lambda one: one[0].value) for pick in (min, max))
    return (
        f"Under saturation the median wait is {words.amount(least[0], 'ms')} where it is shortest "
        f"({_where(here, least[2])}) and {words.amount(most[0], 'ms')} where it is longest "
        f"({_where(here, most[2])}); 99% are answered within {words.amount(least[1], 'ms')} and "
        f"{words.amount(most[1], 'ms')} there."
    )


def _where(here: Context, each: Summary) -> str:
    return f"{here.title(each.cell.framework)} on {each.cell.server}, {each.cell.scenario}"


def _ms(each: Summary, metric: str) -> Level | None:
    return scaled(each.level(metric), 1e-3)


def _part(here: Context, wanted: Workload, place: int) -> Part:
    heading = here.heading(wanted)
    found = [(name, _curves(here, members)) for name, members in sides(here, wanted)]
    drawn = [Curves(heading=name, curves=curves) for name, curves in found if curves]
    caption = (
        f"{words.load(*wanted[1:]).capitalize()}. Each step to the right on the 1/(1−p) axis is ten times "
        "rarer; curves "
        f"end where fewer than 10 samples lie beyond. All panels share their axes."
    )
    svg = waiting(
        drawn,
        here.look,
        key=f"wait{place}",
        title=f"{heading}: time to answer by share of requests, under saturation",
        description="One curve a framework, one panel a server variant; the numbers are in the table below.",
    )
    return Part(
        heading=heading,
        anchor=f"wait-{place}",
        text="" if drawn else "No curve: no cell settled with enough samples. The table says why.",
        figures=(figure(svg, f"Chart: {heading}, waiting time", caption),) if drawn else (),
        tables=(_table(here, wanted, place),),
    )


def _curves(here: Context, members: list[Summary]) -> tuple[Curve, ...]:
    return tuple(
        Curve(
            label=here.title(each.cell.framework),
            framework=each.cell.framework,
            shares=tuple(q / 100 for q in each.curve_q),
            latency_ms=tuple(us / 1000 for us in each.curve_us),
        )
        for each in members
        if each.level("p50_us") and each.curve_q
    )


def _table(here: Context, wanted: Workload, place: int) -> Table:
    return Table(
        anchor=f"latency-{place}",
        summary="Waiting times as a table",
        caption=f"{here.heading(wanted)}: time to answer under saturation",
        columns=(
            Column(label="Framework"),
            Column(label="Server", short=True),
            *(Column(label=label, unit="ms (95% interval)", numeric=True) for label in PERCENTILES.values()),
            Column(label="Samples reach"),
        ),
        rows=tuple(_row(here, each, name) for name, members in sides(here, wanted) for each in members),
    )


def _row(here: Context, each: Summary, name: str) -> TableRow:
    shown = []
    for metric in PERCENTILES:
        level = _ms(each, metric)
        text, interval = (words.number(level.value), words.interval(level)) if level else ("", "")
        shown.append(measured(level, each.reason(metric), text, interval))
    reach = entry(f"{each.curve_q[-1]:.6g}%") if each.curve_q else gap("no samples")
    return TableRow(
        framework=each.cell.framework,
        entries=(entry(here.title(each.cell.framework)), entry(name), *shown, reach),
    )
