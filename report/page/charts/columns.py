"""CPU per request and memory side by side, over the same rows: what a stack consumes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from report.page.charts.bars import amount_ticks, draw_bar
from report.page.charts.frame import draw_frame
from report.page.charts.look import Look, chart_style
from report.page.charts.rows import (
    LABELS_WIDTH,
    WIDTH,
    Canvas,
    ChartRow,
    Panel,
    axis_end,
    lay_out,
    write_in_row,
)
from report.page.charts.svg import single_line, to_svg

AXIS_WIDTH = 190
"""Pixels of each of the two axes."""
TEXT_WIDTH = 165
"""Pixels of the values right of each of the two axes."""


def draw_consumption(
    cpu: Sequence[Panel], memory: Sequence[Panel], look: Look, *, key: str, title: str, description: str
) -> str:
    """SVG of two columns of bars; ``cpu`` and ``memory`` hold the same rows in the same order."""
    columns = [(LABELS_WIDTH, AXIS_WIDTH), (WIDTH - TEXT_WIDTH - AXIS_WIDTH, AXIS_WIDTH)]
    with chart_style():
        canvas = lay_out([_labels_only(panel) for panel in cpu], look, columns)
        for column, (panels, label) in enumerate(
            ((cpu, "CPU time per request, µs"), (memory, "memory (PSS), MiB"))
        ):
            _draw_column(canvas, [row for panel in panels for row in panel.rows], column, label)
        return to_svg(canvas.figure, key=key, title=title, description=description, marks=canvas.marks)


def _labels_only(panel: Panel) -> Panel:
    """The panel without gaps, so that the canvas writes none: each column writes its own."""
    return replace(panel, rows=tuple(replace(row, value=0.0) for row in panel.rows))


def _draw_column(canvas: Canvas, rows: Sequence[ChartRow], column: int, label: str) -> None:
    axis = canvas.axes[column]
    axis.set_xlim(0, axis_end(rows))
    axis.locator_params(axis="x", nbins=4)
    draw_frame(axis, x=amount_ticks(axis), label=label)
    for row, (_, y) in zip(rows, canvas.rows_at, strict=True):
        draw_bar(canvas, row, y, column=column)
        style = "italic" if row.value is None else "normal"
        text = write_in_row(axis, 12, y, single_line(row.text, 30), side=1, size=11.5, style=style)
        text.set_gid(canvas.add_mark(row))
