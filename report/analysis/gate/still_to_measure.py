"""What is still to be measured: more counts, where time goes, which cells are confirmed on fresh pairs."""

from __future__ import annotations

import math
from collections.abc import Sequence

from report.analysis.gate.judge import is_suspicious, judge
from report.analysis.metric_types import Metric
from report.analysis.metrics import COST, compared_metrics
from report.analysis.two_sides.changes import Change, count_change, load_change
from report.analysis.two_sides.configuration import why_unusable
from report.analysis.two_sides.deciding import deciding_metrics
from report.analysis.two_sides.pairings import counts, is_counted, stages
from report.analysis.two_sides.tolerances import DEFAULTS, Tolerances
from report.analysis.two_sides.verdicts import Verdict
from report.stats.power import PLANNED_EFFECT, needed_pairs
from report.stats.two_samples import Estimate
from results.model import GateStage, Pairing, Run

SURE_OF_DEVIATION = 0.8
"""Confidence of the bound by which a plan allows for a deviation that the screen understated."""
SURE_OF_EFFECT = 0.95
"""Confidence of the bound that a difference is taken for whose screen leaves no doubt."""
PLAIN_ALPHA, PLAIN_POWER = 0.001, 0.99
"""Of the test that such a difference is to pass: stricter than a verdict, which is corrected for others."""
MOST_SAMPLED = 5
"""Cells whose stacks are sampled: each takes some 25 s of the budget."""


def cost_repeats(run: Run, tolerances: Tolerances = DEFAULTS) -> dict[Pairing, int]:
    """How many more counts each side of a pairing needs; those that need none are left out.

    Until the standard error of the difference is ``tolerances.cost_error`` or less, ``max_repeats`` at most.
    """
    wanted = {
        pairing: _more_counts_of(run, pairing, tolerances)
        for pairing in run.plan.pairings
        if is_counted(pairing) and not why_unusable(run, pairing)
    }
    return {pairing: count for pairing, count in wanted.items() if count > 0}


def worse_costs(run: Run) -> list[Pairing]:
    """Pairings whose cost got worse, waived or not, the worst first; ``MOST_SAMPLED`` at most."""
    worse = [
        (row.change.estimate.mean, row.change.pairing)
        for row in judge(run).rows
        if row.tier == "cost" and row.verdict == Verdict.REGRESSION and row.change.estimate
    ]
    worse.sort(key=lambda pair: -pair[0])
    return [pairing for _, pairing in worse[:MOST_SAMPLED]]


def confirmations(run: Run, pairs_budget: int, tolerances: Tolerances = DEFAULTS) -> dict[Pairing, int]:
    """Fresh launch pairs for each cell that its screen flagged, ``pairs_budget`` in all, the worst first.

    As ``shared_out`` says; none where it would be too few to say anything.
    """
    chosen = sorted(_suspicious(run, tolerances), key=suspicion)
    screens = [(change.estimate, change.metric) for change in chosen if change.estimate]
    shares = shared_out(screens, pairs_budget, tolerances)
    return {change.pairing: count for change, count in zip(chosen, shares, strict=True) if count}


def shared_out(
    screens: Sequence[tuple[Estimate, Metric]], budget: int, tolerances: Tolerances = DEFAULTS
) -> list[int]:
    """Pairs for each screen, the most suspicious first.

    ``tolerances.fresh_pairs``, and more where 90% power at what must not pass (10% at least) needs them by
    the screen's own deviation, ``tolerances.most_fresh_pairs`` at most. A deviation from five pairs is itself
    uncertain. So what is left when all have theirs goes to those that need more if the deviation is as large
    as it may well be (its upper 80% bound), in the same order.
    """
    shares = [0] * len(screens)
    for confidence in (None, SURE_OF_DEVIATION):
        for place, (screen, metric) in enumerate(screens):
            deviation = screen.deviation if confidence is None else screen.deviation_at_most(confidence)
            must_not_pass = math.log1p(tolerances.effects_of(metric).must_not_pass)
            needed = needed_pairs(deviation, max(PLANNED_EFFECT, must_not_pass))
            plain = _plain_pairs(screen, metric, tolerances)
            wanted = min(max(needed, tolerances.fresh_pairs), tolerances.most_fresh_pairs, plain)
            count = max(min(wanted, budget + shares[place]), shares[place])
            if count >= tolerances.min_pairs:
                budget -= count - shares[place]
                shares[place] = count
    return shares


def _plain_pairs(screen: Estimate, metric: Metric, tolerances: Tolerances) -> int:
    """Pairs that show a difference as small as that of ``screen`` may be, at a deviation as large as may be.

    By how much it exceeds the least effect, so that its estimate does so too.
    """
    lower, _ = screen.bounds(2 * SURE_OF_EFFECT - 1)
    beyond = lower - math.log1p(tolerances.effects_of(metric).least)
    if beyond <= 0:
        return tolerances.most_fresh_pairs
    deviation = screen.deviation_at_most(SURE_OF_DEVIATION)
    return max(tolerances.fewest_fresh_pairs, needed_pairs(deviation, beyond, PLAIN_ALPHA, PLAIN_POWER))


def more_counts(estimate: Estimate | None, counted: int, tolerances: Tolerances = DEFAULTS) -> int:
    """How many more counts a side a difference needs that rests on ``counted`` of them."""
    if estimate is None or counted < tolerances.min_repeats:
        return max(tolerances.min_repeats - counted, 0)
    suspicious = 2 * estimate.mean >= math.log1p(tolerances.effects_of(COST).least)
    if suspicious and counted < tolerances.min_suspicious:
        return tolerances.min_suspicious - counted
    if estimate.standard_error <= tolerances.cost_error:
        return 0
    most = tolerances.max_suspicious if suspicious else tolerances.max_repeats
    needed = math.ceil(2 * (estimate.deviation / tolerances.cost_error) ** 2)
    return max(min(max(needed, counted + 1), most) - counted, 0)


def _more_counts_of(run: Run, pairing: Pairing, tolerances: Tolerances) -> int:
    counted = min(len(side) for side in counts(run, pairing))
    return more_counts(count_change(run, pairing, COST, tolerances).estimate, counted, tolerances)


def _suspicious(run: Run, tolerances: Tolerances) -> list[Change]:
    """The screens to be confirmed, of cells that were not yet: of each its worst metric that decides."""
    worst = (
        min(changes, key=suspicion)
        for pairing in run.plan.pairings
        if not is_counted(pairing)
        and not why_unusable(run, pairing)
        and GateStage.CONFIRM not in stages(run, pairing)
        and (changes := _suspicious_of(run, pairing, tolerances))
    )
    return list(worst)


def _suspicious_of(run: Run, pairing: Pairing, tolerances: Tolerances) -> list[Change]:
    deciding = deciding_metrics(run, pairing, GateStage.SCREEN, tolerances).names
    changes = (
        load_change(run, pairing, metric, GateStage.SCREEN, tolerances)
        for metric in compared_metrics(pairing.head.load)
        if metric.name in deciding
    )
    return [change for change in changes if is_suspicious(change, tolerances)]


def suspicion(change: Change) -> tuple[float, str]:
    """To sort by: the most suspicious screen first."""
    return (change.estimate.p_worse() if change.estimate else 1.0, change.pairing.head.slug)
