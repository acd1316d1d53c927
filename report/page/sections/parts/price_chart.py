"""Of the section on layers: what one thing adds to `json`, as bars of all price lists on one axis."""

from __future__ import annotations

from report.analysis.costs import Costs
from report.analysis.layers import Step
from report.analysis.prices import Price, PriceList
from report.page.charts.bars import draw_bars
from report.page.charts.rows import ChartRow, Panel
from report.page.context import Context, scale_level
from report.page.model import SectionPart, figure
from report.page.sections.parts.layer_rows import added_number
from report.views import cost_words, price_words

LABELS_WIDTH = 216
"""Pixels: what is added takes longer names than frameworks do."""
CAPTION = (
    "Instructions that a request of json takes more with one thing added, in thousands; fewer is better. The "
    "thick line is the 95% interval. All lists share the axis, so that what one thing costs can be compared "
    "between frameworks."
)


def part(context: Context, costs: Costs, anchor: str, run_suffix: str) -> SectionPart | None:
    """One group of bars a price list, the dearest addition first; None where there is no list."""
    if not costs.prices:
        return None
    svg = draw_bars(
        [_panel(context, prices) for prices in costs.prices],
        context.look,
        key=f"prices{anchor}",
        title="What one thing adds to a request of json",
        description="One bar an addition, one group a framework on its server; the tables below have the "
        "numbers.",
        axis_label="user-space instructions per request, in thousands",
        labels_width=LABELS_WIDTH,
    )
    return SectionPart(
        heading=f"What one thing adds{run_suffix}",
        anchor=f"prices-{anchor}",
        figures=(figure(svg, "Chart: price list", CAPTION),),
    )


def _panel(context: Context, prices: PriceList) -> Panel:
    cell = prices.without.cell
    return Panel(
        heading=f"{context.title(cell.framework)} {cost_words.on(cell.server, cell.python)}",
        rows=tuple(_row(price) for price in prices.prices),
    )


def _row(price: Price) -> ChartRow:
    step, cell = price.step, price.step.count.cell
    added = scale_level(step.level, 1e-3)
    return ChartRow(
        label=price.addition,
        framework=cell.framework,
        server=cell.server,
        value=added.value if added else None,
        low=added.low if added else None,
        high=added.high if added else None,
        text=_text(price, step),
    )


def _text(price: Price, step: Step) -> str:
    if step.level is None:
        return step.reason
    share = price_words.share(price)
    return f"{added_number(step)} {cost_words.half_width(step.level)}" + (f", {share}" if share else "")
