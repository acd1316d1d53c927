"""Percentile curves on a 1/(1-p) axis, cut where the samples end: how long users wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from report.page.charts.axes import panel_grid, time_ticks
from report.page.charts.frame import draw_frame, draw_line, label_ends, write_heading
from report.page.charts.look import Look, chart_style
from report.page.charts.svg import Mark, add_mark, single_line, to_svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes

START = 2
"""The axis begins at the median: before it, curves tell little and take half the height."""
TICKS = {2: "50%", 10: "90%", 100: "99%", 1000: "99.9%", 10_000: "99.99%", 100_000: "99.999%"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One stack's waiting time by share of requests."""

    label: str
    framework: str
    shares: tuple[float, ...]
    """p in 0..1, rising, up to where samples end."""
    latency_ms: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePanel:
    """Curves that may be compared with each other: one server variant and interface."""

    heading: str
    curves: tuple[Curve, ...]


def draw_waiting(
    panels: Sequence[CurvePanel],
    look: Look,
    *,
    key: str,
    title: str,
    description: str,
    axis_label: str = "share of requests answered by then",
) -> str:
    """SVG of one panel a server variant, all on the same axes, each curve labelled where it ends."""
    with chart_style():
        figure, axes = panel_grid(len(panels))
        marks: dict[str, Mark] = {}
        for axis, panel in zip(axes, panels, strict=True):
            _draw_frame(axis, panels, panel.heading, axis_label)
            _draw_curves(axis, panel.curves, look, marks)
        return to_svg(figure, key=key, title=title, description=description, marks=marks)


def _draw_frame(axis: Axes, panels: Sequence[CurvePanel], title: str, label: str) -> None:
    """The same axes for every panel: they hold the points of all ``panels``."""
    latencies_ms = [ms for panel in panels for curve in panel.curves for _, ms in _points(curve)]
    last_shares = [curve.shares[-1] for panel in panels for curve in panel.curves if curve.shares]
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.set_xlim(START, max((1 / (1 - share) for share in last_shares), default=100) * 1.05)
    axis.set_ylim(min(latencies_ms, default=1) * 0.8, max(latencies_ms, default=10) * 1.2)
    draw_frame(axis, x=TICKS.items(), y=time_ticks(), label=label)
    write_heading(axis, single_line(title, 48))


def _points(curve: Curve) -> list[tuple[float, float]]:
    """(1/(1-p), ms) from the median on."""
    pairs = zip(curve.shares, curve.latency_ms, strict=True)
    return [(1 / (1 - share), ms) for share, ms in pairs if START * (1 - share) <= 1 + 1e-9]


def _draw_curves(axis: Axes, curves: Sequence[Curve], look: Look, marks: dict[str, Mark]) -> None:
    drawn = sorted((curve for curve in curves if _points(curve)), key=lambda curve: curve.latency_ms[-1])
    ends = [(*_points(curve)[-1], look.colour(curve.framework)) for curve in drawn]
    labels = [(single_line(curve.label, 18), *end) for curve, end in zip(drawn, ends, strict=True)]
    texts = label_ends(axis, labels)
    for curve, (end_x, end_ms, colour), text in zip(drawn, ends, texts, strict=True):
        x, latency_ms = zip(*_points(curve), strict=True)
        line = draw_line(axis, x, latency_ms, color=colour, linewidth=2, solid_joinstyle="round")
        dot = draw_line(axis, [end_x], [end_ms], marker="o", color=colour, markersize=5, clip_on=False)
        hint = f"{curve.label}: {curve.latency_ms[-1]:,.2f} ms at {curve.shares[-1]:.4%}"
        line.set_gid(add_mark(marks, curve.framework, hint))
        dot.set_gid(add_mark(marks, curve.framework, hint))
        text.set_gid(add_mark(marks, curve.framework))
