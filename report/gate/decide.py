"""What is still to be measured: how many more counts, and which cells are confirmed on fresh launch pairs."""

from __future__ import annotations

import math

from report import sides
from report.changes import CONFIRM, SCREEN, Change, cost_change, load_change
from report.gate.judging import flagged, unusable
from report.paired import needed_pairs
from report.sides import CPU
from report.tolerances import DEFAULTS, GateOptions
from results.model import Pairing, Run


def cost_repeats(run: Run, options: GateOptions = DEFAULTS) -> dict[Pairing, int]:
    """How many more counts each side of a pairing needs; those that need none are left out.

    Until the standard error of the difference is ``options.cost_error`` or less, ``max_repeats`` at most.
    """
    pairings = [each for each in run.plan.pairings if sides.counted(each) and not unusable(run, each)]
    wanted = {pairing: _more(run, pairing, options) for pairing in pairings}
    return {pairing: count for pairing, count in wanted.items() if count > 0}


def confirmations(run: Run, pairs_budget: int, options: GateOptions = DEFAULTS) -> dict[Pairing, int]:
    """Fresh launch pairs for each cell that its screen flagged, ``pairs_budget`` in all, the worst first.

    As many as 90% power at +10% needs by the screen's own deviation; fewer where the budget ends, none where
    it would be too few to say anything.
    """
    found: dict[Pairing, int] = {}
    left = pairs_budget
    for change in sorted(_flagged(run, options), key=_suspicion):
        assert change.estimate is not None  # noqa: S101 - what has none is not flagged
        wanted = max(needed_pairs(change.estimate.deviation), options.min_pairs)
        if min(wanted, left) >= options.min_pairs:
            found[change.pairing] = min(wanted, left)
            left -= found[change.pairing]
    return found


def _more(run: Run, pairing: Pairing, options: GateOptions) -> int:
    counted = min(len(side) for side in sides.costs(run, pairing))
    if counted < options.min_repeats:
        return options.min_repeats - counted
    change = cost_change(run, pairing, options)
    if change.estimate is None or change.estimate.standard_error <= options.cost_error:
        return 0
    needed = math.ceil(2 * (change.estimate.deviation / options.cost_error) ** 2)
    return min(max(needed, counted + 1), options.max_repeats) - counted


def _flagged(run: Run, options: GateOptions) -> list[Change]:
    """The screens to be confirmed, of cells that were not yet."""
    screens = [
        load_change(run, pairing, CPU, SCREEN, options)
        for pairing in run.plan.pairings
        if not sides.counted(pairing)
        and not unusable(run, pairing)
        and CONFIRM not in sides.stages(run, pairing)
    ]
    return [change for change in screens if flagged(change, options)]


def _suspicion(change: Change) -> tuple[float, str]:
    return (change.estimate.p_worse() if change.estimate else 1.0, change.pairing.head.slug)
