"""Curves of stacks, each labelled where it ends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from report.page.charts.frame import draw_line, label_ends
from report.page.charts.look import Look
from report.page.charts.svg import Mark, add_mark, single_line

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One stack at several points, in the order in which they are joined."""

    label: str
    framework: str
    server: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    hint: str
    """Shown beside the pointer."""


def draw_curves(
    axis: Axes, curves: Iterable[Curve], look: Look, marks: dict[str, Mark], *, longest: int, size: float
) -> None:
    """Draw each with markers of ``size`` points and its label, of ``longest`` characters; axes are set."""
    rising = sorted(curves, key=lambda curve: curve.y[-1])
    ends = [
        (single_line(curve.label, longest), curve.x[-1], curve.y[-1], look.colour(curve.framework))
        for curve in rising
    ]
    for curve, text in zip(rising, label_ends(axis, ends), strict=True):
        drawn = draw_line(
            axis,
            curve.x,
            curve.y,
            marker=look.marker(curve.server),
            markersize=size,
            color=look.colour(curve.framework),
            linewidth=2,
            clip_on=False,
        )
        drawn.set_gid(add_mark(marks, curve.framework, curve.hint))
        text.set_gid(add_mark(marks, curve.framework))
