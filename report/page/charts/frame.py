"""Gridlines, ticks, labels and artists of axes, drawn as few as they can be.

Matplotlib's own axis makes five artists a tick and measures each several times: most of a report's time.
Here the axes only give scales and places, and their grid is one artist.
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
LABEL = 16
"""Pixels between two labels at the ends of curves."""
Tick = tuple[float, str]
"""Where, and what stands there."""


def frame(axis: Axes, *, x: Iterable[Tick], y: Iterable[Tick] = (), label: str) -> None:
    """Draw grid and ticks at ``x`` and ``y``, as far as they are within the limits, and the x axis' label.

    Everything of the axes but its artists is switched off.
    """
    axis.set_axis_off()
    x, y = _inside(x, axis.get_xlim()), _inside(y, axis.get_ylim())
    _grid(axis, [place for place, _ in x], [place for place, _ in y])
    below = axis.get_xaxis_transform() + moved(0, -TICK_PAD)
    for place, text in x:
        words(axis, place, 0, text, below, ha="center", va="top", color=MUTED, size=TICK_SIZE)
    beside = axis.get_yaxis_transform() + moved(-TICK_PAD, 0)
    for place, text in y:
        words(axis, 0, place, text, beside, ha="right", va="center_baseline", color=MUTED, size=TICK_SIZE)
    middle = axis.transAxes + moved(0, -LABEL_PAD)
    words(axis, 0.5, 0, label, middle, ha="center", va="top", color=MUTED, size=TICK_SIZE)


def moved(x: float, y: float) -> Transform:
    """Further by pixels to the right and up."""
    from matplotlib.transforms import Affine2D  # noqa: PLC0415 - takes a second to import

    return Affine2D().translate(x, y)


def words(axis: Axes, x: float, y: float, text: str, place: Transform, **style: Any) -> Text:  # noqa: ANN401
    """Text that is never clipped."""
    return axis.text(x, y, text, transform=place, clip_on=False, **{"color": INK, **style})


def line(axis: Axes, x: Sequence[float], y: Sequence[float], **style: Any) -> Line2D:  # noqa: ANN401
    """A line or a series of markers over scales that are set (``Axes.plot`` would measure them anew)."""
    from matplotlib.lines import Line2D  # noqa: PLC0415 - takes a second to import

    drawn = Line2D(x, y, **style)
    axis.add_artist(drawn)
    return drawn


def heading(axis: Axes, text: str) -> None:
    """Text above the axes, at their left edge."""
    words(axis, 0, 1, text, axis.transAxes + moved(0, TITLE_PAD), size=12.5)


def ends(axis: Axes, labels: Sequence[tuple[str, float, float, str]]) -> list[Text]:
    """Label curves where they end, right of the axes, with a fine line to each end; places are the data's.

    ``labels`` holds (text, x, y, colour), rising in y; texts move as little as it takes to stand apart.
    """
    places = [axis.transData.transform((x, y)) for _, x, y, _ in labels]
    heights = apart([float(place[1]) for place in places])
    right = float(axis.transAxes.transform((1, 0))[0]) + LABEL_GAP
    pixels = moved(0, 0)
    written = []
    for (text, _, _, colour), (x, y), height in zip(labels, places, heights, strict=True):
        lead = (x + 4, right - 2), (y, height)
        line(axis, *lead, color=colour, linewidth=0.8, transform=pixels, clip_on=False)
        written.append(words(axis, right, height, text, pixels, va="center_baseline", size=12))
    return written


def apart(heights: Sequence[float]) -> list[float]:
    """Rising ``heights`` moved as little as it takes, and together, to stand ``LABEL`` apart."""
    groups: list[list[float]] = []
    for height in heights:
        groups.append([height])
        while len(groups) > 1 and _bottom(groups[-1]) < _bottom(groups[-2]) + LABEL * len(groups[-2]):
            groups[-2:] = [groups[-2] + groups[-1]]
    return [_bottom(group) + LABEL * place for group in groups for place in range(len(group))]


def _bottom(group: Sequence[float]) -> float:
    return sum(group) / len(group) - LABEL * (len(group) - 1) / 2


def dots(axis: Axes, x: Sequence[float], y: Sequence[float], **style: Any) -> None:  # noqa: ANN401
    """All dots of a row as one path of round ends with no lines between: single markers take seconds."""
    from matplotlib.patches import PathPatch  # noqa: PLC0415 - takes a second to import
    from matplotlib.path import Path  # noqa: PLC0415

    places = [place for place in zip(x, y, strict=True) for _ in range(2)]
    path = Path(places, [Path.MOVETO, Path.LINETO] * len(x))
    axis.add_artist(PathPatch(path, fill=False, capstyle="round", zorder=2, **style))


def _inside(ticks: Iterable[Tick], limits: tuple[float, float]) -> list[Tick]:
    low, high = sorted(limits)
    return [tick for tick in ticks if low <= tick[0] <= high]


def _grid(axis: Axes, x: Sequence[float], y: Sequence[float]) -> None:
    """All gridlines and the line below the axes."""
    from matplotlib.collections import LineCollection  # noqa: PLC0415 - takes a second to import

    (left, right), (bottom, top) = axis.get_xlim(), axis.get_ylim()
    lines = [[(place, bottom), (place, top)] for place in x]
    lines += [[(left, place), (right, place)] for place in y]
    lines.append([(left, bottom), (right, bottom)])
    grid = LineCollection(lines, colors=GRID, linewidths=1, zorder=0.5, clip_on=False)
    axis.add_artist(grid)
