"""Offered rate against the 99th percentile: where a stack's waiting lines begin to grow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from report.charts.bars import thousands
from report.charts.look import Look, style
from report.charts.rows import DPI, WIDTH
from report.charts.svg import Mark, inline, plain
from report.charts.waiting import BOTTOM, COLUMNS, GAP, LEFT, PANEL, RIGHT, TOP, apart, ticks_of_time

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


def _frame(axis: Axes, panels: Sequence[Lines], heading: str) -> None:
    drawn = [line for panel in panels for line in panel.lines]
    waits = [ms for line in drawn for ms in line.p99_ms]
    axis.set_yscale("log")
    axis.set_xlim(0, max(rate for line in drawn for rate in line.rates_rps) * 1.05)
    axis.set_ylim(min(waits) * 0.8, max(waits) * 1.25)
    axis.locator_params(axis="x", nbins=4)
    axis.xaxis.set_major_formatter(thousands)
    ticks_of_time(axis)
    axis.set_xlabel("offered, requests per second", labelpad=6)
    axis.set_title(plain(heading, 48), loc="left", fontsize=12.5, pad=12)


def _draw(axis: Axes, lines: Sequence[Line], look: Look, marks: dict[str, Mark]) -> None:
    drawn = sorted(lines, key=lambda line: line.p99_ms[-1])
    heights = apart([float(axis.transData.transform((1, line.p99_ms[-1]))[1]) for line in drawn])
    for line, y in zip(drawn, heights, strict=True):
        colour = look.colour(line.framework)
        artist = axis.plot(
            line.rates_rps,
            line.p99_ms,
            marker=look.marker(line.server),
            markersize=5,
            color=colour,
            linewidth=2,
            clip_on=False,
        )[0]
        right = float(axis.transAxes.transform((1, 0))[0])
        text = axis.annotate(
            plain(line.label, 18),
            (line.rates_rps[-1], line.p99_ms[-1]),
            xytext=(right + 12, y),
            textcoords="figure pixels",
            va="center_baseline",
            size=12,
            arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.8, "shrinkA": 2, "shrinkB": 4},
            annotation_clip=False,
        )
        hint = f"{line.label}: {line.p99_ms[-1]:,.2f} ms at {line.rates_rps[-1]:,.0f} requests/s"
        for thing, said in ((artist, hint), (text, "")):
            gid = f"mark{len(marks)}"
            thing.set_gid(gid)
            marks[gid] = Mark(framework=line.framework, hint=said)
