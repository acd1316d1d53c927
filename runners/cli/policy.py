"""What ``report`` decides while ``runners`` measure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runners.experiments.policy import Policy


def report_policy() -> Policy:
    """Decisions by the statistics of ``report``."""
    from report.analysis.gate.still_to_measure import confirmations, cost_repeats
    from report.analysis.precision import undecided
    from report.analysis.validity import foreign
    from runners.experiments.policy import Policy

    return Policy(
        is_disturbed=foreign,
        undecided_cells=undecided,
        cost_repeats=cost_repeats,
        confirmations=confirmations,
    )
