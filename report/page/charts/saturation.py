"""Throughput against the 99th percentile, rate by rate: where a stack's waiting lines begin to grow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from report.page.charts.axes import panel_grid, time_ticks
from report.page.charts.bars import amount_ticks
from report.page.charts.curves import Curve, draw_curves
from report.page.charts.frame import draw_frame, draw_line, write_heading
from report.page.charts.look import PAPER, Look, chart_style
from report.page.charts.svg import Mark, add_mark, single_line, to_svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LONGEST = 18
"""Characters of a label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLine:
    """One stack at several rates, rising."""

    label: str
    framework: str
    server: str
    answered_rps: tuple[float, ...]
    """What it answered at each of the offered rates."""
    p99_ms: tuple[float, ...]
    overloaded: tuple[bool, ...]
    """Which of the rates it could not serve."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RatePanel:
    """Stacks that may be compared with each other: one server variant and interface."""

    heading: str
    lines: tuple[RateLine, ...]


def draw_saturation(
    panels: Sequence[RatePanel], look: Look, *, key: str, title: str, description: str
) -> str:
    """SVG of one panel a server variant, all on the same axes, each line labelled where it ends."""
    with chart_style():
        figure, axes = panel_grid(len(panels))
        marks: dict[str, Mark] = {}
        for axis, panel in zip(axes, panels, strict=True):
            _draw_frame(axis, panels, panel.heading)
            draw_curves(axis, map(_curve, panel.lines), look, marks, longest=LONGEST, size=5)
            for line in panel.lines:
                _draw_overloads(axis, line, look, marks)
        return to_svg(figure, key=key, title=title, description=description, marks=marks)


def _draw_frame(axis: Axes, panels: Sequence[RatePanel], title: str) -> None:
    """The same axes for every panel: they hold the lines of all ``panels``."""
    lines = [line for panel in panels for line in panel.lines]
    waits_ms = [ms for line in lines for ms in line.p99_ms]
    axis.set_yscale("log")
    axis.set_xlim(0, max(rate for line in lines for rate in line.answered_rps) * 1.05)
    axis.set_ylim(min(waits_ms) * 0.8, max(waits_ms) * 1.25)
    axis.locator_params(axis="x", nbins=4)
    draw_frame(axis, x=amount_ticks(axis), y=time_ticks(), label="answered, requests per second")
    write_heading(axis, single_line(title, 48))


def _curve(line: RateLine) -> Curve:
    return Curve(
        label=line.label,
        framework=line.framework,
        server=line.server,
        x=line.answered_rps,
        y=line.p99_ms,
        hint=f"{line.label}: {line.p99_ms[-1]:,.2f} ms at {line.answered_rps[-1]:,.0f} requests/s",
    )


def _draw_overloads(axis: Axes, line: RateLine, look: Look, marks: dict[str, Mark]) -> None:
    """Hollow marks over the rates that were not served."""
    rates = zip(line.answered_rps, line.p99_ms, line.overloaded, strict=True)
    points = [(rps, ms) for rps, ms, overloaded in rates if overloaded]
    if points:
        hollow = draw_line(
            axis,
            [rps for rps, _ in points],
            [ms for _, ms in points],
            marker=look.marker(line.server),
            markersize=7,
            linestyle="none",
            color=look.colour(line.framework),
            markerfacecolor=PAPER,
            markeredgewidth=1.8,
            clip_on=False,
        )
        hollow.set_gid(add_mark(marks, line.framework, f"{line.label}: offered more than it could serve"))
