"""Rows under headings: the one layout that every chart of stacks shares, measured in pixels of the page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from report.page.charts.frame import line, moved, words
from report.page.charts.look import GRID, MUTED, PAPER, Look
from report.page.charts.svg import Mark, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

WIDTH, LABELS, VALUES = 860, 150, 226
"""Pixels: the chart, the labels left of its axes, the values right of them."""
ROW, HEADING, TOP, BOTTOM = 27, 40, 8, 52
DPI = 72
"""Matplotlib writes SVG in points; at 72 to the inch a point is a pixel."""


INTERVAL_AT_MOST = 1.5
"""An interval that ends beyond this multiple of what was measured runs to the edge of the chart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
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
    """One per trial."""
    text: str = ""
    """Shown beside it: the value with its interval and unit, or why there is none."""
    strong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Rows that may be compared with each other."""

    heading: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Canvas:
    """A figure with one column of axes or more, and the places of its rows on all of them."""

    figure: Figure
    axes: tuple[Axes, ...]
    places: tuple[tuple[Row, float], ...]
    """Row and its y."""
    marks: dict[str, Mark]
    look: Look

    def mark(self, row: Row, text: str = "") -> str:
        """Gid for an artist of ``row``, which then is filtered and explained with it."""
        gid = f"mark{len(self.marks)}"
        self.marks[gid] = Mark(framework=row.framework, hint=text)
        return gid


def height(panels: Sequence[Panel]) -> float:
    """Pixels that the rows and headings of ``panels`` need, without margins."""
    return sum(HEADING + ROW * len(panel.rows) for panel in panels)


def canvas(panels: Sequence[Panel], look: Look, columns: Sequence[tuple[float, float]]) -> Canvas:
    """Lay out ``panels`` from top to bottom over axes at ``columns``, each (left, width) in pixels.

    The y axis of all axes counts pixels from the top of the rows.
    """
    from matplotlib.figure import Figure  # noqa: PLC0415 - takes a second to import

    inner = height(panels)
    total = inner + TOP + BOTTOM
    figure = Figure(figsize=(WIDTH / DPI, total / DPI), dpi=DPI)
    axes = []
    for left, width in columns:
        axis = figure.add_axes((left / WIDTH, BOTTOM / total, width / WIDTH, inner / total))
        axis.set_ylim(inner, 0)
        axes.append(axis)
    placed = Canvas(figure, tuple(axes), tuple(_places(panels)), {}, look)
    _label(placed, panels, columns[0][0])
    return placed


def reach(rows: Iterable[Row]) -> float:
    """Where a linear axis from 0 ends: behind every value and trial, and behind intervals of usual width."""
    rows = [row for row in rows if row.value is not None]
    drawn = max((each for row in rows for each in (row.value or 0.0, *row.dots)), default=0.0) or 1.0
    highest = max((row.high for row in rows if row.high), default=0.0)
    return min(max(drawn, highest), INTERVAL_AT_MOST * drawn) * 1.03


def _places(panels: Sequence[Panel]) -> Iterator[tuple[Row, float]]:
    y = 0.0
    for panel in panels:
        y += HEADING
        for row in panel.rows:
            yield row, y + ROW / 2
            y += ROW


def write(axis: Axes, x: float, y: float, text: str, *, side: int = 0, **style: Any) -> Text:  # noqa: ANN401
    """Text at ``x`` pixels from the left (``side`` 0) or right (1) edge of ``axis``, at row height ``y``."""
    place = axis.get_yaxis_transform() + moved(x, 0)
    return words(axis, side, y, text, place, **{"va": "center_baseline", **style})


def values(placed: Canvas, axis: Axes) -> None:
    """Write each row's text right of ``axis``: direct labels, no legend to look up."""
    for row, y in placed.places:
        if row.value is not None:
            text = write(axis, 14, y, plain(row.text, 44), side=1, weight="bold" if row.strong else "normal")
            text.set_gid(placed.mark(row))


def _label(placed: Canvas, panels: Sequence[Panel], left: float) -> None:
    y = 0.0
    axis = placed.axes[0]
    for panel in panels:
        write(axis, -left, y + HEADING - 13, plain(panel.heading, 60), color=MUTED, size=12)
        line(
            axis,
            (0, 1),
            (y + HEADING - 2,) * 2,
            color=GRID,
            linewidth=1,
            transform=axis.get_yaxis_transform(),
        )
        y += HEADING + ROW * len(panel.rows)
    for row, place in placed.places:
        write(axis, -14, place, plain(row.label, 22), ha="right").set_gid(placed.mark(row))
        if row.value is None:
            gap = write(axis, 8, place, plain(row.text, 90), style="italic", color=MUTED, size=11.5)
            gap.set_bbox({"facecolor": PAPER, "edgecolor": "none", "pad": 2})
            gap.set_gid(placed.mark(row))
