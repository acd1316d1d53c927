"""Figures and axes of the charts that draw lines: one pair of axes, or panels side by side."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from report.page.charts.frame import Tick
from report.page.charts.rows import DPI, WIDTH

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANELS_PER_LINE = 2
"""Panels side by side."""
PANEL_HEIGHT, LEFT, RIGHT, GAP, TOP, BOTTOM = 210, 64, 118, 38, 40, 58
"""Pixels: a panel's height, its margins, the gap between two panels, room for heading and axis."""


def panel_grid(n_panels: int) -> tuple[Figure, list[Axes]]:
    """A figure with axes for each panel, from left to right and from top to bottom."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - takes a second to import

    total = ceil(n_panels / PANELS_PER_LINE) * (PANEL_HEIGHT + TOP + BOTTOM)
    figure = Figure(figsize=(WIDTH / DPI, total / DPI), dpi=DPI)
    width = (WIDTH - LEFT - RIGHT - (PANELS_PER_LINE - 1) * (GAP + RIGHT)) / PANELS_PER_LINE
    axes = []
    for index in range(n_panels):
        row, column = divmod(index, PANELS_PER_LINE)
        left = LEFT + column * (width + GAP + RIGHT)
        bottom = total - (row + 1) * (PANEL_HEIGHT + TOP + BOTTOM) + BOTTOM
        position = (left / WIDTH, bottom / total, width / WIDTH, PANEL_HEIGHT / total)
        axes.append(figure.add_axes(position))
    return figure, axes


def single_axes(*, height: int, left: int, right: int) -> tuple[Figure, Axes]:
    """A figure of ``height`` pixels with axes between margins of ``left`` and ``right`` pixels."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - takes a second to import

    top, bottom = 14, 52
    figure = Figure(figsize=(WIDTH / DPI, height / DPI), dpi=DPI)
    inner = (WIDTH - left - right) / WIDTH, (height - top - bottom) / height
    return figure, figure.add_axes((left / WIDTH, bottom / height, *inner))


def time_ticks() -> list[Tick]:
    """Ticks of a logarithmic axis of ms, at 1, 2 and 5 of each decade."""
    decades = [digit * 10.0**power for power in range(-3, 6) for digit in (1, 2, 5)]
    return [(tick, f"{tick:g} ms") for tick in decades]
