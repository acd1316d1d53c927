"""What is said of two sides together, and how that is found for the two sides of one run, pair by pair."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from report.analysis import metrics
from report.analysis.flames import FlameGraph
from report.analysis.metric_types import Metric
from report.analysis.two_sides.changes import Change, count_change, load_change
from report.analysis.two_sides.configuration import environment_differences, side_named, why_unusable
from report.analysis.two_sides.deciding import Deciding, deciding_metrics
from report.analysis.two_sides.judged_changes import JudgedChange, corrected
from report.analysis.two_sides.pairings import is_counted, stages, title
from report.analysis.two_sides.tolerances import DEFAULTS, Tolerances
from results.model import GateStage, Pairing, Run, SideName


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What is said of two sides."""

    base: str
    """In words, or the run's name."""
    head: str
    """In words, or the run's name."""
    how: str
    """What the differences rest on, in words."""
    differences: tuple[str, ...]
    """Between the environments of the two sides."""
    rows: tuple[JudgedChange, ...]
    left_out: tuple[str, ...] = ()
    """What was measured on one side only, or could not be read, in words."""
    flames: tuple[FlameGraph, ...] = ()
    """Files of what differs between the stacks of both sides, once they are written."""

    def exit_code(self) -> int:
        """3 where a cell has nothing to show, else 0: a comparison decides nothing."""
        cells = {title(row.change.pairing) for row in self.rows}
        shown = {title(row.change.pairing) for row in self.rows if row.change.estimate}
        return 0 if cells and cells == shown else 3


def compare_sides(run: Run, tolerances: Tolerances = DEFAULTS) -> Compared:
    """The two sides of a run of kind ``compare`` or ``gate``."""
    changes = (change for pairing in run.plan.pairings for change in _changes(run, pairing, tolerances))
    return Compared(
        base=side_named(run, SideName.BASE).title,
        head=side_named(run, SideName.HEAD).title,
        how="launch pairs in balanced random order; a bias of place is taken out",
        differences=environment_differences(run),
        rows=judged(
            changes,
            tolerances,
            lambda change: deciding_metrics(run, change.pairing, change.stage, tolerances),
        ),
        left_out=unread_lines(run),
    )


def judged(
    changes: Iterable[Change], tolerances: Tolerances, deciding: Callable[[Change], Deciding]
) -> tuple[JudgedChange, ...]:
    """Changes with their words, corrected for how many there are."""
    return tuple(
        corrected(
            JudgedChange.from_change(change, tolerances.effects_of(change.metric), deciding(change))
            for change in changes
        )
    )


def unread_lines(run: Run) -> tuple[str, ...]:
    """What of a record could not be read, in words."""
    return tuple(f"{run.plan.name}: a line could not be read: {problem}" for problem in run.problems)


def _changes(run: Run, pairing: Pairing, tolerances: Tolerances) -> Iterator[Change]:
    reason = why_unusable(run, pairing)
    for metric in metrics.compared_metrics(pairing.head.load):
        if reason:
            yield Change(pairing=pairing, metric=metric, reason=reason)
        else:
            yield _change(run, pairing, metric, tolerances)


def _change(run: Run, pairing: Pairing, metric: Metric, tolerances: Tolerances) -> Change:
    """By the best that there is: a confirmation, which is free of the screen's choice of what looks bad."""
    if is_counted(pairing):
        return count_change(run, pairing, metric, tolerances)
    measured = stages(run, pairing)
    stage = next(
        (stage for stage in (GateStage.CONFIRM, GateStage.SCREEN) if stage in measured), GateStage.NONE
    )
    return load_change(run, pairing, metric, stage, tolerances)
