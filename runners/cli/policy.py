"""What ``report`` decides while ``runners`` measure; its statistics are imported where they are needed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from results.model import Cell, Pairing, Run
    from runners.experiments.policy import Policy


def report_policy() -> Policy:
    """Decisions by the statistics of ``report``."""
    from report.analysis.validity import foreign
    from runners.experiments.policy import Policy

    return Policy(
        is_disturbed=foreign,
        undecided_cells=_undecided_cells,
        reached_percent=_reached_percent,
        cost_repeats=_cost_repeats,
        confirmations=_confirmations,
    )


def _undecided_cells(run: Run) -> Collection[Cell]:
    from report.analysis.precision import undecided_cells

    return undecided_cells(run)


def _reached_percent(run: Run) -> float | None:
    from report.analysis.precision import widest_ratio_percent

    return widest_ratio_percent(run)


def _cost_repeats(run: Run) -> Mapping[Pairing, int]:
    from report.analysis.gate.still_to_measure import cost_repeats

    return cost_repeats(run)


def _confirmations(run: Run, pairs: int) -> Mapping[Pairing, int]:
    from report.analysis.gate.still_to_measure import confirmations

    return confirmations(run, pairs)
