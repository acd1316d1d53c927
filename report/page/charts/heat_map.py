"""Ratios as a heat map: a row a framework, a column a scenario, colours by how far a ratio is from 1."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from report.page.charts.frame import write_text
from report.page.charts.look import HEAT, INK, MUTED, chart_style
from report.page.charts.rows import DPI, HEADING_HEIGHT, LABELS_WIDTH, ROW_HEIGHT, TOP, WIDTH
from report.page.charts.svg import Mark, add_mark, single_line, to_svg
from report.stats.levels import Level

if TYPE_CHECKING:
    from matplotlib.axes import Axes

EDGES = (1.1, 1.5, 2.5)
"""Factors from 1, upwards or downwards, from which on a cell has the next colour."""
COLUMNS_AT_MOST = 9
"""Of one chart: with more, their heads could not be read."""
CELL_WIDTH_AT_MOST, HEAD_LINE, HEAD_LINES, LEGEND_HEIGHT, GAP = 108, 14, 3, 58, 1
"""Width of a cell, height of a line of a head, how many lines these have, height of the legend, and the gap
round a cell; all but the lines in pixels."""
CHARACTER_PX = 6.6
"""Of a head."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatCell:
    """One ratio, or a sign that says why there is none."""

    text: str
    step: int | None = None
    """Colour: -3 far below 1, 0 level, 3 far above; None: no colour."""
    hint: str = ""
    gap: bool = False
    """Whether ``text`` is a sign."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatRow:
    """A framework's cells, in the order of the columns."""

    label: str
    framework: str
    cells: tuple[HeatCell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatPanel:
    """Rows that are held against one of them."""

    heading: str
    rows: tuple[HeatRow, ...]


def colour_step(level: Level) -> int:
    """Of a ratio: 0 where its interval holds 1, else how many ``EDGES`` it has passed; below 1 negative."""
    if level.holds(1):
        return 0
    factor = max(level.value, 1 / level.value)
    passed = sum(factor >= edge for edge in EDGES)
    return passed if level.value > 1 else -passed


def draw_heat_map(
    panels: Sequence[HeatPanel], columns: Sequence[str], *, key: str, title: str, description: str
) -> str:
    """SVG of the panels one below the other under common heads, with a legend of the colours."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - takes a second to import

    width = min((WIDTH - LABELS_WIDTH) / len(columns), CELL_WIDTH_AT_MOST)
    heads = [_head(label, width) for label in columns]
    top = TOP + HEAD_LINE * max(map(len, heads))
    bottom = top + sum(HEADING_HEIGHT + ROW_HEIGHT * len(panel.rows) for panel in panels)
    total = bottom + LEGEND_HEIGHT
    marks: dict[str, Mark] = {}
    with chart_style():
        figure = Figure(figsize=(WIDTH / DPI, total / DPI), dpi=DPI)
        axis = figure.add_axes((0, 0, 1, 1))
        axis.set_axis_off()
        axis.set_xlim(0, WIDTH)
        axis.set_ylim(total, 0)
        for column, lines in enumerate(heads):
            _write_head(axis, lines, LABELS_WIDTH + (column + 0.5) * width, top)
        _draw_panels(axis, panels, top, width, marks)
        _draw_legend(axis, bottom + 24)
        return to_svg(figure, key=key, title=title, description=description, marks=marks)


def _head(label: str, width: float) -> list[str]:
    """A head in lines that fit over a cell of ``width`` pixels."""
    longest = max(int(width / CHARACTER_PX), 3)
    lines = textwrap.wrap(single_line(label), longest) or [""]
    if len(lines) > HEAD_LINES:
        lines[HEAD_LINES - 1] = single_line("".join(lines[HEAD_LINES - 1 :]), longest)
    return lines[:HEAD_LINES]


def _write_head(axis: Axes, lines: Sequence[str], x: float, bottom: float) -> None:
    for number, line in enumerate(reversed(lines)):
        y = bottom - HEAD_LINE * (number + 0.5)
        _write(axis, x, y, line, ha="center", color=MUTED, size=11.5)


def _draw_panels(
    axis: Axes, panels: Sequence[HeatPanel], top: float, width: float, marks: dict[str, Mark]
) -> None:
    y = top
    for panel in panels:
        _write(axis, 0, y + HEADING_HEIGHT - 13, single_line(panel.heading, 100), color=MUTED, size=12)
        y += HEADING_HEIGHT
        for row in panel.rows:
            _draw_row(axis, row, y, width, marks)
            y += ROW_HEIGHT


def _draw_row(axis: Axes, row: HeatRow, y: float, width: float, marks: dict[str, Mark]) -> None:
    middle = y + ROW_HEIGHT / 2
    label = single_line(row.label, 22)
    _write(axis, LABELS_WIDTH - 14, middle, label, ha="right", gid=add_mark(marks, row.framework))
    for column, cell in enumerate(row.cells):
        left = LABELS_WIDTH + column * width
        if cell.step is not None:
            gid = add_mark(marks, row.framework, cell.hint)
            _draw_box(axis, left, y, width, cell.step, gid=gid)
        look = {"color": MUTED, "style": "italic"} if cell.gap else {"color": INK}
        gid = add_mark(marks, row.framework, cell.hint)
        _write(axis, left + width / 2, middle, cell.text, ha="center", size=12, gid=gid, **look)


def _draw_box(
    axis: Axes, left: float, top: float, width: float, step: int, *, gid: str | None = None
) -> None:
    from matplotlib.patches import Rectangle  # noqa: PLC0415 - takes a second to import

    corner, size = (left + GAP, top + GAP), (width - 2 * GAP, ROW_HEIGHT - 2 * GAP)
    colour = HEAT[step + len(EDGES)]
    axis.add_artist(Rectangle(corner, *size, facecolor=colour, linewidth=0, gid=gid, clip_on=False))


def _draw_legend(axis: Axes, top: float) -> None:
    """The colours in their order, each with the ratios that it stands for."""
    width = (WIDTH - LABELS_WIDTH) / len(HEAT)
    _write(axis, LABELS_WIDTH - 14, top + ROW_HEIGHT / 2, "ratio", ha="right", color=MUTED, size=12)
    for place, text in enumerate(_legend_texts()):
        left = LABELS_WIDTH + place * width
        _draw_box(axis, left, top, width, place - len(EDGES))
        _write(axis, left + width / 2, top + ROW_HEIGHT / 2, text, ha="center", size=11)


def _legend_texts() -> list[str]:
    bounds = [*(1 / edge for edge in reversed(EDGES)), *EDGES]
    between = [f"{low:.2f}–{high:.2f}×" for low, high in pairwise(bounds)]
    between[len(EDGES) - 1] = "level"
    return [f"below {bounds[0]:.2f}×", *between, f"from {bounds[-1]:.2f}×"]


def _write(axis: Axes, x: float, y: float, text: str, **style: object) -> None:
    """Text at ``x`` and ``y`` pixels from the left and from the top."""
    write_text(axis, x, y, text, axis.transData, **{"va": "center_baseline", **style})
