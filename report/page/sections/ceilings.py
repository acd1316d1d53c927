"""What the generator could do at most on the machine, as a part of the section on trust."""

from __future__ import annotations

from report import fmt
from report.page.charts.ceilings import CeilingLine, draw_ceilings
from report.page.context import Context
from report.page.model import Column, Entry, Part, Table, TableRow, entry, figure
from results.model import Ceiling

TEXT = (
    "The generator against a server that only gives one answer, from the last hotlap calibrate on this "
    "machine. A trial that comes near its ceiling is flagged as bound by the generator: it tells of hotlap "
    "then, not of the stack."
)


def part(here: Context) -> Part | None:
    """Throughput by connections, one line a shape; None where the generator was not calibrated."""
    found = here.run.plan.ceilings
    if not found:
        return None
    svg = draw_ceilings(
        [_points(shape, members) for shape, members in _by_shape(found).items()],
        key="ceilings",
        title="The most that the generator can do, by connections",
        description="One line a shape of answer, on logarithmic axes; the numbers are in the table below.",
    )
    caption = "Requests per second against a trivial server, on logarithmic axes. No stack is measured here."
    return Part(
        heading="Ceiling of the generator",
        anchor="ceilings",
        text=TEXT,
        figures=(figure(svg, "Chart: ceilings of the generator", caption),),
        tables=(_table(found),),
    )


def _by_shape(found: tuple[Ceiling, ...]) -> dict[str, list[Ceiling]]:
    shapes: dict[str, list[Ceiling]] = {}
    for each in sorted(found, key=lambda one: (one.bytes_per_request, one.shape, one.connections)):
        shapes.setdefault(each.shape, []).append(each)
    return shapes


def _points(shape: str, members: list[Ceiling]) -> CeilingLine:
    members = sorted(members, key=lambda each: each.connections)
    return CeilingLine(
        label=shape,
        connections=tuple(each.connections for each in members),
        rps=tuple(each.rps for each in members),
    )


def _table(found: tuple[Ceiling, ...]) -> Table:
    shapes = _by_shape(found)
    return Table(
        anchor="ceilings-table",
        summary="Ceilings as a table",
        caption="The most that the generator can do, against a server that only gives one answer",
        columns=(
            Column(label="Shape"),
            Column(label="Bytes", unit="a request, both ways", numeric=True),
            Column(label="Connections", numeric=True),
            Column(label="Ceiling", unit="requests/s", numeric=True),
        ),
        rows=tuple(
            TableRow(
                entries=(
                    entry(each.shape),
                    Entry(text=fmt.number(each.bytes_per_request), key=each.bytes_per_request),
                    Entry(text=f"{each.connections:,}", key=each.connections),
                    Entry(text=fmt.number(each.rps), key=each.rps),
                )
            )
            for members in shapes.values()
            for each in sorted(members, key=lambda one: one.connections)
        ),
    )
