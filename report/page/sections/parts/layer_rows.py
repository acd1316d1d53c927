"""Layers of instructions as rows of a waterfall, which the sections on layers and on claims share."""

from __future__ import annotations

from collections.abc import Sequence

from report.analysis.contenders import is_floor
from report.analysis.layers import Layers, Step
from report.page.charts.rows import ChartRow, Panel
from report.page.context import Context, scale_level, variant_name
from report.views import cost_words

WATERFALL_CAPTION = (
    "Fewer is better. The first bar is the server with the bare interface, each further one what a framework "
    "adds to what it stands on: FastAPI to Starlette, all others to the floor. ± and the thick line are the "
    "95% interval of what is added."
)
AXIS_LABEL = "user-space instructions per request, in thousands"


def panel(context: Context, group: Layers, steps: Sequence[Step] | None = None) -> Panel:
    """The steps of a group (or those given), each from where the layer below ends."""
    return Panel(
        heading=variant_name(group.server, group.interface)
        + (f", Python {group.python}" * bool(group.python)),
        rows=tuple(_row(context, step) for step in (group.steps if steps is None else steps)),
    )


def _row(context: Context, step: Step) -> ChartRow:
    """In thousands, from where the layer below ends, with the interval of what is added."""
    cell, total = step.count.cell, scale_level(step.count.level, 1e-3)
    label = context.title(cell.framework)
    if total is None:
        return ChartRow(label=label, framework=cell.framework, server=cell.server, text=step.count.reason)
    added = scale_level(step.level, 1e-3)
    start = total.value - added.value if added and step.over else 0.0
    return ChartRow(
        label=label,
        framework=cell.framework,
        server=cell.server,
        value=total.value,
        start=start,
        low=start + added.low if added and added.low is not None else None,
        high=start + added.high if added and added.high is not None else None,
        text=_text(step),
    )


def _text(step: Step) -> str:
    if step.level is None:
        total = step.count.level
        return f"{cost_words.number(total.value)} in all; no floor" if total else step.count.reason
    return f"{added_number(step)} {cost_words.half_width(step.level)}"


def added_number(step: Step) -> str:
    """What a step adds, with its sign; the floor adds to nothing and has none."""
    value = step.level.value if step.level else 0.0
    return cost_words.number(value) if is_floor(step.count.cell) else cost_words.signed(value)
