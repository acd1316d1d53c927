"""Quantities side by side over the same rows, each in bars from zero on an axis of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

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

AXIS_SHARE = 0.535
"""Of the width of a column, what its bars may take; the rest is for its values."""
CHARACTER_PX = 6.3
"""Of a value."""
TICKS_AT_MOST = 4
LABEL_LONGEST = 40
"""Characters of the label of an axis."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BarColumn:
    """One quantity of all rows."""

    label: str
    """Of its axis, with the unit."""
    panels: tuple[Panel, ...]


def draw_columns(
    columns: Sequence[BarColumn],
    look: Look,
    *,
    key: str,
    title: str,
    description: str,
    labels_width: float = LABELS_WIDTH,
) -> str:
    """SVG of the columns, which hold the same rows in the same order."""
    width = (WIDTH - labels_width) / len(columns)
    places = [(labels_width + number * width, AXIS_SHARE * width) for number in range(len(columns))]
    with chart_style():
        canvas = lay_out([_labels_only(panel) for panel in columns[0].panels], look, places)
        for number, column in enumerate(columns):
            _draw_column(canvas, column, number, width)
        return to_svg(canvas.figure, key=key, title=title, description=description, marks=canvas.marks)


def _labels_only(panel: Panel) -> Panel:
    """The panel without gaps, so that the canvas writes none: each column writes its own."""
    return replace(panel, rows=tuple(replace(row, value=0.0) for row in panel.rows))


def _draw_column(canvas: Canvas, column: BarColumn, number: int, width: float) -> None:
    axis, rows = canvas.axes[number], [row for panel in column.panels for row in panel.rows]
    longest = int((1 - AXIS_SHARE) * width / CHARACTER_PX)
    axis.set_xlim(0, axis_end(rows))
    axis.locator_params(axis="x", nbins=TICKS_AT_MOST if width > WIDTH / TICKS_AT_MOST else 2)
    draw_frame(axis, x=amount_ticks(axis), label=single_line(column.label, LABEL_LONGEST))
    for row, (_, y) in zip(rows, canvas.rows_at, strict=True):
        _draw_row(canvas, row, y, number, longest)


def _draw_row(canvas: Canvas, row: ChartRow, y: float, number: int, longest: int) -> None:
    draw_bar(canvas, row, y, column=number)
    style = "italic" if row.value is None else "normal"
    text = write_in_row(
        canvas.axes[number], 12, y, single_line(row.text, longest), side=1, size=11.5, style=style
    )
    text.set_gid(canvas.add_mark(row))
