"""Bars from zero with their interval and a dot for each trial: how much, and how steadily."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from report.page.charts.frame import Tick, draw_dots, draw_frame, draw_line
from report.page.charts.look import INK, PAPER, Look, chart_style
from report.page.charts.rows import (
    LABELS_WIDTH,
    ROW_HEIGHT,
    VALUES_WIDTH,
    WIDTH,
    Canvas,
    ChartRow,
    Panel,
    axis_end,
    lay_out,
    write_values,
)
from report.page.charts.svg import to_svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_bars(
    panels: Sequence[Panel],
    look: Look,
    *,
    key: str,
    title: str,
    description: str,
    axis_label: str,
    labels_width: float = LABELS_WIDTH,
) -> str:
    """SVG of one bar a row; the dots stand in the order of the trials, from top to bottom."""
    rows = [row for panel in panels for row in panel.rows]
    with chart_style():
        canvas = lay_out(panels, look, [(labels_width, WIDTH - labels_width - VALUES_WIDTH)])
        axis = canvas.axes[0]
        axis.set_xlim(min([0.0, *(row.value or 0.0 for row in rows)]), axis_end(rows))
        draw_frame(axis, x=amount_ticks(axis), label=axis_label)
        for row, y in canvas.rows_at:
            draw_bar(canvas, row, y, column=0)
        write_values(canvas, axis)
        return to_svg(canvas.figure, key=key, title=title, description=description, marks=canvas.marks)


def draw_bar(canvas: Canvas, row: ChartRow, y: float, *, column: int) -> None:
    """Draw a row's bar, interval and dots on the axes of ``column``."""
    from matplotlib.patches import Rectangle  # noqa: PLC0415 - takes a second to import

    if row.value is None:
        return
    axis, hint = canvas.axes[column], f"{row.label}: {row.text}"
    bar = Rectangle(
        (row.start, y - ROW_HEIGHT * 0.29),
        row.value - row.start,
        ROW_HEIGHT * 0.58,
        facecolor=canvas.look.colour(row.framework),
        hatch=canvas.look.hatch(row.server),
        hatchcolor=PAPER,
        edgecolor=INK,
        linewidth=0.8,
        gid=canvas.add_mark(row, hint),
    )
    axis.add_artist(bar)
    if row.dots:
        steps = max(len(row.dots) - 1, 1)
        heights = [y + ROW_HEIGHT * 0.4 * (index / steps - 0.5) for index in range(len(row.dots))]
        for colour, size in ((INK, 4.2), (PAPER, 2.6)):
            draw_dots(axis, row.dots, heights, color=colour, linewidth=size, gid=canvas.add_mark(row))
    if row.low is not None and row.high is not None:
        gid = canvas.add_mark(row, hint)
        draw_line(axis, (row.low, row.high), (y, y), color=INK, linewidth=2.2, gid=gid)


def amount_ticks(axis: Axes) -> list[Tick]:
    """Ticks of a linear x axis, where matplotlib puts them."""
    return [(float(value), _with_separators(float(value))) for value in axis.xaxis.get_majorticklocs()]


def _with_separators(value: float) -> str:
    """Tick label with separated thousands, decimals only where the step needs them."""
    return f"{value:,.0f}" if value == round(value) else f"{value:,.2f}".rstrip("0")
