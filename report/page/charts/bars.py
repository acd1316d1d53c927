"""Bars from zero with their interval and a dot for each trial: how much, and how steadily."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from report.page.charts.frame import Tick, dots, frame, line
from report.page.charts.look import INK, PAPER, Look, style
from report.page.charts.rows import LABELS, ROW, VALUES, WIDTH, Canvas, Panel, Row, canvas, reach, values
from report.page.charts.svg import inline

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def bars(
    panels: Sequence[Panel], look: Look, *, key: str, title: str, description: str, axis_label: str
) -> str:
    """SVG of one bar a row; the dots stand in the order of the trials, from top to bottom."""
    with style():
        placed = canvas(panels, look, [(LABELS, WIDTH - LABELS - VALUES)])
        axis = placed.axes[0]
        axis.set_xlim(0, reach(row for panel in panels for row in panel.rows))
        frame(axis, x=amounts(axis), label=axis_label)
        for row, y in placed.places:
            draw(placed, row, y, column=0)
        values(placed, axis)
        return inline(placed.figure, key=key, title=title, description=description, marks=placed.marks)


def draw(placed: Canvas, row: Row, y: float, *, column: int) -> None:
    """One row's bar, interval and dots on the axes of ``column``."""
    from matplotlib.patches import Rectangle  # noqa: PLC0415 - takes a second to import

    if row.value is None:
        return
    axis, hint = placed.axes[column], f"{row.label}: {row.text}"
    bar = Rectangle(
        (row.start, y - ROW * 0.29),
        row.value - row.start,
        ROW * 0.58,
        facecolor=placed.look.colour(row.framework),
        hatch=placed.look.hatch(row.server),
        hatchcolor=PAPER,
        edgecolor=INK,
        linewidth=0.8,
        gid=placed.mark(row, hint),
    )
    axis.add_artist(bar)
    if row.dots:
        spread = [y + ROW * 0.4 * (place / max(len(row.dots) - 1, 1) - 0.5) for place in range(len(row.dots))]
        for colour, size in ((INK, 4.2), (PAPER, 2.6)):
            dots(axis, row.dots, spread, color=colour, linewidth=size, gid=placed.mark(row))
    if row.low is not None and row.high is not None:
        gid = placed.mark(row, hint)
        line(axis, (row.low, row.high), (y, y), color=INK, linewidth=2.2, gid=gid)


def amounts(axis: Axes) -> list[Tick]:
    """Ticks of a linear x axis, at the places that matplotlib finds."""
    return [(float(place), thousands(float(place))) for place in axis.xaxis.get_majorticklocs()]


def thousands(value: float) -> str:
    """Tick label with separated thousands, decimals only where the step needs them."""
    return f"{value:,.0f}" if value == round(value) else f"{value:,.2f}".rstrip("0")
