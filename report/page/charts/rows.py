"""Rows under headings: the layout that all charts of stacks share, measured in pixels of the page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from report.page.charts.frame import draw_line, shift, write_text
from report.page.charts.look import GRID, MUTED, PAPER, Look
from report.page.charts.svg import Mark, add_mark, single_line

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

WIDTH, LABELS_WIDTH, VALUES_WIDTH = 860, 150, 226
"""Pixels: the chart, the labels left of its axes, the values right of them."""
ROW_HEIGHT, HEADING_HEIGHT, TOP, BOTTOM = 27, 40, 8, 52
"""Pixels: a row, a panel's heading, the margins above and below."""
DPI = 72
"""Matplotlib writes SVG in points; at 72 to the inch a point is a pixel."""
LABEL_CHARACTER_PX = 6.8
"""Room for a character of a row's label."""
INTERVAL_AT_MOST = 1.5
"""An interval that ends beyond this multiple of what was measured runs to the edge of the chart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartRow:
    """One stack's value; without one, ``text`` says why."""

    label: str
    framework: str
    server: str
    value: float | None = None
    start: float = 0.0
    """Where its bar begins."""
    low: float | None = None
    high: float | None = None
    dots: tuple[float, ...] = ()
    """The values of its trials."""
    text: str = ""
    """Shown beside it: the value with its interval and unit, or why there is none."""
    strong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Rows that may be compared with each other."""

    heading: str
    rows: tuple[ChartRow, ...]


@dataclass(frozen=True, slots=True)
class Canvas:
    """A figure with one column of axes or more, over which its rows are laid."""

    figure: Figure
    axes: tuple[Axes, ...]
    rows_at: tuple[tuple[ChartRow, float], ...]
    """Each row with its y, from top to bottom."""
    marks: dict[str, Mark]
    look: Look

    def add_mark(self, row: ChartRow, hint: str = "") -> str:
        """Gid for an artist of ``row``, which then is filtered with its framework and shows ``hint``."""
        return add_mark(self.marks, row.framework, hint)


def _rows_height(panels: Sequence[Panel]) -> float:
    """Pixels that the rows and headings of ``panels`` need, without margins."""
    return sum(HEADING_HEIGHT + ROW_HEIGHT * len(panel.rows) for panel in panels)


def lay_out(panels: Sequence[Panel], look: Look, columns: Sequence[tuple[float, float]]) -> Canvas:
    """Lay out ``panels`` from top to bottom over axes at ``columns``, each (left, width) in pixels.

    The y axis of all axes counts pixels from the top of the rows.
    """
    from matplotlib.figure import Figure  # noqa: PLC0415 - takes a second to import

    inner = _rows_height(panels)
    total = inner + TOP + BOTTOM
    figure = Figure(figsize=(WIDTH / DPI, total / DPI), dpi=DPI)
    axes = []
    for left, width in columns:
        axis = figure.add_axes((left / WIDTH, BOTTOM / total, width / WIDTH, inner / total))
        axis.set_ylim(inner, 0)
        axes.append(axis)
    canvas = Canvas(figure, tuple(axes), tuple(_row_heights(panels)), {}, look)
    _write_labels(canvas, panels, columns[0][0])
    return canvas


def axis_end(rows: Iterable[ChartRow]) -> float:
    """Where a linear axis from 0 ends: behind all values and trials, and behind intervals of usual width."""
    rows = [row for row in rows if row.value is not None]
    drawn = max((amount for row in rows for amount in (row.value or 0.0, *row.dots)), default=0.0) or 1.0
    highest = max((row.high for row in rows if row.high), default=0.0)
    return min(max(drawn, highest), INTERVAL_AT_MOST * drawn) * 1.03


def _row_heights(panels: Sequence[Panel]) -> Iterator[tuple[ChartRow, float]]:
    y = 0.0
    for panel in panels:
        y += HEADING_HEIGHT
        for row in panel.rows:
            yield row, y + ROW_HEIGHT / 2
            y += ROW_HEIGHT


def write_in_row(axis: Axes, x: float, y: float, text: str, *, side: int = 0, **style: Any) -> Text:  # noqa: ANN401
    """Text at ``x`` pixels from the left (``side`` 0) or right (1) edge of ``axis``, at row height ``y``."""
    transform = axis.get_yaxis_transform() + shift(x, 0)
    return write_text(axis, side, y, text, transform, **{"va": "center_baseline", **style})


def write_values(canvas: Canvas, axis: Axes) -> None:
    """Write each row's text right of ``axis``."""
    for row, y in canvas.rows_at:
        if row.value is not None:
            weight = "bold" if row.strong else "normal"
            text = write_in_row(axis, 14, y, single_line(row.text, 44), side=1, weight=weight)
            text.set_gid(canvas.add_mark(row))


def _write_labels(canvas: Canvas, panels: Sequence[Panel], left: float) -> None:
    """Headings of panels, and labels of rows ``left`` of the first axes; a row without value says why."""
    y = 0.0
    axis = canvas.axes[0]
    for panel in panels:
        write_in_row(
            axis, -left, y + HEADING_HEIGHT - 13, single_line(panel.heading, 60), color=MUTED, size=12
        )
        draw_line(
            axis,
            (0, 1),
            (y + HEADING_HEIGHT - 2,) * 2,
            color=GRID,
            linewidth=1,
            transform=axis.get_yaxis_transform(),
        )
        y += HEADING_HEIGHT + ROW_HEIGHT * len(panel.rows)
    for row, row_y in canvas.rows_at:
        text = single_line(row.label, int(left / LABEL_CHARACTER_PX))
        label = write_in_row(axis, -14, row_y, text, ha="right")
        label.set_gid(canvas.add_mark(row))
        if row.value is None:
            reason = single_line(row.text, 90)
            gap = write_in_row(axis, 8, row_y, reason, style="italic", color=MUTED, size=11.5)
            gap.set_bbox({"facecolor": PAPER, "edgecolor": "none", "pad": 2})
            gap.set_gid(canvas.add_mark(row))
