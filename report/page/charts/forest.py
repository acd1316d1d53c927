"""Ratios with their intervals, on a logarithmic axis: which is fastest, and can we tell."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from report.page.charts.frame import frame, line
from report.page.charts.look import INK, MUTED, PAPER, Look, style
from report.page.charts.rows import LABELS, VALUES, WIDTH, Canvas, Panel, Row, canvas, values
from report.page.charts.svg import inline

STEPS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1, 1.05, 1.1, 1.2, 1.5, 2, 3, 5, 10, 20)
"""Ratios that a tick may stand at."""
SPREAD_AT_MOST = 5
"""An interval wider than this ends at the edge of the chart; its numbers stand beside it."""
TICKS_AT_MOST = 8


def forest(
    panels: Sequence[Panel], look: Look, *, key: str, title: str, description: str, axis_label: str
) -> str:
    """SVG of one row a ratio: marker at the estimate, line over the 95% interval, 1 the reference."""
    with style():
        placed = canvas(panels, look, [(LABELS, WIDTH - LABELS - VALUES)])
        axis = placed.axes[0]
        low, high = _limits(panels)
        axis.set_xscale("log")
        axis.set_xlim(low, high)
        frame(axis, x=[(step, f"{step:g}×") for step in _ticks(low, high)], label=axis_label)
        line(axis, (1, 1), axis.get_ylim(), color=MUTED, linewidth=1.2)
        for row, y in placed.places:
            _draw(placed, row, y)
        values(placed, axis)
        return inline(placed.figure, key=key, title=title, description=description, marks=placed.marks)


def _draw(placed: Canvas, row: Row, y: float) -> None:
    if row.value is None:
        return
    colour, axis = placed.look.colour(row.framework), placed.axes[0]
    gid = f"{row.label}: {row.text}"
    if row.low is not None and row.high is not None:
        bar = line(axis, (row.low, row.high), (y, y), color=colour, linewidth=4, solid_capstyle="round")
        bar.set_gid(placed.mark(row, gid))
    point = line(
        axis,
        (row.value,),
        (y,),
        marker=placed.look.marker(row.server),
        linestyle="none",
        markersize=9,
        color=colour,
        markeredgecolor=INK if row.strong else PAPER,
        markeredgewidth=1.4,
        clip_on=False,
    )
    point.set_gid(placed.mark(row, gid))


def _limits(panels: Sequence[Panel]) -> tuple[float, float]:
    """Room for every estimate, and for intervals as far as they do not dwarf the estimates."""
    rows = [row for panel in panels for row in panel.rows if row.value is not None]
    values = [1.0, *(row.value for row in rows if row.value)]
    lows = [row.low for row in rows if row.low]
    highs = [row.high for row in rows if row.high]
    low = max(min([*values, *lows]), min(values) / SPREAD_AT_MOST)
    high = min(max([*values, *highs]), max(values) * SPREAD_AT_MOST)
    return min(low, 0.95) * 0.94, max(high, 1.02) * 1.06


def _ticks(low: float, high: float) -> list[float]:
    """Steps within the limits, thinned from the crowded end, 1 always among them."""
    steps = [step for step in STEPS if low <= step <= high]
    while len(steps) > TICKS_AT_MOST:
        gaps = [(right / left, right if right != 1 else left) for left, right in pairwise(steps)]
        steps.remove(min(gaps)[1])
    return steps
