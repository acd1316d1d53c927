"""What the layers are made of: what validation costs, and where within a request the instructions go."""

from __future__ import annotations

from collections.abc import Iterator

from report.analysis.contenders import is_floor
from report.analysis.costs import NOT_COUNTED, Costs
from report.analysis.layers import Step
from report.page.context import Context, side
from report.page.model import Column, Entry, Part, Table, TableRow, entry, gap, measured
from report.views import cost_words
from results.model import CostShares

SHARES = (
    "From a run of its own: shares of one request, never instructions, as looking costs some too. By "
    "function they are inclusive, so that one may hold another; by object they add up."
)


def parts(here: Context, found: Costs, place: int, named: str) -> Iterator[Part]:
    """Of one run's counts; ``named`` is put behind headings where there are several runs."""
    if found.validation:
        yield _validation(here, found, place, named)
    if found.shares:
        tables = tuple(_shares(here, each, f"{place}-{n}") for n, each in enumerate(found.shares))
        yield Part(heading=f"Where it goes{named}", anchor=f"shares-{place}", text=SHARES, tables=tables)


def amount(step: Step) -> str:
    """What a step adds, with its sign; the floor adds to nothing."""
    value = step.level.value if step.level else 0.0
    return cost_words.number(value) if is_floor(step.count.cell) else cost_words.signed(value)


def difference(step: Step) -> Entry:
    """What a step adds as a table's cell, or why there is no number."""
    if step.level is None:
        return gap(step.reason)
    return measured(step.level, "", amount(step), cost_words.interval(step.level))


def _validation(here: Context, found: Costs, place: int, named: str) -> Part:
    unit = "instructions per request (95% interval)"
    labels = Column(label="Framework"), Column(label="Server", short=True)
    rows = []
    for step in found.validation:
        cell = step.count.cell
        names = entry(here.title(cell.framework)), entry(side(cell.server, cell.interface))
        rows.append(TableRow(framework=cell.framework, entries=(*names, difference(step))))
    return Part(
        heading=f"What validation costs{named}",
        anchor=f"validation-{place}",
        text="The scenario orders minus its twin without validation, orders-raw, on the same stack.",
        tables=(
            Table(
                anchor=f"validation-table-{place}",
                caption=f"Instructions that validating a request takes. {NOT_COUNTED}",
                columns=(*labels, Column(label="Validation", unit=unit, numeric=True)),
                rows=tuple(rows),
            ),
        ),
    )


def _shares(here: Context, each: CostShares, place: str) -> Table:
    cell = each.cell
    parts = sorted(each.shares.items(), key=lambda pair: (-pair[1], pair[0]))
    where = f"{here.title(cell.framework)} on {cell.server}, {cell.scenario}"
    return Table(
        anchor=f"shares-table-{place}",
        summary=f"{where}, by {each.by}",
        caption=f"{where}: share of its instructions by {each.by}, {each.tool}, Python {each.python}",
        columns=(
            Column(label=each.by.capitalize(), code=True),
            Column(label="Share", unit="%", numeric=True),
        ),
        rows=tuple(
            TableRow(entries=(entry(name), Entry(text=f"{100 * share:.1f}", key=round(share, 6))))
            for name, share in parts
        ),
    )
