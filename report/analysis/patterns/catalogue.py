"""The catalogue of patterns, held against every cell of a run.

Where the numbers of a cell fit a pattern, the cell is explained in a sentence with the numbers that show it;
where they only come near, nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from report.analysis.patterns.connections import EARLY_CLOSE, FALLING, LIMIT
from report.analysis.patterns.memory import GROWING_MEMORY
from report.analysis.patterns.pattern import Explained, Neighbour, Pattern, Seen, busiest_share
from report.analysis.patterns.pauses import PAUSES
from report.analysis.patterns.processes import ONE_WORKER
from report.analysis.patterns.speed_limits import CLIENT, CPU_QUOTA
from report.analysis.patterns.waits import DELAYED_ACK, WAITING
from report.analysis.summary import Summary
from results.model import Cell, Failure, Load, Run, Trial

PATTERNS: Mapping[str, Pattern] = {
    pattern.name: pattern
    for pattern in (
        LIMIT,
        CLIENT,
        CPU_QUOTA,
        ONE_WORKER,
        DELAYED_ACK,
        WAITING,
        PAUSES,
        EARLY_CLOSE,
        GROWING_MEMORY,
        FALLING,
    )
}
"""The catalogue, by name."""

OfCell = TypeVar("OfCell", Trial, Failure)


def explain(run: Run, summaries: Iterable[Summary]) -> tuple[Explained, ...]:
    """Every cell of ``run`` whose numbers fit a pattern, in the order of the catalogue."""
    candidates = _candidates(run, [summary for summary in summaries if not summary.cell.control])
    return tuple(
        Explained(pattern=pattern, cell=seen.cell, evidence=evidence)
        for pattern in PATTERNS.values()
        for seen in candidates
        if (seen.failures if pattern.of_failures else seen.trials) and (evidence := pattern.find(seen))
    )


def _candidates(run: Run, summaries: Iterable[Summary]) -> list[Seen]:
    """Every cell with its trials (none where it has no summary of them) and its failures."""
    trials = _by_cell(trial for trial in run.trials if trial.requests and trial.window_s)
    failures = _by_cell(failure for failure in run.failures if failure.cell)
    measured = [
        Neighbour(summary=summary, trials=trials.get(summary.cell, []) if summary.n_trials else [])
        for summary in summaries
    ]
    alike: dict[tuple[str, Load], list[Neighbour]] = {}
    for neighbour in measured:
        if neighbour.trials:
            alike.setdefault(_asked(neighbour), []).append(neighbour)
    return [
        Seen(
            plan=run.plan,
            summary=neighbour.summary,
            trials=neighbour.trials,
            failures=failures.get(neighbour.summary.cell, []),
            others=alike.get(_asked(neighbour), []),
            busy=busiest_share(neighbour.trials),
        )
        for neighbour in measured
    ]


def _asked(neighbour: Neighbour) -> tuple[str, Load]:
    """What cells have in common that are held against each other."""
    cell = neighbour.summary.cell
    return cell.scenario, cell.load


def _by_cell(facts: Iterable[OfCell]) -> dict[Cell, list[OfCell]]:
    groups: dict[Cell, list[OfCell]] = {}
    for fact in facts:
        if fact.cell is not None:
            groups.setdefault(fact.cell, []).append(fact)
    return groups
