"""A trial's or a count's own value of a metric for the comparison of two sides, or why it has none."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from statistics import median

from report.analysis import validity
from report.analysis.heats import fit_heat, occupied_in_heat
from report.analysis.metric_types import FromCount, FromLatency, FromTrial, Metric
from report.analysis.two_sides.pairings import MatchedTrials
from report.stats.two_samples import PairedDifference
from results.histogram import Latency
from results.model import BOTH_SIDES, CostRecord, GateStage, Load, Trial


class UnusableError(ValueError):
    """What was recorded cannot be compared; the message says why."""


def paired_differences(matched: Iterable[MatchedTrials], metric: Metric) -> list[PairedDifference]:
    """Differences of a metric by launch pair, positive is worse; UnusableError where a trial has no value."""
    sign = -1 if metric.higher_is_better else 1
    pairs = [(pair, *pair_values(pair, metric)) for pair in matched]
    return [
        PairedDifference(number=pair.number, worse=sign * math.log(head / base), order=pair.order)
        for pair, base, head in pairs
    ]


def pair_values(pair: MatchedTrials, metric: Metric) -> tuple[float, float]:
    """Values of base and head in the metric's unit; UnusableError where one has none.

    Two legs took turns in a heat of their own: their values are at one mean speed of the machine.
    """
    values = trial_value(pair.base, metric), trial_value(pair.head, metric)
    base, head = pair.base.turns, pair.head.turns
    per_turn = metric.source.per_turn if isinstance(metric.source, FromTrial) else None
    if base is None or head is None or per_turn is None:
        return values
    legs = fit_heat((base, head), per_turn).legs
    at_mean_speed = [leg.value if leg else value for leg, value in zip(legs, values, strict=True)]
    return at_mean_speed[0], at_mean_speed[1]


def trial_value(trial: Trial, metric: Metric) -> float:
    """A trial's own value of a metric under load, in its unit; UnusableError where it has none."""
    if reason := why_invalid(trial):
        raise UnusableError(f"{_name(trial)}: {reason}")
    if isinstance(metric.source, FromLatency):
        return _percentile(trial, metric, metric.source.percent)
    value = metric.source.read(trial) if isinstance(metric.source, FromTrial) else None
    if not value:
        raise UnusableError(f"{_name(trial)}: {metric.absent_in_trial}")
    return value


def count_values(records: Iterable[CostRecord], metric: Metric) -> list[float]:
    """Values of a metric that is counted, by repeat; UnusableError where a record is no count."""
    if not isinstance(metric.source, FromCount):
        raise UnusableError(f"{metric.noun} is not counted")
    try:
        return [metric.source.read(record) for record in records]
    except ValueError as error:
        raise UnusableError(str(error)) from None


def why_invalid(trial: Trial) -> str:
    """Why a trial is no measurement; empty where it is one."""
    wrong = sum(trial.errors.values())
    reasons = (
        (trial.window_s <= 0 or trial.requests <= 0, "not one right answer"),
        (wrong > 0, f"{wrong:,} answers were wrong, late or missing"),
        (trial.processes_changed, "the server started or lost a process within the window"),
        (
            validity.late(trial) and trial.windows == 1,  # turns meet on both sides what kept the generator
            "the generator missed the schedule of its open load",
        ),
        (validity.miscounted(trial), "the connections were not all in use"),
        (
            trial.side not in BOTH_SIDES or trial.place not in {0, 1},
            "side or place was not recorded",
        ),
    )
    return next((reason for holds, reason in reasons if holds), "")


def too_idle(matched: Sequence[MatchedTrials]) -> float | None:
    """How busy the less busy side's server was (median share, of legs the most); None where both were enough.

    Under open load both sides were offered the same, so that neither is too idle.
    """
    if not matched or matched[0].head.cell.load != Load.CLOSED:
        return None
    usual = max if all(map(_in_turns, matched)) else median
    busy = [usual([share or 0.0 for share in side]) for side in zip(*map(_occupied, matched), strict=True)]
    return min(busy) if min(busy) < validity.saturated_from(matched[0].head) else None


def _occupied(pair: MatchedTrials) -> tuple[float | None, ...]:
    """Of base and head: share of its CPUs that its server used; of legs beside each other."""
    sides = pair.base, pair.head
    return occupied_in_heat(sides) if _in_turns(pair) else tuple(map(validity.occupied, sides))


def _in_turns(pair: MatchedTrials) -> bool:
    return pair.base.turns is not None and pair.head.turns is not None


def too_few_requests(metric: Metric, matched: Sequence[MatchedTrials], stage: GateStage) -> str:
    """Why the requests of trials say nothing of ``metric``; empty where they are enough.

    Whole windows need enough in each trial. Turns of open load need enough in all together, unless for a
    screen, which only says what is measured again, and some in each on average.
    """
    trials = [trial for pair in matched for trial in (pair.base, pair.head)]
    if not any(map(is_in_open_turns, trials)):
        least = metric.least_requests
        return too_few_a_trial(metric) if any(trial.requests < least for trial in trials) else ""
    sides = [[pair.base for pair in matched], [pair.head for pair in matched]]
    requests = min(sum(trial.requests for trial in side) for side in sides)
    if requests < metric.least_in_turns * len(matched):
        return f"fewer than {metric.least_in_turns:,} requests a launch say nothing of {metric.heading}"
    if stage != GateStage.SCREEN and requests < metric.least_requests:
        return f"fewer than {metric.least_requests:,} requests in all pairs say nothing of {metric.heading}"
    return ""


def too_few_a_trial(metric: Metric) -> str:
    """That each trial needs more requests to tell ``metric``."""
    return f"fewer than {metric.least_requests:,} requests a trial say nothing of {metric.heading}"


def is_in_open_turns(trial: Trial) -> bool:
    """Whether a trial is of an open load that took turns with the other side."""
    return trial.cell.load == Load.OPEN and trial.windows > 1


def _percentile(trial: Trial, metric: Metric, percent: float) -> float:
    if trial.turns is not None:
        raise UnusableError(validity.LATENCY_OF_TURNS)
    if not is_in_open_turns(trial) and trial.requests < metric.least_requests:
        raise UnusableError(too_few_a_trial(metric))
    if not validity.settled(trial):
        raise UnusableError(f"{_name(trial)}: the window was too short for its latencies to mean something")
    try:
        # in turns, whether it varies is told by the pairs and not by how many samples lie beyond
        value = (_percentile_us if is_in_open_turns(trial) else _shown)(trial.latency, percent)
    except ValueError as error:
        raise UnusableError(f"{_name(trial)}: {error}") from None
    if not value > 0:
        raise UnusableError(f"{_name(trial)}: {metric.absent_in_trial}")
    return value


@lru_cache(maxsize=8_192)
def _shown(latency: str, percent: float) -> float:
    """A percentile of a recorded histogram in us, NaN with too few samples; ValueError where it is none."""
    return float(Latency.decode(latency).shown([percent])[0])


@lru_cache(maxsize=8_192)
def _percentile_us(latency: str, percent: float) -> float:
    """A percentile of a recorded histogram in us, however few its samples."""
    return float(Latency.decode(latency).percentiles([percent])[0])


def _name(trial: Trial) -> str:
    return f"{trial.side or 'trial'} of pair {trial.block}"
