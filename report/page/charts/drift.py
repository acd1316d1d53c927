"""Every cell's throughput block by block, against its own mean: did the machine stay the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import TYPE_CHECKING

from report.page.charts.frame import frame, line, moved, words
from report.page.charts.look import INK, MUTED, style
from report.page.charts.rows import DPI, WIDTH
from report.page.charts.svg import inline

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 260, 70, 150, 14, 52


def drift(cells: Sequence[Mapping[int, float]], *, key: str, title: str, description: str) -> str:
    """SVG of one faint line a cell and one strong line of medians.

    Each of ``cells`` maps a block to throughput relative to the cell's own (geometric) mean.
    """
    from matplotlib.collections import LineCollection  # noqa: PLC0415 - takes a second to import
    from matplotlib.figure import Figure  # noqa: PLC0415

    with style():
        figure = Figure(figsize=(WIDTH / DPI, HEIGHT / DPI), dpi=DPI)
        inner = (WIDTH - LEFT - RIGHT) / WIDTH, (HEIGHT - TOP - BOTTOM) / HEIGHT
        axis = figure.add_axes((LEFT / WIDTH, BOTTOM / HEIGHT, *inner))
        lines = [[(block + 1, value * 100) for block, value in sorted(cell.items())] for cell in cells]
        _frame(axis, lines)
        axis.add_artist(LineCollection(lines, colors=MUTED, linewidths=0.8, alpha=0.35))
        blocks = sorted({block for cell in cells for block in cell})
        middle = [100 * median(cell[block] for cell in cells if block in cell) for block in blocks]
        at = [block + 1 for block in blocks]
        line(axis, at, middle, marker="o", color=INK, linewidth=2, markersize=5, clip_on=False)
        if middle:
            place = axis.transData + moved(14, 0)
            words(axis, at[-1], middle[-1], "median of all cells", place, va="center_baseline")
        return inline(figure, key=key, title=title, description=description)


def _frame(axis: Axes, lines: Sequence[Sequence[tuple[int, float]]]) -> None:
    blocks = [block for line in lines for block, _ in line] or [1]
    heights = [value for line in lines for _, value in line] or [100.0]
    reach = max(10.0, *(abs(value - 100) for value in heights)) * 1.08
    room = 0.05 * (max(blocks) - min(blocks)) or 0.5
    axis.set_xlim(min(blocks) - room, max(blocks) + room)
    axis.set_ylim(100 - reach, 100 + reach)
    axis.locator_params(axis="x", integer=True)
    times = [(float(place), f"{place:.0f}") for place in axis.xaxis.get_majorticklocs()]
    shares = [(float(place), f"{place:.0f}%") for place in axis.yaxis.get_majorticklocs()]
    frame(axis, x=times, y=shares, label="block, in order of time")
