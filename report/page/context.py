"""What every section of a page starts from: a run, the conclusions from it, and its colours."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from report.analysis.answers.answers import Answers, find_answers
from report.analysis.conclusions import UNTIMED, Conclusions, conclude
from report.analysis.contenders import Group, is_floor
from report.analysis.costs import Costs, holds_costs, summarise_costs
from report.analysis.frames import Frames, build_frames
from report.analysis.lifecycles import Lifecycle, summarise_lifecycles
from report.analysis.merging.merge import Merged
from report.analysis.streams import BESIDE, FIRST_BYTE, JITTER, StreamTiming, summarise_streams
from report.analysis.summary import Summary
from report.analysis.titles import titles_of
from report.analysis.workload import Workload, cells_in_turns, shares_of_capacity, workload_of
from report.page.charts.look import Look, assign_look
from report.page.model import TableEntry, entry
from report.stats.levels import Level
from report.views import words
from results.model import Cell, Failure, Interface, Load, PlanKind, Run

ALL_CHARTED, CHARTED_CELLS = 500, 100
"""A run of so many cells has all charts; of a larger one, its first workloads of so many together."""


@dataclass(frozen=True, kw_only=True)
class Context:
    """A run with all that its page needs of it, computed once."""

    run: Run
    frames: Frames
    conclusions: Conclusions
    look: Look
    titles: Mapping[str, str]
    """Title of each framework."""
    shares: Mapping[Cell, float]
    """Open cells whose rate is a share of their own capacity."""
    in_turns: Collection[Cell]
    """Cells that were measured in turns; the others in whole windows."""
    counting_runs: tuple[Run, ...]
    """Runs that counted instructions: this one, or others shown with it."""
    costs: tuple[Costs, ...]
    """What each of ``counting_runs`` counted."""
    lifecycle_runs: tuple[Run, ...]
    """Runs that looked at lifecycles: this one, or others shown with it."""
    answers: Answers
    """What the run answers, where it timed load."""
    lifecycles: tuple[Lifecycle, ...]
    """What all ``lifecycle_runs`` saw."""
    merged: Merged
    """Where ``run`` comes from."""

    @property
    def runs(self) -> tuple[Run, ...]:
        """This run, and the others of which anything is shown with it."""
        others = (*self.counting_runs, *self.lifecycle_runs)
        return self.run, *(run for run in others if run is not self.run)

    @property
    def failures(self) -> tuple[Failure, ...]:
        """Failures of all ``runs``."""
        return tuple(failure for run in self.runs for failure in run.failures)

    @property
    def timed(self) -> bool:
        """Whether the run was to time any load, or only to count, or to look at lifecycles."""
        return self.run.plan.kind not in UNTIMED

    @cached_property
    def summaries(self) -> tuple[Summary, ...]:
        """Summaries of all cells but those of the A/A control, which has a table of its own."""
        return tuple(summary for summary in self.conclusions.summaries if not summary.cell.control)

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """Frameworks on the same server variant and interface, where any was measured."""
        return tuple(group for group in self.conclusions.groups if group.contenders)

    def title(self, framework: str) -> str:
        """A framework's name for the reader."""
        return self.titles.get(framework, framework)

    def stack_name(self, cell: Cell) -> str:
        """A cell's framework and server for the reader."""
        python = f", Python {cell.python}" if cell.python else ""
        return f"{self.title(cell.framework)} on {cell.server}{python}"

    def cell_name(self, cell: Cell) -> str:
        """A cell's framework, server and scenario for the reader."""
        return f"{self.stack_name(cell)}, {cell.scenario}"

    @cached_property
    def by_workload(self) -> Mapping[Workload, Sequence[Summary]]:
        """``summaries`` by what was asked of them, in the order of the plan."""
        asked: dict[Workload, list[Summary]] = {}
        for summary in self.summaries:
            asked.setdefault(self.workload(summary.cell), []).append(summary)
        return asked

    @cached_property
    def charted(self) -> Collection[Workload]:
        """Workloads that have charts; one at least."""
        if len(self.summaries) <= ALL_CHARTED:
            return self.by_workload.keys()
        charted, cells = set[Workload](), 0
        for workload, summaries in self.by_workload.items():
            cells += len(summaries)
            if charted and cells > CHARTED_CELLS:
                break
            charted.add(workload)
        return charted

    @property
    def uncharted_note(self) -> str:
        """Which workloads have no chart and where their numbers are, behind a space; else empty."""
        n_all = len(self.by_workload)
        if len(self.charted) == n_all:
            return ""
        return (
            f" This run is large: of its {n_all} workloads only the first {len(self.charted)} have charts, "
            "and tables of stack against stack. The other tables are of all, and the files at the end of the "
            "page have every trial."
        )

    @cached_property
    def streams(self) -> Mapping[str, Mapping[str, StreamTiming]]:
        """Timings that only some cells record, by what they are of, then by slug."""
        return {name: summarise_streams(self.run, name) for name in (FIRST_BYTE, JITTER, BESIDE)}

    @cached_property
    def places(self) -> Mapping[Cell, int]:
        """Where a contender stands in its group: the best first where tiers could be told, else all alike."""
        return {
            contender.cell: index if group.contenders[0].tier else 0
            for group in self.groups
            for index, contender in enumerate(group.contenders)
        }

    def workload(self, cell: Cell) -> Workload:
        """What is asked of the cell's stack."""
        return workload_of(cell, self.shares.get(cell), in_turns=cell in self.in_turns)

    def workloads(self, load: Load | None = None) -> list[Workload]:
        """What was asked of the stacks under this load (under any), in the order of the plan."""
        return [workload for workload in self.by_workload if load in (None, workload.load)]

    def heading(self, workload: Workload) -> str:
        """A workload's name: the scenario's, with the load where the run has several, as short as can be."""
        loads = {other[1:]: other for other in self.workloads()}
        if len(loads) == 1:
            return workload.scenario
        alike = [other for other in loads.values() if other.load == workload.load]
        return f"{workload.scenario}: {self._short(workload, alike)}"

    def _short(self, workload: Workload, alike: Sequence[Workload]) -> str:
        """What tells a load from those ``alike``, all closed or all open as it is."""
        if workload.load == Load.CLOSED:
            return self.load(workload) if len(alike) > 1 else f"{workload.load} load"
        same = len({(other.connections, other.workers, other.arrivals) for other in alike}) == 1
        if not same:
            return self.load(workload)
        return words.offered(workload) + (f", Python {workload.python}" if workload.python else "")

    def load(self, workload: Workload) -> str:
        """A load in words, with how it was measured where the run has closed loads of both kinds."""
        whole = workload.load == Load.CLOSED and bool(self.in_turns) and not workload.in_turns
        return words.load(workload) + ", whole windows" * whole


def make_context(run: Run, others: Sequence[Run] = (), merged: Merged | None = None) -> Context:
    """Analyse a run; what ``others`` counted, or saw of lifecycles, is shown with it.

    ``merged`` says which runs it was made of, where these are several.
    """
    frames = build_frames(run)
    conclusions = conclude(run, frames)
    counting_runs = tuple(candidate for candidate in (run, *others) if holds_costs(candidate))
    lifecycle_runs = tuple(
        candidate for candidate in (run, *others) if candidate.plan.kind == PlanKind.LIFECYCLE
    )
    all_costs = tuple(summarise_costs(counting_run) for counting_run in counting_runs)
    cells = [
        *(summary.cell for summary in conclusions.summaries),
        *(absent.cell for absent in run.plan.not_applicable),
        *(count.cell for run_costs in all_costs for count in run_costs.counts),
        *(cell for lifecycle_run in lifecycle_runs for cell in lifecycle_run.plan.cells),
    ]
    return Context(
        run=run,
        frames=frames,
        conclusions=conclusions,
        look=assign_look(
            (cell.framework for cell in cells if not is_floor(cell)), (cell.server for cell in cells)
        ),
        titles={name: title for shown in (*others, run) for name, title in titles_of(shown).items()},
        shares=shares_of_capacity(run),
        in_turns=cells_in_turns(run),
        counting_runs=counting_runs,
        costs=all_costs,
        lifecycle_runs=lifecycle_runs,
        answers=find_answers(run, conclusions),
        lifecycles=tuple(seen for looked in lifecycle_runs for seen in summarise_lifecycles(looked)),
        merged=merged or Merged(run=run),
    )


def summaries_by_variant(context: Context, workload: Workload) -> list[tuple[str, list[Summary]]]:
    """Summaries of a workload by name of server variant, each in the order it is shown.

    Floors come first; then the best first where tiers could be told, else by name.
    """
    by_variant: dict[str, list[Summary]] = {}
    for summary in context.by_workload.get(workload, ()):
        by_variant.setdefault(variant_of(summary.cell), []).append(summary)
    order = context.places
    for summaries in by_variant.values():
        summaries.sort(
            key=lambda summary: (
                not is_floor(summary.cell),
                order.get(summary.cell, len(order)),
                summary.cell.framework,
            )
        )
    return sorted(by_variant.items(), key=lambda pair: (pair[1][0].cell.interface, pair[1][0].cell.server))


def summaries_in_order(context: Context, workload: Workload) -> list[Summary]:
    """Summaries of a workload in the order of its charts and tables."""
    return [summary for _, summaries in summaries_by_variant(context, workload) for summary in summaries]


def variant_name(server: str | None, interface: Interface | None) -> str:
    """A server variant and its interface for the reader: only frameworks on the same are compared."""
    return f"{server} · {words.SHORT_INTERFACE.get(interface or '', interface)}"


def variant_of(cell: Cell) -> str:
    """Name of the server variant that the cell's framework is compared on."""
    return variant_name(cell.server, cell.interface)


def stack_entries(context: Context, cell: Cell, mark: str = "") -> tuple[TableEntry, TableEntry]:
    """A cell's framework (with ``mark`` behind it) and server variant, for ``model.STACK_COLUMNS``.

    The variant has the interpreter behind it where the run has several.
    """
    python = f", Python {cell.python}" if cell.python else ""
    return entry(context.title(cell.framework) + mark), entry(variant_of(cell) + python)


def scale_level(level: Level | None, factor: float) -> Level | None:
    """A level in another unit."""
    if level is None:
        return None
    low, high = (None if bound is None else bound * factor for bound in (level.low, level.high))
    return Level(value=level.value * factor, low=low, high=high, n=level.n)
