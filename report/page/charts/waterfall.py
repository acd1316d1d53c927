"""Layers of instructions: each bar begins where the bar of the layer below ends."""

from __future__ import annotations

from collections.abc import Sequence
from math import isclose

from report.page.charts.bars import amount_ticks, draw_bar
from report.page.charts.frame import draw_frame, draw_line
from report.page.charts.look import MUTED, Look, chart_style
from report.page.charts.rows import (
    LABELS_WIDTH,
    ROW_HEIGHT,
    VALUES_WIDTH,
    WIDTH,
    Canvas,
    Panel,
    axis_end,
    lay_out,
    write_values,
)
from report.page.charts.svg import to_svg


def draw_waterfall(
    panels: Sequence[Panel], look: Look, *, key: str, title: str, description: str, axis_label: str
) -> str:
    """SVG of one bar a row from its ``start`` to its value, joined to the bar that ends there."""
    with chart_style():
        canvas = lay_out(panels, look, [(LABELS_WIDTH, WIDTH - LABELS_WIDTH - VALUES_WIDTH)])
        axis = canvas.axes[0]
        axis.set_xlim(0, axis_end(row for panel in panels for row in panel.rows))
        axis.locator_params(axis="x", nbins=6)
        draw_frame(axis, x=amount_ticks(axis), label=axis_label)
        for panel in panels:
            _join_bars(canvas, panel)
        for row, y in canvas.rows_at:
            draw_bar(canvas, row, y, column=0)
        write_values(canvas, axis)
        return to_svg(canvas.figure, key=key, title=title, description=description, marks=canvas.marks)


def _join_bars(canvas: Canvas, panel: Panel) -> None:
    """Draw a fine line from the end of each bar down to the last row that begins there."""
    rows_at = [(row, y) for row, y in canvas.rows_at if any(row is shown for shown in panel.rows)]
    for row, y in rows_at:
        if row.value is None:
            continue
        below = [other_y for other, other_y in rows_at if other.start and isclose(other.start, row.value)]
        if below:
            ends = (y - ROW_HEIGHT * 0.29, max(below) + ROW_HEIGHT * 0.29)
            draw_line(canvas.axes[0], (row.value, row.value), ends, color=MUTED, linewidth=1)
