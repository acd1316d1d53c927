"""Draws boxes as SVG: real text, a hint for each, colours from the style sheet, the same bytes each time."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from report.analysis.flame_changes import Direction, ShareChange
from report.page.charts.svg import single_line
from report.page.flame.boxes import WIDTH, Box, Boxes
from results.stacks import Frame

ROW = 18
"""Height of a box and the gap below it, in pixels."""
LETTER = 6.63
"""Width of a letter of the type face that names are written in, 11 px high."""
MARGIN = 3.0
"""Between the border of a box and its name."""
LEAST_LETTERS = 3
"""A name is left out where fewer have room."""
STEPS = (0.1, 0.02)
"""Changes of a share from which on its colour is strong, and plain."""


def draw(boxes: Boxes, *, title: str, description: str) -> str:
    """The picture; ``title`` and ``description`` are what it is called and shows."""
    height = boxes.rows * ROW
    return (
        f'<svg class="flame" role="img" aria-labelledby="flame-title flame-desc" '
        f'viewBox="0 0 {WIDTH:g} {height}" width="{WIDTH:g}" height="{height}">'
        f'<title id="flame-title">{_safe(title)}</title><desc id="flame-desc">{_safe(description)}</desc>'
        f"{''.join(_box(box) for box in boxes.boxes)}</svg>"
    )


def _box(box: Box) -> str:
    y, label = box.depth * ROW, _label(box)
    text = f'<text x="{_px(box.x + MARGIN)}" y="{y + 12.5:g}">{_safe(label)}</text>' if label else ""
    return (
        f'<g class="{_kind(box)}"><title>{_safe(hint(box))}</title>'
        f'<rect x="{_px(box.x)}" y="{y}" width="{_px(box.width)}" height="{ROW - 1}"/>{text}</g>'
    )


def _safe(text: str) -> str:
    return escape(single_line(text, 1000))


def _px(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _kind(box: Box) -> str:
    """Class of the style sheet: whose code it is, or of a difference what became of its share."""
    if box.frame is None:
        return "all"
    if box.change is None:
        return box.frame.layer
    direction = box.change.direction
    if direction == Direction.LEVEL:
        return "level"
    step = next((index for index, least in enumerate(STEPS) if abs(box.change.change) >= least), len(STEPS))
    return f"{direction} {('strong', 'plain', 'faint')[step]}"


def name_of(box: Box) -> str:
    """What a box is called."""
    return box.frame.function if box.frame else "all"


def _label(box: Box) -> str:
    """As much of the name as has room, behind the change where there is one."""
    change = box.change if box.frame else None
    name = (
        f"{points(change)} {name_of(box)}" if change and change.direction != Direction.LEVEL else name_of(box)
    )
    room = int((box.width - 2 * MARGIN) / LETTER)
    if room < LEAST_LETTERS:
        return ""
    return name if len(name) <= room else name[: room - 1] + "…"


def points(change: ShareChange) -> str:
    """A change of a share in percentage points, with its sign."""
    return f"{100 * change.change:+.1f}".replace("-", "−")


def hint(box: Box) -> str:
    """What is known of a box: its name first, then file, whose it is, how much."""
    if box.frame is None:
        return f"all · {box.count:,} samples"
    parts = (name_of(box), box.frame.file, layer_name(box.frame), box.frame.boundary)
    return " · ".join((*map(single_line, filter(None, parts)), _amount(box)))


def layer_name(frame: Frame) -> str:
    """Whose code a function is, in words."""
    return frame.layer.replace("-", " ")


def _amount(box: Box) -> str:
    if box.change is None:
        return f"{box.share:.1%} of samples ({box.count:,})"
    return f"{sides(box.change)} of samples: {said(box.change)}"


def sides(change: ShareChange) -> str:
    """A share on both sides."""
    return f"base {change.base:.1%}, head {change.head:.1%}"


def said(change: ShareChange) -> str:
    """What became of a share, in words."""
    if change.direction == Direction.LEVEL:
        return "not told apart"
    return f"{change.direction} by {abs(100 * change.change):.1f} points"


def legend(boxes: Boxes, *, difference: bool) -> Iterator[tuple[str, str]]:
    """(class, what it means) of the colours that are drawn."""
    drawn = {_kind(box) for box in boxes.boxes}
    meanings = CHANGES if difference else LAYERS
    return ((kind, meaning) for kind, meaning in meanings.items() if kind in drawn)


LAYERS = {
    "server": "server",
    "framework": "framework",
    "app": "app",
    "package": "other packages",
    "standard-library": "standard library",
}
CHANGES = {
    **{
        f"{direction} {strength}": f"{direction} {by}"
        for direction in (Direction.GROWN, Direction.SHRUNK)
        for strength, by in (
            ("strong", f"by {100 * STEPS[0]:g} points or more"),
            ("plain", f"by {100 * STEPS[1]:g} to {100 * STEPS[0]:g}"),
            ("faint", f"by less than {100 * STEPS[1]:g}"),
        )
    },
    "level": "not told apart",
}
