"""Percentile curves on a 1/(1-p) axis, cut where the samples end: how long users wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from report.page.charts.frame import Tick, ends, frame, heading, line
from report.page.charts.look import Look, style
from report.page.charts.rows import DPI, WIDTH
from report.page.charts.svg import Mark, inline, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLUMNS, PANEL, LEFT, RIGHT, GAP, TOP, BOTTOM = 2, 210, 64, 118, 38, 40, 58
"""Panels side by side, and pixels: a panel's height, the margins, room for heading and axis."""
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


def waiting(
    panels: Sequence[Curves],
    look: Look,
    *,
    key: str,
    title: str,
    description: str,
    axis_label: str = "share of requests answered by then",
) -> str:
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
            _frame(axis, panels, panel.heading, axis_label)
            _draw(axis, panel.curves, look, marks)
        return inline(figure, key=key, title=title, description=description, marks=marks)


def _frame(axis: Axes, panels: Sequence[Curves], title: str, label: str) -> None:
    points = [ms for panel in panels for curve in panel.curves for _, ms in _points(curve)]
    ends = [curve.shares[-1] for panel in panels for curve in panel.curves if curve.shares]
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.set_xlim(START, max((1 / (1 - share) for share in ends), default=100) * 1.05)
    axis.set_ylim(min(points, default=1) * 0.8, max(points, default=10) * 1.2)
    frame(axis, x=TICKS.items(), y=ticks_of_time(), label=label)
    heading(axis, plain(title, 48))


def _points(curve: Curve) -> list[tuple[float, float]]:
    """(1/(1-p), ms) from the median on."""
    pairs = zip(curve.shares, curve.latency_ms, strict=True)
    return [(1 / (1 - share), ms) for share, ms in pairs if START * (1 - share) <= 1 + 1e-9]


def ticks_of_time() -> list[Tick]:
    """A logarithmic axis of ms, labelled at 1, 2 and 5."""
    decades = [digit * 10.0**power for power in range(-3, 6) for digit in (1, 2, 5)]
    return [(tick, f"{tick:g} ms") for tick in decades]


def _draw(axis: Axes, curves: Sequence[Curve], look: Look, marks: dict[str, Mark]) -> None:
    drawn = sorted((curve for curve in curves if _points(curve)), key=lambda curve: curve.latency_ms[-1])
    last = [(*_points(curve)[-1], look.colour(curve.framework)) for curve in drawn]
    texts = ends(axis, [(plain(curve.label, 18), *end) for curve, end in zip(drawn, last, strict=True)])
    for curve, (*place, colour), text in zip(drawn, last, texts, strict=True):
        x, latency_ms = zip(*_points(curve), strict=True)
        curved = line(axis, x, latency_ms, color=colour, linewidth=2, solid_joinstyle="round")
        end = line(axis, *([each] for each in place), marker="o", color=colour, markersize=5, clip_on=False)
        hint = f"{curve.label}: {curve.latency_ms[-1]:,.2f} ms at {curve.shares[-1]:.4%}"
        for artist, said in ((curved, hint), (end, hint), (text, "")):
            gid = f"mark{len(marks)}"
            artist.set_gid(gid)
            marks[gid] = Mark(framework=curve.framework, hint=said)
