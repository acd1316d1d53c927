"""Percentile curves on a 1/(1-p) axis, cut where the samples end: how long users wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from report.charts.look import Look, style, ticks
from report.charts.rows import DPI, WIDTH
from report.charts.svg import Mark, inline, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLUMNS, PANEL, LEFT, RIGHT, GAP, TOP, BOTTOM = 2, 210, 64, 118, 38, 40, 58
"""Panels side by side, and pixels: a panel's height, the margins, room for heading and axis."""
LABEL = 16
"""Pixels between two labels at the ends of curves."""
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
class Curves:
    """Curves that may be compared with each other: one server variant and interface."""

    heading: str
    curves: tuple[Curve, ...]


def waiting(panels: Sequence[Curves], look: Look, *, key: str, title: str, description: str) -> str:
    """SVG of one panel a server variant, all on the same axes, each curve labelled where it ends."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - takes a second to import

    with style():
        lines = ceil(len(panels) / COLUMNS)
        total = lines * (PANEL + TOP + BOTTOM)
        figure = Figure(figsize=(WIDTH / DPI, total / DPI), dpi=DPI)
        width = (WIDTH - LEFT - RIGHT - (COLUMNS - 1) * (GAP + RIGHT)) / COLUMNS
        marks: dict[str, Mark] = {}
        for place, panel in enumerate(panels):
            line, column = divmod(place, COLUMNS)
            left = LEFT + column * (width + GAP + RIGHT)
            bottom = total - (line + 1) * (PANEL + TOP + BOTTOM) + BOTTOM
            axis = figure.add_axes((left / WIDTH, bottom / total, width / WIDTH, PANEL / total))
            _frame(axis, panels, panel.heading)
            _draw(axis, panel.curves, look, marks)
        return inline(figure, key=key, title=title, description=description, marks=marks)


def _frame(axis: Axes, panels: Sequence[Curves], heading: str) -> None:
    points = [ms for panel in panels for curve in panel.curves for _, ms in _points(curve)]
    ends = [curve.shares[-1] for panel in panels for curve in panel.curves if curve.shares]
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.set_xlim(START, max((1 / (1 - share) for share in ends), default=100) * 1.05)
    axis.set_ylim(min(points, default=1) * 0.8, max(points, default=10) * 1.2)
    inside = [tick for tick in TICKS if tick <= axis.get_xlim()[1]]
    ticks(axis.xaxis, inside, [TICKS[tick] for tick in inside])
    ticks_of_time(axis)
    axis.set_xlabel("share of requests answered by then", labelpad=6)
    axis.set_title(plain(heading, 48), loc="left", fontsize=12.5, pad=12)


def _points(curve: Curve) -> list[tuple[float, float]]:
    """(1/(1-p), ms) from the median on."""
    pairs = zip(curve.shares, curve.latency_ms, strict=True)
    return [(1 / (1 - share), ms) for share, ms in pairs if START * (1 - share) <= 1 + 1e-9]


def ticks_of_time(axis: Axes) -> None:
    """Label a logarithmic axis of ms at 1, 2 and 5."""
    low, high = axis.get_ylim()
    decades = [digit * 10.0**power for power in range(-3, 6) for digit in (1, 2, 5)]
    inside = [tick for tick in decades if low <= tick <= high]
    ticks(axis.yaxis, inside, [f"{tick:g} ms" for tick in inside])


def _draw(axis: Axes, curves: Sequence[Curve], look: Look, marks: dict[str, Mark]) -> None:
    drawn = sorted((curve for curve in curves if _points(curve)), key=lambda curve: curve.latency_ms[-1])
    heights = apart([float(axis.transData.transform((1, curve.latency_ms[-1]))[1]) for curve in drawn])
    for curve, y in zip(drawn, heights, strict=True):
        x, latency_ms = zip(*_points(curve), strict=True)
        colour = look.colour(curve.framework)
        line = axis.plot(x, latency_ms, color=colour, linewidth=2, solid_joinstyle="round")[0]
        end = axis.plot(x[-1:], curve.latency_ms[-1:], "o", color=colour, markersize=5, clip_on=False)[0]
        right = float(axis.transAxes.transform((1, 0))[0])
        text = axis.annotate(
            plain(curve.label, 18),
            (x[-1], curve.latency_ms[-1]),
            xytext=(right + 12, y),
            textcoords="figure pixels",
            va="center_baseline",
            size=12,
            arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.8, "shrinkA": 2, "shrinkB": 4},
            annotation_clip=False,
        )
        hint = f"{curve.label}: {curve.latency_ms[-1]:,.2f} ms at {curve.shares[-1]:.4%}"
        for artist, said in ((line, hint), (end, hint), (text, "")):
            gid = f"mark{len(marks)}"
            artist.set_gid(gid)
            marks[gid] = Mark(framework=curve.framework, hint=said)


def apart(heights: Sequence[float]) -> list[float]:
    """Rising ``heights`` moved as little as it takes, and together, to stand ``LABEL`` apart."""
    groups: list[list[float]] = []
    for height in heights:
        groups.append([height])
        while len(groups) > 1 and _bottom(groups[-1]) < _bottom(groups[-2]) + LABEL * len(groups[-2]):
            groups[-2:] = [groups[-2] + groups[-1]]
    return [_bottom(group) + LABEL * place for group in groups for place in range(len(group))]


def _bottom(group: Sequence[float]) -> float:
    return sum(group) / len(group) - LABEL * (len(group) - 1) / 2
