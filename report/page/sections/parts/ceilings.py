"""Of the section on trust: the most that the generator did on this machine, by connections."""

from __future__ import annotations

from collections.abc import Sequence

from report import fmt
from report.analysis.ceilings import of_generator, upstream_rps
from report.page.charts.ceilings import CeilingLine, draw_ceilings
from report.page.context import Context
from report.page.model import Column, SectionPart, Table, TableEntry, TableRow, entry, figure
from results.model import Ceiling

CEILING_TEXT = (
    "The generator against a server that only gives one answer, from the last hotlap calibrate on this "
    "machine. A trial that comes near its ceiling is flagged as bound by the generator: it tells of hotlap "
    "then, not of the stack."
)


def part(context: Context) -> SectionPart | None:
    """Throughput by connections, one line a shape; None where the generator was not calibrated."""
    calibrated = context.run.plan.ceilings
    by_shape = _by_shape(of_generator(calibrated))
    if not by_shape:
        return None
    svg = draw_ceilings(
        [_line(shape, ceilings) for shape, ceilings in by_shape.items()],
        key="ceilings",
        title="The most that the generator can do, by connections",
        description="One line a shape of answer, on logarithmic axes; the numbers are in the table below.",
    )
    caption = "Requests per second against a trivial server, on logarithmic axes. No stack is measured here."
    return SectionPart(
        heading="Ceiling of the generator",
        anchor="ceilings",
        text=CEILING_TEXT + _upstream(upstream_rps(calibrated)),
        figures=(figure(svg, "Chart: ceilings of the generator", caption),),
        tables=(_table([ceiling for ceilings in by_shape.values() for ceiling in ceilings]),),
    )


def _upstream(rps: float | None) -> str:
    """A sentence on the upstream; empty where it was not calibrated."""
    if rps is None:
        return ""
    return f" The upstream that apps call answers {fmt.number(rps)} requests a second at most."


def _by_shape(ceilings: Sequence[Ceiling]) -> dict[str, list[Ceiling]]:
    """Ceilings by shape, the smallest answers first, each by rising connections."""
    by_shape: dict[str, list[Ceiling]] = {}
    for ceiling in sorted(ceilings, key=lambda ceiling: (ceiling.bytes_per_request, ceiling.shape)):
        by_shape.setdefault(ceiling.shape, []).append(ceiling)
    for members in by_shape.values():
        members.sort(key=lambda ceiling: ceiling.connections)
    return by_shape


def _line(shape: str, ceilings: Sequence[Ceiling]) -> CeilingLine:
    return CeilingLine(
        label=shape,
        connections=tuple(ceiling.connections for ceiling in ceilings),
        rps=tuple(ceiling.rps for ceiling in ceilings),
    )


def _table(ceilings: Sequence[Ceiling]) -> Table:
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
                    entry(ceiling.shape),
                    TableEntry(text=fmt.number(ceiling.bytes_per_request), key=ceiling.bytes_per_request),
                    TableEntry(text=f"{ceiling.connections:,}", key=ceiling.connections),
                    TableEntry(text=fmt.number(ceiling.rps), key=ceiling.rps),
                )
            )
            for ceiling in ceilings
        ),
    )
