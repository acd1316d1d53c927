"""What a claim is, and what it is held against."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from report import fmt
from report.analysis.contenders import is_floor
from report.analysis.costs import Costs, holds_costs, summarise_costs
from report.analysis.lifecycles import Lifecycle, summarise_lifecycles
from report.analysis.metrics import THROUGHPUT
from report.analysis.summary import (
    Summary,
    fit_metric,
    group_by_workload,
    summarise,
    without_reference,
)
from report.analysis.titles import titles_of
from report.analysis.together import Together
from report.analysis.workload import Workload
from report.stats.levels import Level, level
from results.model import Cell, Interface, Load, Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a run says of a claim: a sentence and the number in it."""

    sentence: str
    value: Level | None
    """The number in it; None where the answer is a yes or a no."""
    unit: str
    """Of ``value``; ``ratio`` where it is of two cells, empty where there is none."""
    cells: tuple[str, ...]
    """Slugs of the cells that it rests on."""


ToldOfRuns = tuple[tuple[str, ...], Told]
"""Names of the runs that say it together, and what they say."""


def _no_answers(_evidence: Sequence[Evidence]) -> tuple[()]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Something that is said of these stacks, and how it is measured."""

    name: str
    says: str
    """The claim, in a sentence."""
    wants: str
    """Which cells tell, in words."""
    command: str
    """What measures them, as it is typed."""
    tell: Callable[[Evidence], Sequence[Told]]
    """What a run says of it; empty where it lacks the cells."""
    across: Callable[[Sequence[Evidence]], Iterable[ToldOfRuns]] = _no_answers
    """What several runs say of it together, which none of them says alone."""


class Evidence:
    """One recorded run, as claims look at it."""

    def __init__(self, run: Run, summaries: Iterable[Summary] | None = None) -> None:
        """``summaries`` are those of ``run``, made where they are not given."""
        self.run = run
        self._all = summaries
        self._fits: dict[Workload, Together | None] = {}

    @cached_property
    def summaries(self) -> tuple[Summary, ...]:
        """Of each cell under closed load whose throughput was measured, the A/A control left out."""
        return tuple(
            summary
            for summary in without_reference(
                summarise(self.run) if self._all is None else self._all, self.run.plan
            )
            if summary.cell.load == Load.CLOSED
            and not summary.cell.control
            and summary.metric_summaries[THROUGHPUT.name].comparable
        )

    @cached_property
    def titles(self) -> Mapping[str, str]:
        """Title of each framework."""
        return titles_of(self.run)

    def title(self, framework: str) -> str:
        """A framework's name for the reader."""
        return self.titles.get(framework, framework)

    def stack(self, cell: Cell) -> str:
        """``FastAPI on uvicorn-standard``, with the interpreter where the run has several."""
        return f"{self.title(cell.framework)} on {server_of(cell)}"

    def asked(self, cell: Cell) -> str:
        """The scenario in backticks, with its connections where the run asked over several numbers."""
        several = len(self._connections.get(cell.scenario, ())) > 1
        return f"`{cell.scenario}`" + f" at {fmt.counted(cell.connections, 'connection')}" * several

    @cached_property
    def _connections(self) -> dict[str, set[int]]:
        """Of each scenario under closed load."""
        counts: dict[str, set[int]] = {}
        for summary in self.summaries:
            if summary.cell.load == Load.CLOSED:
                counts.setdefault(summary.cell.scenario, set()).add(summary.cell.connections)
        return counts

    @cached_property
    def _asked(self) -> dict[Workload, list[Summary]]:
        return group_by_workload(self.summaries)

    @cached_property
    def _floors(self) -> dict[tuple[str, Interface, Workload], Summary]:
        """The first floor of each server and what it was asked."""
        floors: dict[tuple[str, Interface, Workload], Summary] = {}
        for summary in self.summaries:
            if is_floor(summary.cell):
                floors.setdefault((summary.cell.server, summary.cell.interface, summary.workload), summary)
        return floors

    @cached_property
    def costs(self) -> Costs | None:
        """What was counted; None where nothing was."""
        return summarise_costs(self.run) if holds_costs(self.run) else None

    @cached_property
    def lifecycles(self) -> tuple[Lifecycle, ...]:
        """What probes of lifecycles saw."""
        return summarise_lifecycles(self.run)

    def cells_of(self, *frameworks: str) -> tuple[Summary, ...]:
        """Those of ``frameworks``, in the order of the run; of all frameworks where none is named."""
        return tuple(
            summary for summary in self.summaries if not frameworks or summary.cell.framework in frameworks
        )

    def by_workload(self, summaries: Iterable[Summary]) -> Iterator[tuple[Workload, tuple[Summary, ...]]]:
        """``summaries`` grouped by what was asked of them."""
        yield from ((workload, tuple(members)) for workload, members in group_by_workload(summaries).items())

    def ratio(self, summary: Summary, other: Summary) -> Level | None:
        """Throughput of two cells that were asked the same; None where they never met."""
        workload = summary.workload
        if workload != other.workload:
            raise ValueError(f"{summary.cell.slug} and {other.cell.slug} were not asked the same")
        if workload not in self._fits:
            self._fits[workload] = fit_metric(
                self._asked[workload], THROUGHPUT, workload, within_servers=False
            )
        together = self._fits[workload]
        return together.ratio(summary.cell, other.cell) if together else None

    def ratio_within_launches(self, summary: Summary, other: Summary) -> Level | None:
        """Throughput of one stack under two loads, block by block; None where no block has both.

        Mean of the logarithms of the ratios of a block with Student's interval.
        """
        ours, others = summary.by_block(THROUGHPUT), other.by_block(THROUGHPUT)
        return level([ours[block] / others[block] for block in sorted(ours.keys() & others.keys())])

    def floor_of(self, summary: Summary) -> Summary | None:
        """The bare interface app on the same server, asked the same."""
        return self._floors.get((summary.cell.server, summary.cell.interface, summary.workload))


def server_of(cell: Cell) -> str:
    """Its server variant, with the interpreter where the run has several."""
    return f"{cell.server} with Python {cell.python}" if cell.python else cell.server


def of_cells(sentence: str, value: Level, unit: str, *cells: Cell) -> Told:
    """``sentence`` with its number, resting on ``cells``."""
    return Told(sentence=sentence, value=value, unit=unit, cells=tuple(cell.slug for cell in cells))
