"""What ``report`` decides while ``runners`` measure; its statistics are imported where they are needed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from results.model import Cell, Pairing, Run
    from runners.experiments.policy import Policy


def report_policy(*, memory: bool = False) -> Policy:
    """Decisions by the statistics of ``report``; ``memory``: a gate is decided by memory after load too."""
    from report.analysis.validity import foreign
    from runners.experiments.policy import Policy

    return Policy(
        is_disturbed=foreign,
        undecided_cells=_undecided_cells,
        reached_percent=_reached_percent,
        cost_repeats=_cost_repeats,
        worse_costs=_worse_costs,
        confirmations=partial(_confirmations, memory=memory),
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


def _worse_costs(run: Run) -> Sequence[Pairing]:
    from report.analysis.gate.still_to_measure import worse_costs

    return worse_costs(run)


def _confirmations(run: Run, pairs: int, *, memory: bool) -> Mapping[Pairing, int]:
    from report.analysis.gate.still_to_measure import confirmations
    from report.analysis.two_sides.tolerances import Tolerances

    return confirmations(run, pairs, Tolerances(memory=memory))
