"""Gridlines, ticks, labels and other artists of axes, drawn with as few artists as possible.

Matplotlib's own axis makes five artists a tick and measures each several times, which took most of the time
of a report. Here the axes only give scales and positions, and their grid is one artist.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from report.page.charts.look import GRID, INK, MUTED

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D
    from matplotlib.text import Text
    from matplotlib.transforms import Transform

TICK_SIZE = 12
TICK_PAD, LABEL_PAD = 8, 31
"""Pixels below the axes where tick labels and the axis' label begin."""
TITLE_PAD, LABEL_GAP = 12, 12
"""Pixels above the axes to their heading, and right of them to the labels of curves."""
LABEL_HEIGHT = 16
"""Pixels between two labels at the ends of curves."""
Tick = tuple[float, str]
"""(value on the axis, text)"""


def draw_frame(axis: Axes, *, x: Iterable[Tick], y: Iterable[Tick] = (), label: str) -> None:
    """Draw grid and ticks at ``x`` and ``y``, where these are within the limits, and the x axis' label.

    Matplotlib's own axis lines, ticks and labels are switched off.
    """
    axis.set_axis_off()
    x, y = _within(x, axis.get_xlim()), _within(y, axis.get_ylim())
    _draw_grid(axis, [value for value, _ in x], [value for value, _ in y])
    below = axis.get_xaxis_transform() + shift(0, -TICK_PAD)
    for value, text in x:
        write_text(axis, value, 0, text, below, ha="center", va="top", color=MUTED, size=TICK_SIZE)
    beside = axis.get_yaxis_transform() + shift(-TICK_PAD, 0)
    for value, text in y:
        write_text(
            axis, 0, value, text, beside, ha="right", va="center_baseline", color=MUTED, size=TICK_SIZE
        )
    middle = axis.transAxes + shift(0, -LABEL_PAD)
    write_text(axis, 0.5, 0, label, middle, ha="center", va="top", color=MUTED, size=TICK_SIZE)


def shift(x: float, y: float) -> Transform:
    """A transform that moves to the right and up, by pixels."""
    from matplotlib.transforms import Affine2D  # noqa: PLC0415 - takes a second to import

    return Affine2D().translate(x, y)


def write_text(axis: Axes, x: float, y: float, text: str, transform: Transform, **style: Any) -> Text:  # noqa: ANN401
    """Text that is never clipped."""
    return axis.text(x, y, text, transform=transform, clip_on=False, **{"color": INK, **style})


def draw_line(axis: Axes, x: Sequence[float], y: Sequence[float], **style: Any) -> Line2D:  # noqa: ANN401
    """A line or a series of markers over scales that are set (``Axes.plot`` would measure them anew)."""
    from matplotlib.lines import Line2D  # noqa: PLC0415 - takes a second to import

    line = Line2D(x, y, **style)
    axis.add_artist(line)
    return line


def write_heading(axis: Axes, text: str) -> None:
    """Text above the axes, at their left edge."""
    write_text(axis, 0, 1, text, axis.transAxes + shift(0, TITLE_PAD), size=12.5)


def label_ends(axis: Axes, labels: Sequence[tuple[str, float, float, str]]) -> list[Text]:
    """Label curves where they end, right of the axes, with a fine line to each end.

    ``labels`` holds (text, x, y, colour) in data coordinates, rising in y. Texts that would overlap are moved
    as little as possible.
    """
    points = [axis.transData.transform((x, y)) for _, x, y, _ in labels]
    heights = spread_apart([float(point[1]) for point in points])
    right = float(axis.transAxes.transform((1, 0))[0]) + LABEL_GAP
    pixels = shift(0, 0)
    written = []
    for (text, _, _, colour), (x, y), height in zip(labels, points, heights, strict=True):
        lead = (x + 4, right - 2), (y, height)
        draw_line(axis, *lead, color=colour, linewidth=0.8, transform=pixels, clip_on=False)
        written.append(write_text(axis, right, height, text, pixels, va="center_baseline", size=12))
    return written


def spread_apart(heights: Sequence[float]) -> list[float]:
    """Rising ``heights``, moved as little as possible until they are ``LABEL_HEIGHT`` apart."""
    groups: list[list[float]] = []
    for height in heights:
        groups.append([height])
        while len(groups) > 1 and _bottom(groups[-1]) < _bottom(groups[-2]) + LABEL_HEIGHT * len(groups[-2]):
            groups[-2:] = [groups[-2] + groups[-1]]
    return [_bottom(group) + LABEL_HEIGHT * index for group in groups for index in range(len(group))]


def _bottom(group: Sequence[float]) -> float:
    return sum(group) / len(group) - LABEL_HEIGHT * (len(group) - 1) / 2


def draw_dots(axis: Axes, x: Sequence[float], y: Sequence[float], **style: Any) -> None:  # noqa: ANN401
    """Draw all dots of a row as one path of round line ends, as single markers would take seconds."""
    from matplotlib.patches import PathPatch  # noqa: PLC0415 - takes a second to import
    from matplotlib.path import Path  # noqa: PLC0415

    points = [point for point in zip(x, y, strict=True) for _ in range(2)]
    path = Path(points, [Path.MOVETO, Path.LINETO] * len(x))
    axis.add_artist(PathPatch(path, fill=False, capstyle="round", zorder=2, **style))


def _within(ticks: Iterable[Tick], limits: tuple[float, float]) -> list[Tick]:
    low, high = sorted(limits)
    return [tick for tick in ticks if low <= tick[0] <= high]


def _draw_grid(axis: Axes, x: Sequence[float], y: Sequence[float]) -> None:
    """All gridlines and the line below the axes."""
    from matplotlib.collections import LineCollection  # noqa: PLC0415 - takes a second to import

    (left, right), (bottom, top) = axis.get_xlim(), axis.get_ylim()
    lines = [[(value, bottom), (value, top)] for value in x]
    lines += [[(left, value), (right, value)] for value in y]
    lines.append([(left, bottom), (right, bottom)])
    grid = LineCollection(lines, colors=GRID, linewidths=1, zorder=0.5, clip_on=False)
    axis.add_artist(grid)
