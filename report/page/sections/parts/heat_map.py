"""Of the section on which is fastest: all frameworks against one of them, scenario by scenario."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from report import fmt
from report.analysis.answers.told_numbers import Ratios
from report.analysis.layers import built_on
from report.analysis.metrics import THROUGHPUT
from report.analysis.references import AgainstReference, against_references
from report.analysis.workload import Workload
from report.page.charts.heat_map import (
    COLUMNS_AT_MOST,
    HeatCell,
    HeatPanel,
    HeatRow,
    colour_step,
    draw_heat_map,
)
from report.page.context import Context, variant_name
from report.page.model import (
    STACK_COLUMNS,
    Column,
    Figure,
    SectionPart,
    Table,
    TableEntry,
    TableRow,
    entry,
    figure,
    gap,
)
from report.stats.levels import Level
from results.model import Cell, Interface, Load

HEADING = "All scenarios at a glance"
LEVEL, NOT_APPLICABLE, FAILED, NOT_ASKED, NO_REFERENCE = "≈", "n/a", "failed", "–", "no ref."
CAPTION = (
    "Throughput relative to the framework that the heading names, on the same server: above 1× it serves "
    "more of the same requests, below 1× fewer. "
    f"{LEVEL}: cannot be told from 1, its interval holds it. {NOT_APPLICABLE}: the stack lacks it by design. "
    f"{FAILED}: could not be measured. {NOT_ASKED}: not planned. {NO_REFERENCE}: the reference has no value. "
    "The floor, the same server without a framework, has no colour: it does not compete. The table below has "
    "every interval and every reason."
)
CELLS_AT_MOST = 1_500
"""Of all charts together; of more the table alone is shown, which is far smaller."""
TEN = 10
"""From here on a ratio has no decimals in its cell."""

Row = tuple[str, Interface, str]
"""(server, interface, framework)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is known of a framework in one scenario."""

    level: Level | None = None
    sign: str = NOT_ASKED
    """Why there is no level, in short."""
    reason: str = "not planned"
    """The same in full."""


Entries = Mapping[tuple[Row, Workload], Entry]


def parts(context: Context) -> Iterator[SectionPart]:
    """Charts and a table of all scenarios; nothing where there are not two, or where nothing is compared."""
    ratios = Ratios(context.conclusions.summaries)
    below = built_on(context.run.plan.environment.frameworks)
    every_variant = against_references(context.groups, ratios, below)
    entries = _entries(context, every_variant)
    known = {row for row, _ in entries}
    variants = [
        against
        for against in every_variant
        if sum(row[:2] == (against.server, against.interface) for row in known) > 1
    ]
    workloads = list(dict.fromkeys(workload for _, workload in entries))
    rows = _rows(context, variants, entries)
    several = len({workload.scenario for workload in workloads}) > 1
    if several and any(against.compares for against in variants):
        small = len(rows) * len(workloads) <= CELLS_AT_MOST
        yield SectionPart(
            heading=HEADING,
            anchor="which-all",
            figures=tuple(_figures(context, variants, rows, workloads, entries)) if small else (),
            tables=(_table(context, variants, rows, workloads, entries),),
        )


def _entries(context: Context, variants: Sequence[AgainstReference]) -> Entries:
    """Of every cell under closed load that was planned or is not applicable."""
    levels = {
        ((against.server, against.interface, framework), workload): level
        for against in variants
        for (framework, workload), level in against.ratios.items()
    }
    entries: dict[tuple[Row, Workload], Entry] = {}
    for summary in context.summaries:
        if summary.cell.load == Load.CLOSED:
            key = _row_of(summary.cell), context.workload(summary.cell)
            reason = summary.reason(THROUGHPUT)
            entries[key] = (
                Entry(sign=FAILED, reason=reason)
                if reason
                else Entry(level=levels.get(key), sign=NO_REFERENCE, reason="the reference has no value")
            )
    for absent in context.run.plan.not_applicable:
        if absent.cell.load == Load.CLOSED:
            key = _row_of(absent.cell), context.workload(absent.cell)
            entries.setdefault(key, Entry(sign=NOT_APPLICABLE, reason=f"not applicable: {absent.reason}"))
    return entries


def _row_of(cell: Cell) -> Row:
    return cell.server, cell.interface, cell.framework


def _rows(context: Context, variants: Sequence[AgainstReference], entries: Entries) -> list[Row]:
    """Rows of the variants that are compared, of each the floor first, then the reference, then by title."""
    order = {(against.server, against.interface): index for index, against in enumerate(variants)}
    references = {(against.server, against.interface, against.reference) for against in variants}
    rows = {row for row, _ in entries if row[:2] in order}
    return sorted(
        rows,
        key=lambda row: (order[row[:2]], row[2] != row[1], row not in references, context.title(row[2])),
    )


def _figures(
    context: Context,
    variants: Sequence[AgainstReference],
    rows: Sequence[Row],
    workloads: Sequence[Workload],
    entries: Entries,
) -> Iterator[Figure]:
    """A chart, or several where there are more scenarios than one can hold."""
    for number, start in enumerate(range(0, len(workloads), COLUMNS_AT_MOST)):
        columns = workloads[start : start + COLUMNS_AT_MOST]
        headings = [context.heading(workload) for workload in columns]
        svg = draw_heat_map(
            [_panel(context, against, rows, columns, entries) for against in variants],
            headings,
            key=f"heat{number}",
            title=f"Throughput relative to one framework on each server: {fmt.listed(headings)}",
            description="One row a framework, one column a scenario, one group a server variant; the numbers "
            "with their intervals are in the table below.",
        )
        yield figure(svg, f"Chart: ratios of {fmt.listed(headings)}", CAPTION)


def _panel(
    context: Context,
    against: AgainstReference,
    rows: Sequence[Row],
    workloads: Sequence[Workload],
    entries: Entries,
) -> HeatPanel:
    variant = against.server, against.interface
    return HeatPanel(
        heading=f"{variant_name(*variant)}, relative to {context.title(against.reference)}",
        rows=tuple(
            HeatRow(
                label=context.title(row[2]),
                framework=row[2],
                cells=tuple(_heat_cell(context, row, workload, entries) for workload in workloads),
            )
            for row in rows
            if row[:2] == variant
        ),
    )


def _heat_cell(context: Context, row: Row, workload: Workload, entries: Entries) -> HeatCell:
    known = entries.get((row, workload), Entry())
    where = f"{context.title(row[2])}, {context.heading(workload)}"
    if known.level is None:
        return HeatCell(text=known.sign, hint=f"{where}: {known.reason}", gap=True)
    floor = row[2] == row[1]
    return HeatCell(
        text=_ratio_text(known.level),
        step=None if floor else colour_step(known.level),
        hint=f"{where}: {_in_full(known.level)}",
    )


def _ratio_text(level: Level) -> str:
    """``0.44×``; behind ``≈`` where its interval holds 1."""
    if not level.n:
        return "1×"
    holds = level.holds(1)
    number = f"{level.value:.0f}" if level.value >= TEN else f"{level.value:.2f}"
    return f"{LEVEL}{number}×" if holds else f"{number}×"


def _in_full(level: Level) -> str:
    return fmt.times(level) if level.n else "1× reference"


def _table(
    context: Context,
    variants: Sequence[AgainstReference],
    rows: Sequence[Row],
    workloads: Sequence[Workload],
    entries: Entries,
) -> Table:
    references = fmt.listed(f"{context.title(against.reference)} on {against.server}" for against in variants)
    return Table(
        anchor="which-all-table",
        summary="All ratios as a table",
        caption=f"Throughput relative to {references}, with 95% intervals",
        columns=(
            *STACK_COLUMNS,
            *(Column(label=context.heading(workload), numeric=True) for workload in workloads),
        ),
        rows=tuple(
            TableRow(
                framework=row[2],
                entries=(
                    entry(context.title(row[2])),
                    entry(variant_name(*row[:2])),
                    *(_table_entry(entries.get((row, workload), Entry())) for workload in workloads),
                ),
            )
            for row in rows
        ),
    )


def _table_entry(known: Entry) -> TableEntry:
    if known.level is None:
        return gap(known.reason)
    text, _, interval = _in_full(known.level).partition(" ")
    return TableEntry(text=text, detail=interval, key=round(known.level.value, 6))
