"""Throughput of the generator by connections, one line a shape, on logarithmic axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from report.page.charts.axes import single_axes
from report.page.charts.frame import Tick, draw_frame, draw_line, label_ends
from report.page.charts.look import INK, MARKERS, MUTED, chart_style
from report.page.charts.svg import single_line, to_svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEIGHT, LEFT, RIGHT = 280, 90, 170


@dataclass(frozen=True, slots=True, kw_only=True)
class CeilingLine:
    """Throughput of one shape of request and answer; connections rise."""

    label: str
    connections: tuple[int, ...]
    rps: tuple[float, ...]


def draw_ceilings(lines: Sequence[CeilingLine], *, key: str, title: str, description: str) -> str:
    """SVG of the lines, each labelled where it ends; none has a colour, as none is a framework."""
    with chart_style():
        figure, axis = single_axes(height=HEIGHT, left=LEFT, right=RIGHT)
        _draw_frame(axis, lines)
        for index, line in enumerate(lines):
            draw_line(
                axis,
                line.connections,
                line.rps,
                marker=MARKERS[index % len(MARKERS)],
                color=INK,
                linewidth=1.6,
                markersize=5.5,
                clip_on=False,
            )
        rising = sorted(lines, key=lambda line: line.rps[-1])
        ends = [(single_line(line.label, 22), line.connections[-1], line.rps[-1], MUTED) for line in rising]
        label_ends(axis, ends)
        return to_svg(figure, key=key, title=title, description=description)


def _draw_frame(axis: Axes, lines: Sequence[CeilingLine]) -> None:
    counts = sorted({count for line in lines for count in line.connections})
    rates = [rate for line in lines for rate in line.rps]
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.set_xlim(counts[0] / 1.15, counts[-1] * 1.15)
    axis.set_ylim(min(rates) / 1.3, max(rates) * 1.3)
    connections: list[Tick] = [(float(count), f"{count:,}") for count in counts]
    steps = [digit * 10.0**power for power in range(-1, 8) for digit in (1, 2, 5)]
    draw_frame(axis, x=connections, y=[(step, f"{step:,g}/s") for step in steps], label="connections")
