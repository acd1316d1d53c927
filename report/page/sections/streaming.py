"""How streams are waited for, within the section on waiting: their first byte and their events' rhythm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from report import fmt
from report.analysis.streams import FIRST_BYTE, JITTER, StreamTiming, timings
from report.analysis.summary import Summary
from report.analysis.workload import Workload
from report.page.charts.waiting import Curve, CurvePanel, draw_waiting
from report.page.context import Context, scaled, sides
from report.page.model import Column, Entry, Figure, Table, TableRow, entry, figure, measured
from report.stats.levels import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One of the two, in words."""

    name: str
    title: str
    caption: str
    axis_label: str


KINDS = (
    Kind(
        name=FIRST_BYTE,
        title="time to the first byte",
        caption="From asking (under open load: from when that was due) to the first chunk or event: how long "
        "users wait until something happens.",
        axis_label="share of requests begun to be answered by then",
    ),
    Kind(
        name=JITTER,
        title="unsteadiness of events",
        caption="How much the gap between two events differed from the one that was asked for.",
        axis_label="share of gaps that differed by less",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What one chart and its table are made of."""

    kind: Kind
    heading: str
    place: int
    groups: tuple[tuple[str, tuple[Summary, ...]], ...]
    """By place of comparison."""
    found: Mapping[str, StreamTiming]
    """By slug of cell."""


def figures(here: Context, wanted: Workload, place: int) -> Iterator[tuple[tuple[Figure, ...], Table]]:
    """A chart (none where no samples are enough) and its table, for each that a workload's stacks record."""
    for kind in KINDS:
        found = timings(here.run, kind.name)
        groups = (
            (name, tuple(each for each in members if each.cell.slug in found))
            for name, members in sides(here, wanted)
        )
        shown = Shown(
            kind=kind,
            heading=f"{here.heading(wanted)}, {kind.title}",
            place=place,
            groups=tuple(group for group in groups if group[1]),
            found=found,
        )
        if shown.groups:
            yield _figures(here, shown), _table(here, shown)


def _figures(here: Context, shown: Shown) -> tuple[Figure, ...]:
    panels = [
        CurvePanel(heading=name, curves=_curves(here, members, shown)) for name, members in shown.groups
    ]
    drawn = [panel for panel in panels if panel.curves]
    if not drawn:
        return ()
    svg = draw_waiting(
        drawn,
        here.look,
        key=f"{shown.kind.name.replace('_', '')}{shown.place}",
        title=shown.heading,
        description="One curve a framework, one panel a server variant; the numbers are in the table below.",
        axis_label=shown.kind.axis_label,
    )
    caption = f"{fmt.sentence(shown.kind.title)} {shown.kind.caption}"
    return (figure(svg, f"Chart: {shown.heading}", caption),)


def _curves(here: Context, members: tuple[Summary, ...], shown: Shown) -> tuple[Curve, ...]:
    return tuple(
        Curve(
            label=here.title(each.cell.framework),
            framework=each.cell.framework,
            shares=tuple(q / 100 for q in timing.curve_q),
            latency_ms=tuple(us / 1000 for us in timing.curve_us),
        )
        for each in members
        if (timing := shown.found[each.cell.slug]).p50_us
    )


def _table(here: Context, shown: Shown) -> Table:
    labels = ("Median", "99th percentile")
    return Table(
        anchor=f"{shown.kind.name.replace('_', '-')}-{shown.place}",
        summary=f"{shown.kind.title.capitalize()} as a table",
        caption=shown.heading,
        columns=(
            Column(label="Framework"),
            Column(label="Server", short=True),
            *(Column(label=label, unit="ms (95% interval)", numeric=True) for label in labels),
        ),
        rows=tuple(
            _row(here, each, name, shown.found[each.cell.slug])
            for name, members in shown.groups
            for each in members
        ),
    )


def _row(here: Context, each: Summary, name: str, timing: StreamTiming) -> TableRow:
    values = (_value(level, timing.reason) for level in (timing.p50_us, timing.p99_us))
    names = entry(here.title(each.cell.framework)), entry(name)
    return TableRow(framework=each.cell.framework, entries=(*names, *values))


def _value(level_us: Level | None, reason: str) -> Entry:
    level = scaled(level_us, 1e-3)
    text, interval = (fmt.number(level.value), fmt.interval(level)) if level else ("", "")
    return measured(level, reason or "too few samples beyond it", text, interval)
