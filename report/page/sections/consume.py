"""What does it consume: CPU time per request and memory."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from report import fmt
from report.analysis.summary import Summary
from report.analysis.workload import Workload
from report.page.charts.consumption import draw_consumption
from report.page.context import Context, panels, sides
from report.page.model import Column, Entry, Part, Section, Table, TableRow, entry, figure, gap, measured

UNITS = {"cpu_us_per_request": "µs", "memory_mib": "MiB"}


def section(here: Context) -> Section:
    """CPU and memory, one chart per workload."""
    return Section(
        anchor="consume",
        short="What it consumes",
        question="What does it consume?",
        answer=_answer(here),
        note="CPU per request depends on load, so it is compared only at equal load: under closed load where "
        "the server was at least 95% busy, under open load at one rate for all. "
        "Memory is the proportional set size of all the server's processes, read after the window.",
        parts=tuple(_part(here, wanted, place) for place, wanted in enumerate(_shown(here))),
    )


def _shown(here: Context) -> list[Workload]:
    """Closed loads; of a scenario that has none, the open ones."""
    closed = here.workloads("closed")
    alone = {(each.scenario, each.workers) for each in closed}
    return [each for each in here.workloads() if each in closed or (each.scenario, each.workers) not in alone]


def _beside(here: Context, wanted: Workload) -> list[Workload]:
    """Open loads at one rate for all, which stand as further columns beside the closed one."""
    return [
        each
        for each in here.workloads("open")
        if wanted.load == "closed"
        and each.share is None
        and (each.scenario, each.workers) == (wanted.scenario, wanted.workers)
    ]


def _answer(here: Context) -> str:
    sentences = []
    for metric, what in (("cpu_us_per_request", "A request costs"), ("memory_mib", "A server holds")):
        found = [(level, each) for each in here.summaries if (level := each.level(metric))]
        if not found:
            sentences.append(f"{what} an unknown amount: no cell has a comparable value.")
            continue
        least, most = (pick(found, key=lambda pair: pair[0].value) for pick in (min, max))
        ends = [f"{fmt.amount(level, UNITS[metric])} ({_where(here, each)})" for level, each in (least, most)]
        of_what = "of CPU time" if metric == "cpu_us_per_request" else "of memory"
        sentences.append(f"{what} from {ends[0]} to {ends[1]} {of_what}.")
    return " ".join(sentences)


def _where(here: Context, each: Summary) -> str:
    return f"{here.title(each.cell.framework)} on {each.cell.server}, {each.cell.scenario}"


def _part(here: Context, wanted: Workload, place: int) -> Part:
    heading = here.heading(wanted)
    cpu, memory = (
        panels(here, wanted, metric, partial(fmt.amount, unit=unit), gap=_short)
        for metric, unit in UNITS.items()
    )
    svg = draw_consumption(
        cpu,
        memory,
        here.look,
        key=f"consume{place}",
        title=f"{heading}: CPU time per request and memory",
        description="Two columns of bars from zero with 95% intervals; the numbers are in the table below.",
    )
    caption = (
        "Less is better in both. The bar is the geometric mean over blocks, the thick line its 95% interval, "
        "each dot one trial."
    )
    return Part(
        heading=heading,
        anchor=f"consume-{place}",
        figures=(figure(svg, f"Chart: {heading}, CPU and memory", caption),),
        tables=(_table(here, wanted, place),),
    )


def _short(reason: str) -> str:
    """What fits beside a bar; the table has the whole reason."""
    return reason.partition(":")[0].partition(";")[0].partition(" (")[0]


def _table(here: Context, wanted: Workload, place: int) -> Table:
    beside = _beside(here, wanted)
    return Table(
        anchor=f"consumption-{place}",
        summary="CPU and memory as a table",
        caption=f"{here.heading(wanted)}: what each cell consumes",
        columns=(
            Column(label="Framework"),
            Column(label="Server", short=True),
            Column(label="CPU per request", unit="µs (95% interval)", numeric=True),
            Column(label="Memory", unit="MiB (95% interval)", numeric=True),
            *(
                Column(label="CPU per request", unit=f"µs at {other.rate_rps:,g} requests/s", numeric=True)
                for other in beside
            ),
        ),
        rows=tuple(
            _row(here, each, name, beside) for name, members in sides(here, wanted) for each in members
        ),
    )


def _row(here: Context, each: Summary, name: str, beside: Sequence[Workload]) -> TableRow:
    shown = [_value(each, metric) for metric in UNITS]
    for wanted in beside:
        there = (other for other in here.summaries if here.workload(other.cell) == wanted)
        found = next((other for other in there if other.cell.stack == each.cell.stack), None)
        shown.append(_value(found, "cpu_us_per_request") if found else gap("not planned"))
    return TableRow(
        framework=each.cell.framework,
        entries=(entry(here.title(each.cell.framework)), entry(name), *shown),
    )


def _value(each: Summary, metric: str) -> Entry:
    level = each.level(metric)
    text, interval = (fmt.number(level.value), fmt.interval(level)) if level else ("", "")
    return measured(level, each.reason(metric), text, interval)
