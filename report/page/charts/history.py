"""Values of stacks over runs, a panel a stack: points with intervals, means between steps, seams."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from report import fmt
from report.page.charts.axes import panel_grid
from report.page.charts.frame import draw_frame, draw_line, shift, write_heading, write_text
from report.page.charts.look import INK, MUTED, Look, chart_style
from report.page.charts.svg import Mark, add_mark, single_line, to_svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.patches import PathPatch

STEPS_NAMED = 4
"""Steps of a panel that have their size above them, the latest ones: more would stand on each other."""
ROOM = 0.12
"""Of the height of a panel, above and below its points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPoint:
    """A run of a stack."""

    run: int
    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPanel:
    """A stack over runs."""

    heading: str
    framework: str
    points: tuple[HistoryPoint, ...]
    edges: tuple[int, ...]
    """Places (indices of points) of seams and steps, rising."""
    means: tuple[float, ...]
    """Between each two edges."""
    steps: tuple[tuple[int, str], ...] = ()
    """(place, size in words) of each step; all other edges are seams."""
    hint: str = ""
    end: str = ""
    """The last value, beside it."""


def draw_history(
    panels: Sequence[HistoryPanel],
    dates: Sequence[str],
    look: Look,
    *,
    key: str,
    title: str,
    description: str,
) -> str:
    """SVG of ``panels``, each on a vertical axis of its own; ``dates`` has one of each run in them."""
    with chart_style():
        figure, axes = panel_grid(len(panels))
        marks: dict[str, Mark] = {}
        for axis, panel in zip(axes, panels, strict=True):
            _draw_frame(axis, panel, dates)
            _draw_edges(axis, panel)
            _draw_points(axis, panel, look, marks)
        return to_svg(figure, key=key, title=title, description=description, marks=marks)


def _draw_frame(axis: Axes, panel: HistoryPanel, dates: Sequence[str]) -> None:
    values = [point.value for point in panel.points]
    spread = max(values) - min(values) or 0.02 * max(values)
    axis.set_xlim(-0.5, len(dates) - 0.5)
    axis.set_ylim(min(values) - ROOM * spread - 0.1 * spread, max(values) + (ROOM + 0.25) * spread)
    axis.locator_params(axis="y", nbins=4)
    y = [(float(value), _tick(float(value))) for value in axis.yaxis.get_majorticklocs()]
    shown = dict.fromkeys((0, (len(dates) - 1) // 2, len(dates) - 1))
    x = [(float(run), dates[run]) for run in shown]
    draw_frame(axis, x=x, y=y, label="run, in order of time")
    write_heading(axis, single_line(panel.heading, 48))


def _tick(value: float) -> str:
    return fmt.number(value, 4) if value else "0"


def _draw_edges(axis: Axes, panel: HistoryPanel) -> None:
    """A dotted line at each seam, a dashed one at each step, and the means between them."""
    steps = dict(panel.steps)
    named = {place for place, _ in panel.steps[-STEPS_NAMED:]}
    low, high = axis.get_ylim()
    top = axis.get_xaxis_transform() + shift(3, -2)
    for place in panel.edges:
        x = (panel.points[place - 1].run + panel.points[place].run) / 2
        style = "--" if place in steps else ":"
        draw_line(
            axis, (x, x), (low, high), color=INK if place in steps else MUTED, linewidth=1, linestyle=style
        )
        text = steps[place] if place in named else "" if place in steps else "seam"
        if text:
            write_text(axis, x, 1, text, top, va="top", size=11, color=INK if place in steps else MUTED)
    ends = (*panel.edges, len(panel.points))
    for start, end, mean in zip((0, *panel.edges), ends, panel.means, strict=True):
        x_of_ends = panel.points[start].run - 0.4, panel.points[end - 1].run + 0.4
        draw_line(axis, x_of_ends, (mean, mean), color=INK, linewidth=1.6)


def _draw_points(axis: Axes, panel: HistoryPanel, look: Look, marks: dict[str, Mark]) -> None:
    colour = look.colour(panel.framework)
    runs = [point.run for point in panel.points]
    values = [point.value for point in panel.points]
    intervals = _draw_intervals(axis, panel.points, colour)
    intervals.set_gid(add_mark(marks, panel.framework))
    dots = draw_line(
        axis, runs, values, marker="o", markersize=4.5, linestyle="none", color=colour, clip_on=False
    )
    dots.set_gid(add_mark(marks, panel.framework, panel.hint))
    beside = axis.get_yaxis_transform() + shift(10, 0)
    text = write_text(axis, 1, values[-1], panel.end, beside, va="center_baseline", size=12)
    text.set_gid(add_mark(marks, panel.framework))


def _draw_intervals(axis: Axes, points: Sequence[HistoryPoint], colour: str) -> PathPatch:
    """All intervals as one path, cut where the panel ends."""
    from matplotlib.patches import PathPatch  # noqa: PLC0415 - takes a second to import
    from matplotlib.path import Path  # noqa: PLC0415

    least, most = axis.get_ylim()
    ends = [
        (point.run, bound)
        for point in points
        for bound in (max(point.low or point.value, least), min(point.high or point.value, most))
    ]
    path = Path(ends, [Path.MOVETO, Path.LINETO] * len(points))
    patch = PathPatch(path, fill=False, edgecolor=colour, linewidth=1.2, alpha=0.55)
    axis.add_artist(patch)
    return patch
