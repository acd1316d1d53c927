"""Of the section on trust: throughput by block, which tells whether the machine changed during the run."""

from __future__ import annotations

import math
from collections.abc import Mapping
from statistics import fmean

from report.analysis.metrics import THROUGHPUT
from report.page.charts.drift import draw_drift
from report.page.context import Context
from report.page.model import SectionPart, figure

MOST_LINES = 150
"""Cells that are drawn; of more, every so many, as nobody tells more lines apart."""


def part(context: Context) -> SectionPart | None:
    """A chart of all cells; None where no cell under closed load has trials in two blocks."""
    throughputs = (
        summary.by_block(THROUGHPUT)
        for summary in context.conclusions.summaries
        if summary.cell.load in THROUGHPUT.loads
    )
    cells = [_relative(by_block) for by_block in throughputs if len(by_block) > 1]
    if not cells:
        return None
    step = -(-len(cells) // MOST_LINES)
    svg = draw_drift(
        cells[::step],
        key="drift",
        title="Throughput of every cell by block, relative to its own mean",
        description="One faint line a cell, one strong line for their median. A trend says that the machine "
        "changed.",
    )
    caption = (
        "Throughput of each cell in each block, relative to the cell's own mean over the run. Ratios are "
        "taken within a block, so a slow block slows both sides; a trend still says that the machine changed."
        + f" Of {len(cells):,} cells, one in {step} is shown."
        * (step > 1)
    )
    return SectionPart(
        heading="Drift", anchor="drift", figures=(figure(svg, "Chart: drift over blocks", caption),)
    )


def _relative(by_block: Mapping[int, float]) -> dict[int, float]:
    """Throughput by block over its geometric mean."""
    mean = math.exp(fmean(math.log(value) for value in by_block.values()))
    return {block: value / mean for block, value in by_block.items()}
