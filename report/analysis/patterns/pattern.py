"""What a pattern is, and what it is looked for in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from report.analysis.heats import best_share
from report.analysis.summary import Summary
from report.analysis.validity import occupied
from results.histogram import Latency
from results.model import Cell, Failure, Plan, Trial


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """Another cell of the run, to hold a cell against."""

    summary: Summary
    trials: Sequence[Trial]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a pattern is looked for in: one cell with its trials and failures, and those beside it."""

    plan: Plan
    summary: Summary
    trials: Sequence[Trial]
    failures: Sequence[Failure]
    others: Sequence[Neighbour]
    """Measured cells of the same scenario, under closed or open load as it is; itself too."""
    busy: float | None
    """Share of its CPUs that the server could use, by the best trial: one that waits does so in all."""

    @property
    def cell(self) -> Cell:
        """The cell."""
        return self.summary.cell

    @property
    def latency(self) -> Latency:
        """Of all trials, those in turns too."""
        return merged_latency(self.trials)

    @property
    def cycle_s(self) -> float:
        """Time from request to request of one connection, median over trials."""
        return median(trial.cell.connections * trial.window_s / trial.requests for trial in self.trials)

    def mostly(self, holds: Callable[[Trial], bool]) -> bool:
        """Whether something holds for more than half of the trials."""
        return 2 * sum(map(holds, self.trials)) > len(self.trials)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """One pattern with its known cause."""

    name: str
    title: str
    evidence: str
    """What shows it, in words for the documents, with the limits that decide."""
    cause: str
    remedy: str
    find: Callable[[Seen], str]
    """The evidence in a cell, in words; empty where its numbers do not fit."""
    of_failures: bool = False
    """Whether it is looked for in failures of a cell, of which there is one at least then; else in trials."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A cell whose numbers fit a pattern."""

    pattern: Pattern
    cell: Cell
    evidence: str


def merged_latency(trials: Iterable[Trial]) -> Latency:
    """All latencies of ``trials``."""
    return Latency.merge(Latency.decode(trial.latency) for trial in trials)


def busiest_share(trials: Iterable[Trial]) -> float | None:
    """``Seen.busy`` of ``trials``; None where CPU time was not measured."""
    shares = [best_share(trial) if trial.turns else occupied(trial) for trial in trials]
    return max((share for share in shares if share is not None), default=None)
