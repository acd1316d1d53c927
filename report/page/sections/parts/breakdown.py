"""Of the section on layers: what single things cost, and where the instructions of a request are spent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from report.analysis.costs import NOT_COUNTED, Costs
from report.analysis.flames import Profile
from report.analysis.layers import Step
from report.analysis.prices import Price, PriceList
from report.analysis.shares import Shares
from report.analysis.twins import Twin
from report.page.context import Context, stack_entries
from report.page.flame.files import hrefs_by_cell
from report.page.model import STACK_COLUMNS, Column, SectionPart, Table, TableEntry, TableRow, entry, gap
from report.page.sections.parts import layer_rows, price_chart
from report.views import cost_words, price_words

SHARES_TEXT = (
    "From a launch of its own. By function shares are inclusive, so that one may hold another; by layer or "
    "object they add up."
)
FLAME_TEXT = (
    "One file for each cell: every function within what called it, as wide as its share of the samples. "
    "Samples, not a timing."
)

PRICES_TEXT = "json with one thing added, minus json that is asked in the same way."


def parts(context: Context, costs: Costs, anchor: str, run_suffix: str) -> Iterator[SectionPart]:
    """Parts of one run's counts; ``run_suffix`` names the run in headings where there are several."""
    for twin, steps in costs.twins:
        yield _twin_part(context, twin, steps, f"{twin.key}-{anchor}", run_suffix)
    if chart := price_chart.part(context, costs, anchor, run_suffix):
        yield chart
    for number, prices in enumerate(costs.prices):
        yield _price_part(context, prices, f"prices-{anchor}-{number}", run_suffix)
    if costs.shares:
        yield SectionPart(
            heading=f"Where it goes{run_suffix}",
            anchor=f"shares-{anchor}",
            text=SHARES_TEXT,
            tables=tuple(
                _shares_table(context, shares, f"{anchor}-{index}")
                for index, shares in enumerate(costs.shares)
            ),
        )
    if costs.profiles:
        yield _flame_part(context, costs, anchor, run_suffix)


def added_entry(step: Step) -> TableEntry:
    """What a step adds as a table's cell, or why there is no number."""
    if step.level is None:
        return gap(step.reason)
    interval = cost_words.interval(step.level)
    return TableEntry(text=layer_rows.added_number(step), detail=interval, key=round(step.level.value, 6))


def _twin_part(
    context: Context, twin: Twin, steps: Sequence[Step], anchor: str, run_suffix: str
) -> SectionPart:
    unit = "instructions per request (95% interval)"
    return SectionPart(
        heading=f"What {twin.thing} {twin.costs}{run_suffix}",
        anchor=anchor,
        text=f"The scenario {twin.scenario} minus its twin without, {twin.without}, on the same stack.",
        tables=(
            Table(
                anchor=f"table-{anchor}",
                caption=f"Instructions that a request takes more with {twin.thing}. {NOT_COUNTED}",
                columns=(*STACK_COLUMNS, Column(label="Added", unit=unit, numeric=True)),
                rows=tuple(_twin_row(context, step) for step in steps),
            ),
        ),
    )


def _price_part(context: Context, prices: PriceList, anchor: str, run_suffix: str) -> SectionPart:
    unit = "instructions per request (95% interval)"
    return SectionPart(
        heading=f"{price_words.title(prices, context.titles)}{run_suffix}",
        anchor=anchor,
        text=f"{PRICES_TEXT} {price_words.loading(prices)}".strip(),
        tables=(
            Table(
                anchor=f"table-{anchor}",
                caption=f"Instructions that a request takes more with one thing added. {NOT_COUNTED}",
                columns=(
                    Column(label="Addition"),
                    Column(label="Added", unit=unit, numeric=True),
                    Column(label="Of a request without", unit="%", numeric=True),
                ),
                rows=tuple(_price_row(price) for price in prices.prices),
            ),
        ),
    )


def _price_row(price: Price) -> TableRow:
    share = gap("not known")
    if price.share is not None:
        share = TableEntry(text=price_words.share(price), key=round(price.share, 6))
    return TableRow(entries=(entry(price.addition), added_entry(price.step), share))


def _twin_row(context: Context, step: Step) -> TableRow:
    cell = step.count.cell
    return TableRow(framework=cell.framework, entries=(*stack_entries(context, cell), added_entry(step)))


def _flame_part(context: Context, costs: Costs, anchor: str, run_suffix: str) -> SectionPart:
    hrefs = hrefs_by_cell(context.costs)
    return SectionPart(
        heading=f"Flame graphs{run_suffix}",
        anchor=f"flames-{anchor}",
        text=FLAME_TEXT,
        tables=(
            Table(
                anchor=f"flames-table-{anchor}",
                caption="Where the time of each cell goes, function by function",
                columns=(
                    Column(label="Cell"),
                    Column(label="Samples", numeric=True),
                    Column(label="Requests", unit="asked", numeric=True),
                    Column(label="Made by"),
                ),
                rows=tuple(
                    _flame_row(context, profile, hrefs[costs.name, profile.record.cell])
                    for profile in costs.profiles
                ),
            ),
        ),
    )


def _flame_row(context: Context, profile: Profile, href: str) -> TableRow:
    record = profile.record
    return TableRow(
        framework=record.cell.framework,
        entries=(
            TableEntry(text=context.cell_name(record.cell), link=href),
            TableEntry(text=f"{profile.total:,}", key=profile.total),
            TableEntry(text=f"{record.requests:,}", key=record.requests),
            entry(f"{record.tool}, Python {record.python}"),
        ),
    )


def _shares_table(context: Context, shares: Shares, anchor: str) -> Table:
    name = context.cell_name(shares.cell)
    largest_first = sorted(shares.shares.items(), key=lambda pair: (-pair[1], pair[0]))
    return Table(
        anchor=f"shares-table-{anchor}",
        summary=f"{name}, by {shares.by}",
        caption=f"{name}: share of its {shares.what} by {shares.by}, {shares.tool}, Python {shares.python}",
        columns=(
            Column(label=shares.by.capitalize(), code=True),
            Column(label="Share", unit="%", numeric=True),
        ),
        rows=tuple(
            TableRow(entries=(entry(name), TableEntry(text=f"{100 * share:.1f}", key=round(share, 6))))
            for name, share in largest_first
        ),
    )
