"""Speed of the machine over a run: of each heat the median of its turns, and how far these lie apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from report.page.charts.axes import single_axes
from report.page.charts.bars import amount_ticks
from report.page.charts.frame import draw_dots, draw_frame, draw_line
from report.page.charts.look import INK, MUTED, chart_style
from report.page.charts.svg import to_svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEIGHT, LEFT, RIGHT = 240, 70, 24
"""Pixels: of the chart, and its margins left and right."""
STEPS = (0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.5, 2, 3, 5, 10)
"""Speeds that a tick may stand at."""
LEAST_GAP = 0.09
"""Of the axis, between two ticks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedPoint:
    """One heat."""

    minutes: float
    """Since the first one began."""
    low: float
    middle: float
    high: float
    """Relative to the mean speed over the run."""


def draw_speed(points: Sequence[SpeedPoint], *, key: str, title: str, description: str) -> str:
    """SVG of a line from low to high and a dot at the median for each heat, on a logarithmic axis."""
    from matplotlib.collections import LineCollection  # noqa: PLC0415 - takes a second to import

    with chart_style():
        figure, axis = single_axes(height=HEIGHT, left=LEFT, right=RIGHT)
        _draw_frame(axis, points)
        draw_line(axis, axis.get_xlim(), (1, 1), color=MUTED, linewidth=1.2)
        ranges = [[(point.minutes, point.low), (point.minutes, point.high)] for point in points]
        axis.add_artist(LineCollection(ranges, colors=MUTED, linewidths=2, alpha=0.6))
        minutes, medians = [point.minutes for point in points], [point.middle for point in points]
        draw_dots(axis, minutes, medians, color=INK, linewidth=5)
        return to_svg(figure, key=key, title=title, description=description)


def _draw_frame(axis: Axes, points: Sequence[SpeedPoint]) -> None:
    last = max(point.minutes for point in points)
    low, high = min(point.low for point in points), max(point.high for point in points)
    room = 0.02 * last or 0.5
    axis.set_yscale("log")
    axis.set_xlim(-room, last + room)
    axis.set_ylim(min(low, 0.9) * 0.97, max(high, 1.1) * 1.03)
    axis.locator_params(axis="x", nbins=8)
    speeds = [(float(step), f"{100 * step:.0f}%") for step in _ticks(*axis.get_ylim())]
    draw_frame(axis, x=amount_ticks(axis), y=speeds, label="minutes since the first turn")


def _ticks(low: float, high: float) -> list[float]:
    """Steps within the limits that are not too close to each other; 1 is always among them."""
    chosen = [1.0]
    least = (high / low) ** LEAST_GAP
    for step in sorted(STEPS, key=lambda step: max(step, 1 / step)):
        if low <= step <= high and all(max(step / other, other / step) >= least for other in chosen):
            chosen.append(step)
    return sorted(chosen)
