"""Where does it saturate: the 99th percentile against the offered rate, where a stack was offered several."""

from __future__ import annotations

from report import fmt
from report.analysis.summary import Summary
from report.page.charts.saturation import RateLine, RatePanel, draw_saturation
from report.page.context import Context, scaled, side
from report.page.model import Column, Entry, Part, Section, Table, TableRow, entry, figure, measured

Asked = tuple[str, int, int, str | None]
"""(scenario, connections at most, workers, arrivals)"""


def section(here: Context) -> Section | None:
    """One chart a scenario; None where no stack was offered several rates."""
    found = _several(here)
    if not found:
        return None
    return Section(
        anchor="saturate",
        short="Where it saturates",
        question="Where does it saturate?",
        answer=_answer(here, found),
        note="As the offered rate nears what a stack can serve, waiting lines form, and the 99th percentile "
        "shows them first. Beyond it waits only grow, so a point there tells the length of the window.",
        parts=tuple(_part(here, asked, stacks, place) for place, (asked, stacks) in enumerate(found.items())),
    )


def _several(here: Context) -> dict[Asked, dict[str, list[Summary]]]:
    """By what was asked and by stack: summaries at two rates or more, rising."""
    found: dict[Asked, dict[str, list[Summary]]] = {}
    for each in here.summaries:
        cell = each.cell
        if cell.rate_rps is not None:
            asked = (cell.scenario, cell.connections, cell.workers, cell.arrivals)
            found.setdefault(asked, {}).setdefault(cell.stack, []).append(each)
    several = {
        asked: {
            stack: sorted(members, key=lambda each: each.cell.rate_rps or 0)
            for stack, members in stacks.items()
            if sum(each.level("p99_us") is not None for each in members) > 1
        }
        for asked, stacks in found.items()
    }
    return {asked: stacks for asked, stacks in several.items() if stacks}


def _answer(here: Context, found: dict[Asked, dict[str, list[Summary]]]) -> str:
    stacks = {(asked, stack): members for asked, by in found.items() for stack, members in by.items()}
    over = [next((each for each in members if each.overloaded), None) for members in stacks.values()]
    beyond = [each for each in over if each is not None]
    total = fmt.counted(len(stacks), "stack")
    if not beyond:
        return f"None of the {total} was offered more than it could serve."
    lowest = min(beyond, key=lambda each: each.cell.rate_rps or 0)
    return (
        f"{len(beyond)} of {total} could not serve the highest rates; the first to give way is "
        f"{here.title(lowest.cell.framework)} on {lowest.cell.server}, {lowest.cell.scenario}, at "
        f"{lowest.cell.rate_rps or 0:,g} requests/s."
    )


def _part(here: Context, asked: Asked, stacks: dict[str, list[Summary]], place: int) -> Part:
    scenario, connections, workers, arrivals = asked
    panels: dict[str, list[RateLine]] = {}
    for members in stacks.values():
        cell = members[0].cell
        panels.setdefault(side(cell.server, cell.interface), []).append(_line(here, members))
    svg = draw_saturation(
        [RatePanel(heading=name, lines=tuple(lines)) for name, lines in sorted(panels.items())],
        here.look,
        key=f"saturate{place}",
        title=f"{scenario}: 99th percentile by offered rate",
        description="One line a framework, one panel a server variant; the numbers are in the table below.",
    )
    caption = (
        f"Open load, {arrivals} arrivals, at most {fmt.counted(connections, 'connection')}, "
        f"{fmt.counted(workers, 'worker')}. All panels share their axes."
    )
    return Part(
        heading=scenario,
        anchor=f"saturate-{place}",
        figures=(figure(svg, f"Chart: {scenario}, saturation", caption),),
        tables=(_table(here, scenario, stacks, place),),
    )


def _line(here: Context, members: list[Summary]) -> RateLine:
    points = [(each.cell.rate_rps or 0.0, p99.value) for each in members if (p99 := each.level("p99_us"))]
    return RateLine(
        label=here.title(members[0].cell.framework),
        framework=members[0].cell.framework,
        server=members[0].cell.server,
        rates_rps=tuple(rate for rate, _ in points),
        p99_ms=tuple(us / 1000 for _, us in points),
    )


def _table(here: Context, scenario: str, stacks: dict[str, list[Summary]], place: int) -> Table:
    return Table(
        anchor=f"saturation-{place}",
        summary="Saturation as a table",
        caption=f"{scenario}: 99th percentile by offered rate",
        columns=(
            Column(label="Framework"),
            Column(label="Server", short=True),
            Column(label="Offered", unit="requests/s", numeric=True),
            Column(label="99th percentile", unit="ms (95% interval)", numeric=True),
            Column(label="Served"),
        ),
        rows=tuple(_row(here, each) for members in stacks.values() for each in members),
    )


def _row(here: Context, each: Summary) -> TableRow:
    rate, level = each.cell.rate_rps or 0.0, scaled(each.level("p99_us"), 1e-3)
    text, interval = (fmt.number(level.value), fmt.interval(level)) if level else ("", "")
    return TableRow(
        framework=each.cell.framework,
        entries=(
            entry(here.title(each.cell.framework)),
            entry(side(each.cell.server, each.cell.interface)),
            Entry(text=f"{rate:,g}", key=rate),
            measured(level, each.reason("p99_us"), text, interval),
            entry(_served(each)),
        ),
    )


def _served(each: Summary) -> str:
    if each.gap:
        return "not measured"
    return "overloaded" if each.overloaded else "yes"
