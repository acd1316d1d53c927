"""Throughput as a number grows (connections, workers): one line a stack, and where there is one, a limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from report.page.charts.axes import single_axes
from report.page.charts.curves import Curve, draw_curves
from report.page.charts.frame import LABEL_HEIGHT, Tick, draw_frame, draw_line, shift, write_text
from report.page.charts.look import MUTED, Look, chart_style
from report.page.charts.svg import Mark, single_line, to_svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEIGHT, LEFT, RIGHT, MARGINS = 300, 90, 240, 66
"""Pixels: the least height of the chart, margins left and right, margins above and below together."""
LONGEST = 32
"""Characters of a label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowthLine:
    """One stack at several counts, rising."""

    label: str
    framework: str
    server: str
    counts: tuple[int, ...]
    rps: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What some of the stacks cannot pass."""

    label: str
    rps: float


def draw_growth(
    lines: Sequence[GrowthLine],
    look: Look,
    *,
    key: str,
    title: str,
    description: str,
    axis_label: str,
    limit: Limit | None = None,
) -> str:
    """SVG of the lines over linear axes from zero, each labelled where it ends."""
    marks: dict[str, Mark] = {}
    with chart_style():
        height = max(HEIGHT, MARGINS + LABEL_HEIGHT * len(lines))
        figure, axis = single_axes(height=height, left=LEFT, right=RIGHT)
        _draw_frame(axis, lines, axis_label, limit)
        if limit:
            _draw_limit(axis, limit)
        draw_curves(axis, map(_curve, lines), look, marks, longest=LONGEST, size=6)
        return to_svg(figure, key=key, title=title, description=description, marks=marks)


def _draw_frame(axis: Axes, lines: Sequence[GrowthLine], label: str, limit: Limit | None) -> None:
    counts = sorted({count for line in lines for count in line.counts})
    highest = max([*(rps for line in lines for rps in line.rps), limit.rps if limit else 0.0])
    axis.set_xlim(0, counts[-1] * 1.02)
    axis.set_ylim(0, highest * 1.08)
    axis.locator_params(axis="y", nbins=5)
    rates: list[Tick] = [(float(rate), f"{rate:,.0f}/s") for rate in axis.yaxis.get_majorticklocs()]
    draw_frame(axis, x=[(float(count), f"{count:,}") for count in counts], y=rates, label=label)


def _draw_limit(axis: Axes, limit: Limit) -> None:
    ends = axis.get_xlim()
    draw_line(axis, ends, (limit.rps, limit.rps), color=MUTED, linewidth=1.4, linestyle=(0, (5, 4)))
    above = axis.get_yaxis_transform() + shift(-8, 6)
    label = single_line(limit.label, 80)
    write_text(axis, 1, limit.rps, label, above, ha="right", color=MUTED, size=11.5)


def _curve(line: GrowthLine) -> Curve:
    return Curve(
        label=line.label,
        framework=line.framework,
        server=line.server,
        x=line.counts,
        y=line.rps,
        hint=f"{line.label}: {line.rps[-1]:,.0f} requests/s at {line.counts[-1]:,}",
    )
