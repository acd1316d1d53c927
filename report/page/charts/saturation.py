"""Offered rate against the 99th percentile: where a stack's waiting lines begin to grow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from report.page.charts.bars import amounts
from report.page.charts.frame import ends, frame, heading, line
from report.page.charts.look import Look, style
from report.page.charts.rows import DPI, WIDTH
from report.page.charts.svg import Mark, inline, plain
from report.page.charts.waiting import BOTTOM, COLUMNS, GAP, LEFT, PANEL, RIGHT, TOP, ticks_of_time

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One stack at several rates, rising."""

    label: str
    framework: str
    server: str
    rates_rps: tuple[float, ...]
    p99_ms: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Stacks that may be compared with each other: one server variant and interface."""

    heading: str
    lines: tuple[Line, ...]


def saturation(panels: Sequence[Lines], look: Look, *, key: str, title: str, description: str) -> str:
    """SVG of one panel a server variant, all on the same axes, each line labelled where it ends."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - takes a second to import

    with style():
        rows = ceil(len(panels) / COLUMNS)
        total = rows * (PANEL + TOP + BOTTOM)
        figure = Figure(figsize=(WIDTH / DPI, total / DPI), dpi=DPI)
        width = (WIDTH - LEFT - RIGHT - (COLUMNS - 1) * (GAP + RIGHT)) / COLUMNS
        marks: dict[str, Mark] = {}
        for place, panel in enumerate(panels):
            row, column = divmod(place, COLUMNS)
            left = LEFT + column * (width + GAP + RIGHT)
            bottom = total - (row + 1) * (PANEL + TOP + BOTTOM) + BOTTOM
            axis = figure.add_axes((left / WIDTH, bottom / total, width / WIDTH, PANEL / total))
            _frame(axis, panels, panel.heading)
            _draw(axis, panel.lines, look, marks)
        return inline(figure, key=key, title=title, description=description, marks=marks)


def _frame(axis: Axes, panels: Sequence[Lines], title: str) -> None:
    drawn = [line for panel in panels for line in panel.lines]
    waits = [ms for line in drawn for ms in line.p99_ms]
    axis.set_yscale("log")
    axis.set_xlim(0, max(rate for line in drawn for rate in line.rates_rps) * 1.05)
    axis.set_ylim(min(waits) * 0.8, max(waits) * 1.25)
    axis.locator_params(axis="x", nbins=4)
    frame(axis, x=amounts(axis), y=ticks_of_time(), label="offered, requests per second")
    heading(axis, plain(title, 48))


def _draw(axis: Axes, lines: Sequence[Line], look: Look, marks: dict[str, Mark]) -> None:
    drawn = sorted(lines, key=lambda each: each.p99_ms[-1])
    labels = [
        (plain(each.label, 18), each.rates_rps[-1], each.p99_ms[-1], look.colour(each.framework))
        for each in drawn
    ]
    for each, (*_, colour), text in zip(drawn, labels, ends(axis, labels), strict=True):
        artist = line(
            axis,
            each.rates_rps,
            each.p99_ms,
            marker=look.marker(each.server),
            markersize=5,
            color=colour,
            linewidth=2,
            clip_on=False,
        )
        hint = f"{each.label}: {each.p99_ms[-1]:,.2f} ms at {each.rates_rps[-1]:,.0f} requests/s"
        for thing, said in ((artist, hint), (text, "")):
            gid = f"mark{len(marks)}"
            thing.set_gid(gid)
            marks[gid] = Mark(framework=each.framework, hint=said)
