"""Bars from zero with their interval and a dot for each trial: how much, and how steadily."""

from __future__ import annotations

from collections.abc import Sequence

from report.charts.look import INK, PAPER, Look, style
from report.charts.rows import LABELS, ROW, VALUES, WIDTH, Canvas, Panel, Row, canvas, reach, values
from report.charts.svg import inline


def bars(
    panels: Sequence[Panel], look: Look, *, key: str, title: str, description: str, axis_label: str
) -> str:
    """SVG of one bar a row; the dots stand in the order of the trials, from top to bottom."""
    with style():
        placed = canvas(panels, look, [(LABELS, WIDTH - LABELS - VALUES)])
        axis = placed.axes[0]
        axis.set_xlim(0, reach(row for panel in panels for row in panel.rows))
        axis.xaxis.set_major_formatter(thousands)
        axis.set_xlabel(axis_label, labelpad=8)
        for row, y in placed.places:
            draw(placed, row, y, column=0)
        values(placed, axis)
        return inline(placed.figure, key=key, title=title, description=description, marks=placed.marks)


def draw(placed: Canvas, row: Row, y: float, *, column: int) -> None:
    """One row's bar, interval and dots on the axes of ``column``."""
    if row.value is None:
        return
    axis, hint = placed.axes[column], f"{row.label}: {row.text}"
    bar = axis.barh(
        y,
        row.value,
        height=ROW * 0.58,
        color=placed.look.colour(row.framework),
        hatch=placed.look.hatch(row.server),
        hatchcolor=PAPER,
        edgecolor=INK,
        linewidth=0.8,
    )[0]
    bar.set_gid(placed.mark(row, hint))
    if row.dots:
        spread = [y + ROW * 0.4 * (place / max(len(row.dots) - 1, 1) - 0.5) for place in range(len(row.dots))]
        dots = axis.plot(
            row.dots, spread, "o", markersize=3.4, color=PAPER, markeredgecolor=INK, markeredgewidth=0.8
        )[0]
        dots.set_gid(placed.mark(row))
    if row.low is not None and row.high is not None:
        interval = axis.plot([row.low, row.high], [y, y], color=INK, linewidth=2.2)[0]
        interval.set_gid(placed.mark(row, hint))


def thousands(value: float, _place: object = None) -> str:
    """Tick label with separated thousands, decimals only where the step needs them."""
    return f"{value:,.0f}" if value == round(value) else f"{value:,.2f}".rstrip("0")
