"""By which metrics a pairing is judged: by what was used of a saturated server, else by what it gave.

CPU per request depends on how busy a server is, and a server that waits may use as little of it as before
and serve far fewer. So where either side waits, throughput at equal connections decides instead. Under an
open load, which offers both sides one rate, the median and the 99th percentile of latency do: they see a wait
also where enough other requests keep the server saturated (docs/adr/0015).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from report.analysis.heats import best_share
from report.analysis.metrics import COST, CPU, MEDIAN, MEMORY, P99, THROUGHPUT
from report.analysis.two_sides.pairings import MatchedTrials, is_counted, matched_trials
from report.analysis.two_sides.tolerances import Tolerances
from report.analysis.two_sides.trial_values import too_few_requests, too_idle
from report.analysis.validity import SATURATED_IN_TURNS
from results.model import GateStage, Load, Pairing, Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Deciding:
    """The metrics that decide of one pairing, in one stage."""

    names: frozenset[str]
    waits: bool = False
    """Whether a server of it waited, so that CPU per request cannot be compared."""


def deciding_metrics(run: Run, pairing: Pairing, stage: GateStage, tolerances: Tolerances) -> Deciding:
    """What decides of ``pairing`` by what was measured in ``stage``."""
    if is_counted(pairing):
        return Deciding(names=frozenset({COST.name}))
    pairs = matched_trials(run, pairing, stage)
    if pairing.head.load == Load.OPEN:
        # a screen that told the 99th percentile is confirmed in it, whatever the fresh pairs hold
        return _of_open_load(matched_trials(run, pairing, GateStage.SCREEN) or pairs)
    decided = _of_closed_load(pairs)
    if not tolerances.memory:
        return decided
    return Deciding(names=decided.names | {MEMORY.name}, waits=decided.waits)


def _of_open_load(pairs: Sequence[MatchedTrials]) -> Deciding:
    """Latency; the 99th percentile where trials hold enough requests to tell it."""
    told = pairs and not too_few_requests(P99, pairs, GateStage.SCREEN)
    return Deciding(names=frozenset({MEDIAN.name, P99.name} if told else {MEDIAN.name}))


def _of_closed_load(pairs: Sequence[MatchedTrials]) -> Deciding:
    """CPU where both servers were saturated; throughput where one was not; both where nobody can tell.

    Two servers that were equally busy and of which neither had a whole CPU may both have waited, or the
    machine was crowded throughout.
    """
    if too_idle(pairs) is not None:
        return Deciding(names=frozenset({THROUGHPUT.name}), waits=True)
    if pairs and not _anybody_had_a_cpu(pairs):
        return Deciding(names=frozenset({CPU.name, THROUGHPUT.name}))
    return Deciding(names=frozenset({CPU.name}))


def _anybody_had_a_cpu(pairs: Sequence[MatchedTrials]) -> bool:
    shares = [best_share(trial) for pair in pairs for trial in (pair.base, pair.head) if trial.turns]
    return not shares or max(share or 0.0 for share in shares) >= SATURATED_IN_TURNS
