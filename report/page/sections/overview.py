"""The matrix at a glance: every stack against every workload, a value or the reason why there is none."""

from __future__ import annotations

from report import fmt
from report.analysis.contenders import MARK
from report.analysis.summary import Summary
from report.analysis.workload import Workload
from report.page.context import Context, scaled, side
from report.page.model import Column, Entry, Table, TableRow, entry, gap, measured
from report.views import words
from results.model import Cell

Stack = tuple[str, str, str]
"""(framework, server, interface)"""


def overview(here: Context) -> Table:
    """Throughput of every cell, under open load the 99th percentile.

    The first tier is marked by a word and a sign, and never across servers.
    """
    first = {each.cell for group in here.groups for each in words.first_tier(group) if len(group.entries) > 1}
    measured_cells = {(_stack(each.cell), here.workload(each.cell)): each for each in here.summaries}
    lacking = here.run.plan.not_applicable
    absent = {(_stack(each.cell), here.workload(each.cell)): each.reason for each in lacking}
    cells = (*(each.cell for each in here.summaries), *(each.cell for each in lacking))
    workloads = list(dict.fromkeys(here.workload(cell) for cell in cells))
    stacks = sorted(
        {_stack(cell) for cell in cells}, key=lambda stack: (stack[1], stack[2], here.title(stack[0]))
    )
    rows = []
    for stack in stacks:
        entries = [
            _entry(measured_cells.get((stack, each)), absent.get((stack, each), ""), first)
            for each in workloads
        ]
        names = entry(here.title(stack[0])), entry(side(*stack[1:]))
        rows.append(TableRow(framework=stack[0], entries=(*names, *entries)))
    return Table(
        anchor="overview",
        caption=_caption(workloads)
        + (
            "● first tier: cannot be told from the best framework on the same server"
            if first
            else "Nothing is ranked"
        ),
        columns=(
            Column(label="Framework"),
            Column(label="Server", short=True),
            *(Column(label=here.heading(each), numeric=True) for each in workloads),
        ),
        rows=tuple(rows),
    )


def _stack(cell: Cell) -> Stack:
    return cell.framework, cell.server, cell.interface


def _caption(workloads: list[Workload]) -> str:
    loads = {wanted.load for wanted in workloads}
    closed = "Throughput in requests/s with 95% intervals. " if "closed" in loads else ""
    under = "Under open load: " if closed else ""
    return closed + (f"{under}99% are answered within so many ms. " if "open" in loads else "")


def _entry(each: Summary | None, absent: str, first: set[Cell]) -> Entry:
    if each is None:
        return gap(f"not applicable: {absent}" if absent else "not planned")
    metric, scale = ("throughput_rps", 1.0) if each.cell.load == "closed" else ("p99_us", 1e-3)
    level = scaled(each.level(metric), scale)
    if level is None:
        return gap(each.reason(metric))
    best = each.cell in first
    text = ("● " if best else "") + fmt.number(level.value) + (MARK if each.flags else "")
    shown = measured(level, "", text, fmt.interval(level))
    return Entry(text=shown.text, detail=shown.detail, key=shown.key, strong=best)
