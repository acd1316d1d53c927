"""What a request costs: instructions of each cell with their spread, from the counts of a run.

Only user-space instructions are counted: what the kernel does, and waiting, is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from report.analysis.cost_records import cost_of, cost_per_request
from report.analysis.flames import Profile, profiles_of
from report.analysis.layers import Count, Layers, Step, built_on, find_layers, place
from report.analysis.prices import PriceList, find_price_lists, is_priced
from report.analysis.shares import Shares, all_shares
from report.analysis.summary import sorted_cells, why_absent
from report.analysis.titles import is_of
from report.analysis.twins import Twin, find_twins
from report.stats.means import mean_level
from results.model import IN_PROCESS, Cell, CostRecord, FrameworkEnvironment, Load, PlanKind, Run

NOT_COUNTED = "What the kernel does and time spent waiting are not counted."
ONE_BUILD = "Counts compare only within one build of the interpreter."
FIRST = "plaintext"
"""The scenario that layers start from: nothing but the way through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Everything that was counted in one run."""

    name: str
    counts: tuple[Count, ...]
    layers: tuple[Layers, ...]
    twins: tuple[tuple[Twin, tuple[Step, ...]], ...]
    """By thing: the scenario that has it over its twin without, a step a stack."""
    prices: tuple[PriceList, ...]
    """By stack: what each addition of the price list costs."""
    profiles: tuple[Profile, ...]
    """What was sampled of where time goes."""
    shares: tuple[Shares, ...]
    problems: tuple[str, ...]
    """Counts that were left out because they cannot be, and samples that cannot be read."""

    @property
    def scenarios(self) -> tuple[str, ...]:
        """What was counted, in the order it is shown."""
        return tuple(dict.fromkeys(group.scenario for group in self.layers))

    def in_process(self, cell: Cell) -> Count | None:
        """The count of the same app called without a server; None where that was not planned."""
        wanted = place(replace(cell, server=IN_PROCESS))
        return next((count for count in self.counts if place(count.cell) == wanted), None)


def holds_costs(run: Run) -> bool:
    """Whether anything was counted, or should have been, that is not one side of a comparison."""
    return run.plan.kind == PlanKind.COST or any(not record.side for record in run.costs)


def summarise_costs(run: Run) -> Costs:
    """All counts and layers of ``run``; sides of a comparison are left to the gate."""
    records: dict[Cell, list[CostRecord]] = {}
    problems: dict[Cell, str] = {}
    for record in run.costs:
        if not record.side:
            _sort(record, records, problems)
    failed = sorted_cells({failure.cell for failure in run.failures if failure.cell})
    absent = {cell: f"not measured: {text}" for cell, text in problems.items()} | {
        lacking.cell: f"not applicable: {lacking.reason}" for lacking in run.plan.not_applicable
    }
    counts = [
        _count(cell, records.get(cell, ()), absent.get(cell, ""), run)
        for cell in dict.fromkeys((*run.plan.cells, *records, *failed, *absent))
        if cell.load == Load.LOCKSTEP
    ]
    counts.sort(key=lambda count: (count.cell.scenario != FIRST, count.cell.server == IN_PROCESS))
    below = built_on(run.plan.environment.frameworks)
    sampled, unread = profiles_of(run)
    profiles = tuple(profile for profile in sampled if not profile.record.side)
    return Costs(
        name=run.plan.name,
        counts=tuple(counts),
        layers=find_layers([count for count in counts if not is_priced(count.cell)], below),
        twins=find_twins(counts, below),
        prices=find_price_lists(counts),
        profiles=profiles,
        shares=all_shares(run.shares, profiles),
        problems=(*problems.values(), *unread),
    )


def _sort(record: CostRecord, records: dict[Cell, list[CostRecord]], problems: dict[Cell, str]) -> None:
    try:
        cost_of(record)
        records.setdefault(record.cell, []).append(record)
    except ValueError as error:
        problems[record.cell] = f"repeat {record.repeat + 1} was left out: {error}"


def _count(cell: Cell, records: Sequence[CostRecord], absent: str, run: Run) -> Count:
    if not records:
        return Count(cell=cell, reason=absent or why_absent(cell, run.failures))
    tools = {(record.counter, record.tool) for record in records}
    if len(tools) > 1:
        return Count(
            cell=cell, reason=f"not compared: counted by {' and '.join(sorted(tool for _, tool in tools))}"
        )
    by_repeat = tuple(cost_of(record) for record in records)
    intervals = [value for record in records for value in cost_per_request(record)]
    return Count(
        cell=cell,
        level=mean_level(by_repeat),
        by_repeat=by_repeat,
        spread=(max(intervals) - min(intervals)) / fmean(intervals),
        counter=records[0].counter,
        tool=records[0].tool,
        build=_build(cell, run.plan.environment.frameworks),
    )


def _build(cell: Cell, environments: Sequence[FrameworkEnvironment]) -> str:
    for environment in environments:
        if is_of(environment, cell) and not environment.side:
            return f"Python {environment.python} ({environment.python_build})"
    return "an unknown interpreter"
