"""Throughput of each cell by block, relative to the cell's mean: whether the machine stayed the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import TYPE_CHECKING

from report.page.charts.axes import single_axes
from report.page.charts.frame import draw_frame, draw_line, shift, write_text
from report.page.charts.look import INK, MUTED, chart_style
from report.page.charts.svg import to_svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEIGHT, LEFT, RIGHT = 260, 70, 150


def draw_drift(cells: Sequence[Mapping[int, float]], *, key: str, title: str, description: str) -> str:
    """SVG of one faint line a cell and one strong line of medians.

    Each of ``cells`` maps a block to throughput relative to the cell's own (geometric) mean.
    """
    from matplotlib.collections import LineCollection  # noqa: PLC0415 - takes a second to import

    with chart_style():
        figure, axis = single_axes(height=HEIGHT, left=LEFT, right=RIGHT)
        lines = [[(block + 1, value * 100) for block, value in sorted(cell.items())] for cell in cells]
        _draw_frame(axis, lines)
        axis.add_artist(LineCollection(lines, colors=MUTED, linewidths=0.8, alpha=0.35))
        blocks = sorted({block for cell in cells for block in cell})
        medians = [100 * median(cell[block] for cell in cells if block in cell) for block in blocks]
        numbers = [block + 1 for block in blocks]
        draw_line(axis, numbers, medians, marker="o", color=INK, linewidth=2, markersize=5, clip_on=False)
        if medians:
            beside = axis.transData + shift(14, 0)
            write_text(axis, numbers[-1], medians[-1], "median of all cells", beside, va="center_baseline")
        return to_svg(figure, key=key, title=title, description=description)


def _draw_frame(axis: Axes, lines: Sequence[Sequence[tuple[int, float]]]) -> None:
    blocks = [block for line in lines for block, _ in line] or [1]
    heights = [value for line in lines for _, value in line] or [100.0]
    reach = max(10.0, *(abs(value - 100) for value in heights)) * 1.08
    room = 0.05 * (max(blocks) - min(blocks)) or 0.5
    axis.set_xlim(min(blocks) - room, max(blocks) + room)
    axis.set_ylim(100 - reach, 100 + reach)
    axis.locator_params(axis="x", integer=True)
    block_ticks = [(float(block), f"{block:.0f}") for block in axis.xaxis.get_majorticklocs()]
    percent_ticks = [(float(percent), f"{percent:.0f}%") for percent in axis.yaxis.get_majorticklocs()]
    draw_frame(axis, x=block_ticks, y=percent_ticks, label="block, in order of time")
