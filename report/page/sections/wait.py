"""How long do users wait: percentile curves at equal offered rate, then the queueing of closed load."""

from __future__ import annotations

from collections.abc import Sequence

from report import fmt
from report.analysis.contenders import Group, comparisons
from report.analysis.summary import Summary
from report.analysis.workload import Workload
from report.page.charts.waiting import Curve, CurvePanel, draw_waiting
from report.page.context import Context, scaled, side, sides
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
from report.page.sections import streaming
from report.stats.levels import Level
from report.views import words

PERCENTILES = {"p50_us": "Median", "p99_us": "99th percentile"}
SATURATED = (
    "Read this as queueing under saturation: with closed load all connections always wait in line, so time "
    "is about connections divided by throughput. It shows how a full server shares its time, not what an "
    "unhurried visitor feels; only an open load (--rate equal) can show that."
)
OPEN = (
    "Open load: requests arrive on a schedule, whether or not the server is ready, and each one's time "
    "counts from the instant it was due, so a stall is felt by everyone who was due in it. This is what "
    "users wait."
)
OWN_RATE = "Each stack was offered a share of its own capacity: this compares no stack with another."
P99_REQUESTS = 5_000
"""A trial with fewer does not decide who is quicker at the 99th percentile (METHOD section 6)."""


def section(here: Context) -> Section:
    """Percentile curves, one chart per workload, open load first."""
    is_open, closed = here.workloads("open"), here.workloads("closed")
    groups = (group for metric in PERCENTILES for group in comparisons(here.summaries, metric))
    compared = [group for group in groups if _telling(here, group)]
    return Section(
        anchor="wait",
        short="How long users wait",
        question="How long do users wait?",
        answer=_answer(here, "open" if is_open else "closed"),
        note=OPEN if is_open else SATURATED,
        parts=tuple(_part(here, wanted, place, compared) for place, wanted in enumerate((*is_open, *closed))),
    )


def _telling(here: Context, group: Group) -> bool:
    """Whether a group says who is quicker: open load at one rate, several contenders, enough requests."""
    if group.workload.load == "closed" or len(group.entries) < 2:  # noqa: PLR2004 - to compare
        return False
    if group.metric.name == "p50_us":
        return True
    cells = {each.cell for each in group.entries}
    return all(each.requests >= P99_REQUESTS * each.n_trials for each in here.summaries if each.cell in cells)


def _answer(here: Context, load: str) -> str:
    equal = {cell for cell in (each.cell for each in here.summaries) if cell not in here.shares}
    found = [
        (level, p99, each)
        for each in here.summaries
        if each.cell.load == load
        and (each.cell in equal or not any(cell.load == load for cell in equal))
        and (level := _ms(each, "p50_us"))
        and (p99 := _ms(each, "p99_us"))
        and level.low
        and p99.low
    ]
    if not found:
        return "No cell settled with enough samples to say it with an interval."
    least, most = (pick(found, key=lambda one: one[0].value) for pick in (min, max))
    return (
        f"{'Under saturation' if load == 'closed' else 'At the offered rates'} "
        f"the median wait is {fmt.amount(least[0], 'ms')} where it is shortest "
        f"({_where(here, least[2])}) and {fmt.amount(most[0], 'ms')} where it is longest "
        f"({_where(here, most[2])}); 99% are answered within {fmt.amount(least[1], 'ms')} and "
        f"{fmt.amount(most[1], 'ms')} there."
    )


def _where(here: Context, each: Summary) -> str:
    rate = f" at {each.cell.rate_rps:,g}/s" if each.cell.rate_rps else ""
    return f"{here.title(each.cell.framework)} on {each.cell.server}, {each.cell.scenario}{rate}"


def _ms(each: Summary, metric: str) -> Level | None:
    return scaled(each.level(metric), 1e-3)


def _what(wanted: Workload) -> str:
    return "under saturation" if wanted.load == "closed" else "as users wait for it"


def _part(here: Context, wanted: Workload, place: int, compared: Sequence[Group]) -> Part:
    heading = here.heading(wanted)
    found = [(name, _curves(here, members)) for name, members in sides(here, wanted)]
    drawn = [CurvePanel(heading=name, curves=curves) for name, curves in found if curves]
    caption = (
        f"{fmt.sentence(words.load(wanted))} Each step to the right on the 1/(1−p) axis is ten times "
        "rarer; curves end where fewer than 10 samples lie beyond. All panels share their axes."
    )
    svg = draw_waiting(
        drawn,
        here.look,
        key=f"wait{place}",
        title=f"{heading}: time to answer by share of requests, {_what(wanted)}",
        description="One curve a framework, one panel a server variant; the numbers are in the table below.",
    )
    points = [
        Fact(name=f"{side(group.server, group.interface)}, {group.metric.noun}", text=group.sentence)
        for group in compared
        if group.workload == wanted
    ]
    text = _text(here, wanted)
    if not drawn:
        text = f"{text} No curve: no cell settled with enough samples. The table says why.".strip()
    shown = (figure(svg, f"Chart: {heading}, waiting time", caption),) if drawn else ()
    streams = tuple(streaming.figures(here, wanted, place))
    return Part(
        heading=heading,
        anchor=f"wait-{place}",
        text=text,
        points=tuple(points),
        figures=(*shown, *(each for found, _ in streams for each in found)),
        tables=(_table(here, wanted, place), *(each for _, each in streams)),
    )


def _text(here: Context, wanted: Workload) -> str:
    """What must be known to read one chart."""
    if wanted.load == "closed":
        return SATURATED if here.workloads("open") else ""
    return OWN_RATE if wanted.share is not None else ""


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
    is_open = wanted.load != "closed"
    return Table(
        anchor=f"latency-{place}",
        summary="Waiting times as a table",
        caption=f"{here.heading(wanted)}: time to answer {_what(wanted)}",
        columns=(
            Column(label="Framework"),
            Column(label="Server", short=True),
            *_columns_of_rate(is_open=is_open),
            *(Column(label=label, unit="ms (95% interval)", numeric=True) for label in PERCENTILES.values()),
            Column(label="Samples reach"),
            *((Column(label="Flags"),) if is_open else ()),
        ),
        rows=tuple(_row(here, each, name) for name, members in sides(here, wanted) for each in members),
    )


def _columns_of_rate(*, is_open: bool) -> tuple[Column, ...]:
    if not is_open:
        return ()
    return (
        Column(label="Offered", unit="requests/s", numeric=True),
        Column(label="Answered", unit="requests/s (95% interval)", numeric=True),
    )


def _row(here: Context, each: Summary, name: str) -> TableRow:
    shown = [_value(_ms(each, metric), each.reason(metric)) for metric in PERCENTILES]
    reach = entry(f"{each.curve_q[-1]:.6g}%") if each.curve_q else gap("no samples")
    head = entry(here.title(each.cell.framework)), entry(name)
    if each.cell.rate_rps is None:
        return TableRow(framework=each.cell.framework, entries=(*head, *shown, reach))
    flags = [f"{flag.word} ({count})" for flag, count in each.flags]
    return TableRow(
        anchor=each.cell.slug,
        framework=each.cell.framework,
        entries=(*head, *_rates(each), *shown, reach, entry(", ".join(flags) or "none")),
    )


def _rates(each: Summary) -> tuple[Entry, Entry]:
    """What was offered, and what was answered of it."""
    rate = each.cell.rate_rps or 0.0
    answered = _value(each.level("throughput_rps"), each.reason("throughput_rps"))
    if each.overloaded:
        more = "overloaded: waits grow with the length of the window"
        answered = Entry(text=answered.text, detail=f"{answered.detail}; {more}", key=answered.key)
    return Entry(text=f"{rate:,g}", key=rate), answered


def _value(level: Level | None, reason: str) -> Entry:
    text, interval = (fmt.number(level.value), fmt.interval(level)) if level else ("", "")
    return measured(level, reason, text, interval)
