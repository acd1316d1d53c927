"""Throughput of the generator by connections, one line a shape, on logarithmic axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from report.page.charts.frame import Tick, ends, frame, line
from report.page.charts.look import INK, MARKERS, MUTED, style
from report.page.charts.rows import DPI, WIDTH
from report.page.charts.svg import inline, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 280, 90, 170, 14, 52


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """One shape of request and answer; connections rise."""

    label: str
    connections: tuple[int, ...]
    rps: tuple[float, ...]


def ceilings(lines: Sequence[Points], *, key: str, title: str, description: str) -> str:
    """SVG of the lines, each labelled where it ends; none has a colour, as none is a framework."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - takes a second to import

    with style():
        figure = Figure(figsize=(WIDTH / DPI, HEIGHT / DPI), dpi=DPI)
        inner = (WIDTH - LEFT - RIGHT) / WIDTH, (HEIGHT - TOP - BOTTOM) / HEIGHT
        axis = figure.add_axes((LEFT / WIDTH, BOTTOM / HEIGHT, *inner))
        _frame(axis, lines)
        for place, each in enumerate(lines):
            line(
                axis,
                each.connections,
                each.rps,
                marker=MARKERS[place % len(MARKERS)],
                color=INK,
                linewidth=1.6,
                markersize=5.5,
                clip_on=False,
            )
        last = sorted(lines, key=lambda each: each.rps[-1])
        ends(axis, [(plain(each.label, 22), each.connections[-1], each.rps[-1], MUTED) for each in last])
        return inline(figure, key=key, title=title, description=description)


def _frame(axis: Axes, lines: Sequence[Points]) -> None:
    counts = sorted({count for each in lines for count in each.connections})
    rates = [rate for each in lines for rate in each.rps]
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.set_xlim(counts[0] / 1.15, counts[-1] * 1.15)
    axis.set_ylim(min(rates) / 1.3, max(rates) * 1.3)
    at: list[Tick] = [(float(count), f"{count:,}") for count in counts]
    steps = [digit * 10.0**power for power in range(-1, 8) for digit in (1, 2, 5)]
    frame(axis, x=at, y=[(step, f"{step:,g}/s") for step in steps], label="connections")
