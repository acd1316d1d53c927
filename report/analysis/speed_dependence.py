"""How much ratios depend on how fast the machine is: what runs at another speed of it differ by.

A ratio is that of the mean speed of its run, and its interval says nothing of another speed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from report.analysis import metrics
from report.analysis.heats import group_heats, is_complete, turn_by_turn
from report.analysis.metric_types import PerTurn
from report.analysis.own_turns import own_turns
from report.analysis.workload import workload_of
from report.stats.levels import Level
from report.stats.speed_slopes import LegRates, slope_deviation
from results.model import Run, Trial

FASTER = 1.1
"""What a change of the speed is told for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedDependence:
    """How unlike stacks on one server follow the speed of the machine."""

    deviation: Level
    """Of their slopes on log scale, relative to the mean slope."""

    def of_ratio(self, log_speed: float) -> float:
        """Standard deviation of what log ratios change by where the logarithm of the speed does by this."""
        return _of_ratio(self.deviation.value, log_speed)

    def percent(self) -> Level:
        """Standard deviation of what ratios change by, in percent, where the machine is 10% faster."""
        deviation = self.deviation
        low, high = (None if end is None else _percent(end) for end in (deviation.low, deviation.high))
        return Level(value=_percent(deviation.value), low=low, high=high, n=deviation.n)


def _of_ratio(deviation: float, log_speed: float) -> float:
    """A ratio is of two stacks, whose slopes differ each by itself."""
    return math.sqrt(2) * deviation * abs(log_speed)


def _percent(deviation: float) -> float:
    return 100 * math.expm1(_of_ratio(deviation, math.log(FASTER)))


def speed_dependence(run: Run) -> SpeedDependence | None:
    """By the turns of closed load of ``run``; None where they are too few to tell."""
    ratio = metrics.per_turn_ratios()[metrics.THROUGHPUT.name]
    blocks: dict[int, list[list[LegRates]]] = {}
    for name, legs in group_heats(run.trials).items():
        blocks.setdefault(name.block, []).append(list(_rates(legs, ratio)))
    deviation = slope_deviation(blocks)
    return SpeedDependence(deviation=deviation) if deviation else None


def _rates(legs: Sequence[Trial], ratio: PerTurn) -> Iterator[LegRates]:
    """Those of ``legs`` whose turns all have a rate; the control is a stack that there is already."""
    for leg in legs:
        turns = own_turns(leg.turns) if leg.turns and not leg.cell.control else None
        if turns is None or not is_complete(turns, ratio):
            continue
        log_rates, _, _, at_s = turn_by_turn([turns], ratio)
        yield LegRates(
            group=(workload_of(leg.cell, in_turns=True), leg.cell.server, leg.cell.interface),
            stack=leg.cell.stack,
            at_s=at_s,
            log_rates=log_rates,
        )
