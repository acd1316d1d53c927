"""CPU per request and memory side by side, over the same rows: what a stack consumes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from report.page.charts.bars import amounts, draw
from report.page.charts.frame import frame
from report.page.charts.look import Look, style
from report.page.charts.rows import LABELS, WIDTH, Canvas, Panel, Row, canvas, reach, write
from report.page.charts.svg import inline, plain

SIDE = 190
"""Pixels of each of the two axes."""
TEXT = 165
"""Pixels of the values right of each."""


def consumption(
    cpu: Sequence[Panel], memory: Sequence[Panel], look: Look, *, key: str, title: str, description: str
) -> str:
    """SVG of two columns of bars; ``cpu`` and ``memory`` hold the same rows in the same order."""
    with style():
        placed = canvas([_labels_only(panel) for panel in cpu], look, _columns())
        for column, (panels, label) in enumerate(
            ((cpu, "CPU time per request, µs"), (memory, "memory (PSS), MiB"))
        ):
            _column(placed, [row for panel in panels for row in panel.rows], column, label)
        return inline(placed.figure, key=key, title=title, description=description, marks=placed.marks)


def _columns() -> list[tuple[float, float]]:
    return [(LABELS, SIDE), (WIDTH - TEXT - SIDE, SIDE)]


def _labels_only(panel: Panel) -> Panel:
    """The rows as the canvas labels them: gaps are written per column, not across both."""
    return replace(panel, rows=tuple(replace(row, value=0.0) for row in panel.rows))


def _column(placed: Canvas, rows: Sequence[Row], column: int, label: str) -> None:
    axis = placed.axes[column]
    axis.set_xlim(0, reach(rows))
    axis.locator_params(axis="x", nbins=4)
    frame(axis, x=amounts(axis), label=label)
    for row, (_, y) in zip(rows, placed.places, strict=True):
        draw(placed, row, y, column=column)
        gap = row.value is None
        text = write(axis, 12, y, plain(row.text, 30), side=1, size=11.5, style="italic" if gap else "normal")
        text.set_gid(placed.mark(row))
