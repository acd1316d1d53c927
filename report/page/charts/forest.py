"""Ratios with their intervals, on a logarithmic axis: which is fastest, and can we tell."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from report.page.charts.frame import draw_frame, draw_line
from report.page.charts.look import INK, MUTED, PAPER, Look, chart_style
from report.page.charts.rows import (
    LABELS_WIDTH,
    VALUES_WIDTH,
    WIDTH,
    Canvas,
    ChartRow,
    Panel,
    lay_out,
    write_values,
)
from report.page.charts.svg import to_svg

STEPS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1, 1.05, 1.1, 1.2, 1.5, 2, 3, 5, 10, 20)
"""Ratios that a tick may stand at."""
SPREAD_AT_MOST = 5
"""An interval wider than this ends at the edge of the chart; its numbers stand beside it."""
TICKS_AT_MOST = 8
LEAST_GAP = 0.075
"""Of the axis, between two ticks: their labels are not to touch."""


def draw_forest(
    panels: Sequence[Panel], look: Look, *, key: str, title: str, description: str, axis_label: str
) -> str:
    """SVG of one row a ratio: marker at the estimate, line over the 95% interval, 1 the reference."""
    with chart_style():
        canvas = lay_out(panels, look, [(LABELS_WIDTH, WIDTH - LABELS_WIDTH - VALUES_WIDTH)])
        axis = canvas.axes[0]
        low, high = _limits(panels)
        axis.set_xscale("log")
        axis.set_xlim(low, high)
        draw_frame(axis, x=[(step, f"{step:g}×") for step in _ticks(low, high)], label=axis_label)
        draw_line(axis, (1, 1), axis.get_ylim(), color=MUTED, linewidth=1.2)
        for row, y in canvas.rows_at:
            _draw_ratio(canvas, row, y)
        write_values(canvas, axis)
        return to_svg(canvas.figure, key=key, title=title, description=description, marks=canvas.marks)


def _draw_ratio(canvas: Canvas, row: ChartRow, y: float) -> None:
    if row.value is None:
        return
    colour, axis = canvas.look.colour(row.framework), canvas.axes[0]
    hint = f"{row.label}: {row.text}"
    if row.low is not None and row.high is not None:
        bar = draw_line(axis, (row.low, row.high), (y, y), color=colour, linewidth=4, solid_capstyle="round")
        bar.set_gid(canvas.add_mark(row, hint))
    point = draw_line(
        axis,
        (row.value,),
        (y,),
        marker=canvas.look.marker(row.server),
        linestyle="none",
        markersize=9,
        color=colour,
        markeredgecolor=INK if row.strong else PAPER,
        markeredgewidth=1.4,
        clip_on=False,
    )
    point.set_gid(canvas.add_mark(row, hint))


def _limits(panels: Sequence[Panel]) -> tuple[float, float]:
    """Room for all estimates, and for their intervals up to ``SPREAD_AT_MOST`` times beyond the estimates."""
    rows = [row for panel in panels for row in panel.rows if row.value is not None]
    estimates = [1.0, *(row.value for row in rows if row.value)]
    lows = [row.low for row in rows if row.low]
    highs = [row.high for row in rows if row.high]
    low = max(min([*estimates, *lows]), min(estimates) / SPREAD_AT_MOST)
    high = min(max([*estimates, *highs]), max(estimates) * SPREAD_AT_MOST)
    return min(low, 0.95) * 0.94, max(high, 1.02) * 1.06


def _ticks(low: float, high: float) -> list[float]:
    """Steps within the limits; where they are too many or too close, of the closest two one is left out.

    It is never 1 that is.
    """
    steps = [step for step in STEPS if low <= step <= high]
    narrow = (high / low) ** LEAST_GAP
    while len(steps) > 1:
        gap, step = min((right / left, right if right != 1 else left) for left, right in pairwise(steps))
        if len(steps) <= TICKS_AT_MOST and gap >= narrow:
            break
        steps.remove(step)
    return steps
