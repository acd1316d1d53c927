"""Of the section on what is served: throughput by workers, where cells differ in nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from report import fmt
from report.analysis.claims.claim import Evidence
from report.analysis.claims.workers import WORKERS, Measured, differ_in_workers
from report.analysis.metrics import THROUGHPUT
from report.page.charts.growth import GrowthLine, draw_growth
from report.page.charts.look import Look
from report.page.model import Fact, Figure, SectionPart, figure
from report.stats.levels import level
from results.model import Cell

Asked = tuple[str, int]
"""(scenario, connections)"""
CAPTION = (
    "Right answers per second, of several runs their geometric mean. A server with as many workers as its "
    "share of the CPUs can use them all; beyond that, more workers bring nothing. The sentences have the "
    "intervals."
)


def part(evidence: Sequence[Evidence], look: Look) -> SectionPart | None:
    """A chart for each scenario with several numbers of workers; None where there is none."""
    if len({cell.workers for own in evidence for cell in own.run.plan.cells}) < 2:  # noqa: PLR2004 - to differ
        return None
    figures = tuple(_figures(evidence, look))
    if not figures:
        return None
    return SectionPart(
        heading="By number of workers",
        anchor="workers-part",
        figures=figures,
        points=tuple(
            Fact(name=", ".join(dict.fromkeys(runs)), text=told.sentence.replace("`", ""))
            for runs, told in WORKERS.across(evidence)
        ),
    )


def _figures(evidence: Sequence[Evidence], look: Look) -> Iterator[Figure]:
    lines: dict[Asked, list[GrowthLine]] = {}
    for by_workers in differ_in_workers(evidence):
        cell = next(iter(by_workers.values()))[0].summary.cell
        if line := _line(by_workers, cell):
            lines.setdefault((cell.scenario, cell.connections), []).append(line)
    for number, ((scenario, connections), drawn) in enumerate(lines.items()):
        asked = f"{scenario}, {fmt.counted(connections, 'connection')}"
        svg = draw_growth(
            drawn,
            look,
            key=f"workers{number}",
            title=f"{asked}: throughput by number of workers",
            description="One line a stack, labelled where it ends.",
            axis_label="workers",
        )
        yield figure(svg, f"Chart: {asked}, workers", f"{asked}. {CAPTION}")


def _line(by_workers: dict[int, list[Measured]], cell: Cell) -> GrowthLine | None:
    """Of one stack; None where fewer than two numbers of workers have a value."""
    points = {workers: _mean_rps(measured) for workers, measured in by_workers.items()}
    known = {workers: rps for workers, rps in points.items() if rps is not None}
    if len(known) < 2:  # noqa: PLR2004 - a line
        return None
    return GrowthLine(
        label=next(iter(by_workers.values()))[0].stack,
        framework=cell.framework,
        server=cell.server,
        counts=tuple(known),
        rps=tuple(known.values()),
    )


def _mean_rps(measured: Sequence[Measured]) -> float | None:
    levels = [known.value for entry in measured if (known := entry.summary.level(THROUGHPUT))]
    mean = level(levels)
    return mean.value if mean else None
