"""Layers one upon the other: each bar begins where the one it stands on ends."""

from __future__ import annotations

from collections.abc import Sequence
from math import isclose

from report.page.charts.bars import amounts, draw
from report.page.charts.frame import frame, line
from report.page.charts.look import MUTED, Look, style
from report.page.charts.rows import LABELS, ROW, VALUES, WIDTH, Canvas, Panel, canvas, reach, values
from report.page.charts.svg import inline


def waterfall(
    panels: Sequence[Panel], look: Look, *, key: str, title: str, description: str, axis_label: str
) -> str:
    """SVG of one bar a row from its ``start`` to its value, joined to the bar that ends there."""
    with style():
        placed = canvas(panels, look, [(LABELS, WIDTH - LABELS - VALUES)])
        axis = placed.axes[0]
        axis.set_xlim(0, reach(row for panel in panels for row in panel.rows))
        axis.locator_params(axis="x", nbins=6)
        frame(axis, x=amounts(axis), label=axis_label)
        for panel in panels:
            _join(placed, panel)
        for row, y in placed.places:
            draw(placed, row, y, column=0)
        values(placed, axis)
        return inline(placed.figure, key=key, title=title, description=description, marks=placed.marks)


def _join(placed: Canvas, panel: Panel) -> None:
    """A fine line from the end of each bar down to the last row that begins there."""
    places = [(row, y) for row, y in placed.places if any(row is own for own in panel.rows)]
    for row, y in places:
        if row.value is None:
            continue
        below = [other for one, other in places if one.start and isclose(one.start, row.value)]
        if below:
            ends = (y - ROW * 0.29, max(below) + ROW * 0.29)
            line(placed.axes[0], (row.value, row.value), ends, color=MUTED, linewidth=1)
