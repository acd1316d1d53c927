"""What is to be doubted of a run's trials, flag by flag: how often, of whom, and whether all are alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from report.analysis.flags import CATALOGUE, Flag
from report.analysis.summary import Summary
from report.analysis.workload import Workload
from results.model import Cell

NEARLY_ALL = 0.75
"""A flag that so large a share of those carry that are compared says nothing of any one of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """One flag over all trials that could have it."""

    flag: Flag
    trials: int
    """That carry it."""
    of_trials: int
    """Of the workloads in which any does."""
    cells: tuple[Cell, ...]
    """That have such trials, in the order of the plan."""
    shared: bool
    """Whether nearly all cells of these workloads have them: it sets nobody apart."""


def list_doubts(summaries: Iterable[Summary]) -> tuple[Doubt, ...]:
    """The flags of trials, those that most trials carry first."""
    measured = [summary for summary in summaries if summary.n_trials]
    doubts = []
    for flag in CATALOGUE.values():
        workloads = {summary.workload for summary in measured if flag in dict(summary.flags)}
        concerned = [summary for summary in measured if summary.workload in workloads]
        counts = {summary.cell: dict(summary.flags).get(flag, 0) for summary in concerned}
        cells = tuple(cell for cell, count in counts.items() if count)
        if cells:
            doubts.append(
                Doubt(
                    flag=flag,
                    trials=sum(counts.values()),
                    of_trials=sum(summary.n_trials for summary in concerned),
                    cells=cells,
                    shared=len(concerned) > 1 and len(cells) >= NEARLY_ALL * len(concerned),
                )
            )
    return tuple(sorted(doubts, key=lambda doubt: -doubt.trials))


def shared_flags(members: Iterable[Summary]) -> frozenset[str]:
    """Names of the flags that (nearly) all of several measured ``members`` carry."""
    names = [{flag.name for flag, _ in member.flags} for member in members if member.n_trials]
    counts = Counter(name for carried in names for name in carried)
    if len(names) < 2:  # noqa: PLR2004 - alone nobody differs
        return frozenset()
    return frozenset(name for name, count in counts.items() if count >= NEARLY_ALL * len(names))


def cells_apart(summaries: Iterable[Summary]) -> frozenset[Cell]:
    """Cells with a flag that not nearly all have that were asked the same."""
    by_workload: dict[Workload, list[Summary]] = {}
    for summary in summaries:
        by_workload.setdefault(summary.workload, []).append(summary)
    return frozenset(cell for members in by_workload.values() for cell in _apart(members))


def _apart(members: Sequence[Summary]) -> list[Cell]:
    shared = shared_flags(members)
    return [summary.cell for summary in members if any(flag.name not in shared for flag, _ in summary.flags)]
