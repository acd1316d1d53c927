"""Moves from one stack to another: what each would save of a request, at most, and what would be given up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property

from report.analysis.answers.besides import has_cpu_to_spare
from report.analysis.answers.cards import KINDS, Kind, kind_of
from report.analysis.answers.told_numbers import PERCENT, Number, Ratios
from report.analysis.contenders import Group, is_floor
from report.analysis.lifecycles import Lifecycle
from report.analysis.metrics import THROUGHPUT
from report.analysis.ratios import inverse, share_left
from report.analysis.summary import Summary
from report.analysis.workload import Workload
from report.stats.levels import Level
from results.model import PROTOCOL, Cell, Finding, Load, NotApplicable

LACKING = ("no:", "not applicable")
"""How answers of the probe `capabilities` begin where a stack cannot do it."""
MOST_STACKS = 12
"""With more, only the best stack of each framework and interface: the moves grow as the square."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """What a move changes in one scenario."""

    workload: Workload
    kind: Kind | None
    ratio: Number
    """Throughput after the move to that before."""
    own: Number | None
    """Share of the source's request that is its framework's and the app's, in percent; None: no floor."""
    saved: Level | None
    """Of the CPU time of one request, in percent; negative where it takes more.

    None where either server had CPU to spare: waiting set the pace.
    """
    saved_us: Level | None
    """The same in microseconds on this machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """From one stack to another, both asked the same at least once."""

    source: Cell
    """A cell of the stack; only framework, server, interface and interpreter are meant."""
    target: Cell
    savings: tuple[Saving, ...]
    lost: tuple[str, ...]
    """What the source can do and the target cannot, each with the reason."""
    won: tuple[str, ...]
    """The reverse."""
    otherwise: tuple[tuple[Finding, Finding], ...]
    """What both were sent and answer differently."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What moves are told from."""

    summaries: Sequence[Summary]
    stacks: Sequence[Group]
    """Stack against stack."""
    not_applicable: Sequence[NotApplicable]
    findings: Sequence[Finding]
    lifecycles: Sequence[Lifecycle]


class Moves:
    """All moves between the stacks of a run."""

    def __init__(self, seen: Seen) -> None:
        self._seen = seen
        self._ratios = Ratios(seen.summaries)
        self._by_cell = {summary.cell: summary for summary in seen.summaries}
        self._cells = _cells_by_stack(seen.summaries)
        self._floors = {
            (summary.cell.server, summary.cell.interface, summary.workload): summary.cell
            for summary in seen.summaries
            if is_floor(summary.cell)
        }
        self._own: dict[Cell, Number | None] = {}
        self._lacking = {cell.stack: self._lacks(cell) for cell in self.sources}
        self._answered = {cell.stack: self._findings(cell) for cell in self.sources}

    @cached_property
    def sources(self) -> tuple[Cell, ...]:
        """A cell of each stack that moves are told of, in the order of the run."""
        stacks = {name: next(iter(cells.values())) for name, cells in self._cells.items()}
        if len(stacks) <= MOST_STACKS:
            return tuple(stacks.values())
        best = {
            (cell.framework, cell.interface, cell.python): cell.stack
            for group in self._seen.stacks
            for cell in (contender.cell for contender in reversed(group.contenders))
        }
        return tuple(cell for name, cell in stacks.items() if name in best.values())

    def own_share(self, cell: Cell) -> Number | None:
        """What share of a request is the framework's and the app's, in percent: 1 - cell / floor."""
        if cell not in self._own:
            self._own[cell] = self._share_of(cell)
        return self._own[cell]

    def _share_of(self, cell: Cell) -> Number | None:
        summary = self._by_cell[cell]
        floor = self._floors.get((cell.server, cell.interface, summary.workload))
        ratio = self._ratios.ratio(cell, floor) if floor else None
        if ratio is None or has_cpu_to_spare(summary):
            return None
        return Number(
            value=share_left(ratio.value),
            unit=PERCENT,
            cell=cell,
            other=ratio.other,
            about="share of a request that is the framework's and the app's",
        )

    def own_shares(self, source: Cell) -> tuple[Number, ...]:
        """Of the stack of ``source``, in each scenario that its floor was asked too."""
        shares = (self.own_share(cell) for cell in self._cells[source.stack].values())
        return tuple(share for share in shares if share)

    def targets(self, source: Cell) -> tuple[Move, ...]:
        """Every move from the stack of ``source`` to one that was asked the same, on the same interpreter."""
        moves = (
            self._move(source, target)
            for target in self.sources
            if target.stack != source.stack and target.python == source.python
        )
        return tuple(move for move in moves if move.savings)

    def _move(self, source: Cell, target: Cell) -> Move:
        ours, theirs = self._cells[source.stack], self._cells[target.stack]
        savings = (
            self._saving(cell, theirs[workload]) for workload, cell in ours.items() if workload in theirs
        )
        lacks, lacked = self._lacking[source.stack], self._lacking[target.stack]
        return Move(
            source=source,
            target=target,
            savings=tuple(sorted((saving for saving in savings if saving), key=_place)),
            lost=tuple(f"{name} ({why})" for name, why in lacked.items() if name not in lacks),
            won=tuple(name for name in lacks if name not in lacked),
            otherwise=tuple(self._otherwise(source, target)),
        )

    def _saving(self, cell: Cell, other: Cell) -> Saving | None:
        ratio, workload = self._ratios.ratio(other, cell), self._by_cell[cell].workload
        if ratio is None:
            return None
        idle = any(has_cpu_to_spare(self._by_cell[member]) for member in (cell, other))
        saved = None if idle else share_left(inverse(ratio.value))
        return Saving(
            workload=workload,
            kind=kind_of(workload.scenario),
            ratio=ratio,
            own=self.own_share(cell),
            saved=saved,
            saved_us=self._saved_us(cell, saved) if saved else None,
        )

    def _saved_us(self, cell: Cell, saved: Level) -> Level | None:
        """``saved`` percent of the time of one request: W CPUs that serve x requests/s take W/x."""
        level = self._by_cell[cell].level(THROUGHPUT)
        if level is None:
            return None
        us = 1e6 * cell.workers / level.value / 100
        low, high = (None if end is None else us * end for end in (saved.low, saved.high))
        return Level(value=us * saved.value, low=low, high=high, n=saved.n)

    def _lacks(self, cell: Cell) -> dict[str, str]:
        """What a stack cannot do, by name, with the reason."""
        absent = {
            entry.cell.scenario: entry.reason
            for entry in self._seen.not_applicable
            if entry.cell.stack == cell.stack
        }
        answers = {
            name: answer
            for entry in self._seen.lifecycles
            if entry.cell.stack == cell.stack and entry.cell.scenario == "capabilities"
            for name, answer in entry.answers.items()
            if answer.startswith(LACKING)
        }
        return answers | absent

    def _otherwise(self, source: Cell, target: Cell) -> Iterable[tuple[Finding, Finding]]:
        ours, theirs = self._answered[source.stack], self._answered[target.stack]
        for key, finding in ours.items():
            other = theirs.get(key)
            if other and other.answer != finding.answer:
                yield finding, other

    def _findings(self, cell: Cell) -> dict[tuple[str, str], Finding]:
        """Of a stack, by scenario and probe; odd bytes are of its server alone, whatever it runs."""
        return {
            (finding.scenario, finding.probe): finding
            for finding in self._seen.findings
            if finding.server == cell.server
            and (finding.scenario == PROTOCOL or finding.framework == cell.framework)
        }


def _cells_by_stack(summaries: Iterable[Summary]) -> Mapping[str, dict[Workload, Cell]]:
    """Cells under closed load with a throughput, by stack and what was asked; no floors, no controls."""
    cells: dict[str, dict[Workload, Cell]] = {}
    for summary in summaries:
        cell = summary.cell
        if cell.load == Load.CLOSED and not cell.control and not is_floor(cell) and summary.level(THROUGHPUT):
            cells.setdefault(cell.stack, {})[summary.workload] = cell
    return cells


def _place(saving: Saving) -> tuple[bool, int, int]:
    """What tells most of each kind first, in the order of the cards; what is of no kind last."""
    kind, scenario = saving.kind, saving.workload.scenario
    if kind is None:
        return True, 0, 0
    place = next(index for index, pattern in enumerate(kind.scenarios) if fnmatchcase(scenario, pattern))
    return False, place, KINDS.index(kind)
