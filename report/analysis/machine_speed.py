"""How much the speed of the machine itself varied over the turns of a run, told once and apart."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from report.analysis import metrics
from report.analysis.heats import HeatName, fit_heat, group_heats
from report.analysis.summary import Summary, fit_metric, group_by_workload
from report.analysis.together import Together
from report.analysis.workload import Workload, workload_of
from results.model import Run, Trial

PERCENTS = (10.0, 90.0)
"""Percentiles between which the speed is told."""

UNLIKE_NOISE = 2.0
"""Two runs of which one saw the speed vary by so many times as much were not measured on a like machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedRange:
    """Speed of the machine by turn, relative to its mean over the run."""

    low: float
    """10th percentile: 0.8 is four fifths of the mean speed."""
    high: float
    """90th percentile."""
    turns: int

    @property
    def width(self) -> float:
        """Logarithm of the high end over the low one."""
        return math.log(self.high / self.low)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatSpeed:
    """Speed of the machine over the turns of one heat, relative to its mean over the run."""

    started_unix_s: float
    low: float
    """10th percentile of its turns."""
    middle: float
    """Their median."""
    high: float
    """90th percentile."""


def speed_range(run: Run, summaries: Sequence[Summary]) -> SpeedRange | None:
    """The range over all turns of ``run``; None where no heat had turns enough.

    The speed of a turn is that within its heat times that of the heat itself, both as throughput has them.
    """
    speeds = [speed for _, own in _by_heat(run, summaries) for speed in own]
    if not speeds:
        return None
    low, high = np.exp(np.percentile(speeds, PERCENTS)).tolist()
    return SpeedRange(low=low, high=high, turns=len(speeds))


def heat_speeds(run: Run, summaries: Sequence[Summary]) -> tuple[HeatSpeed, ...]:
    """The speed within each heat whose turns tell it, in order of time."""
    heats = [
        HeatSpeed(
            started_unix_s=min(leg.started_unix_s for leg in legs),
            low=low,
            middle=middle,
            high=high,
        )
        for legs, speeds in _by_heat(run, summaries)
        if speeds
        for low, middle, high in [np.exp(np.percentile(speeds, (PERCENTS[0], 50.0, PERCENTS[1]))).tolist()]
    ]
    return tuple(sorted(heats, key=lambda heat: heat.started_unix_s))


def _by_heat(run: Run, summaries: Sequence[Summary]) -> Iterator[tuple[Sequence[Trial], list[float]]]:
    """Legs of each heat, with the logarithm of the speed of each of its turns relative to that of the run."""
    ratio = metrics.per_turn_ratios()[metrics.THROUGHPUT.name]
    fits: dict[Workload, Together | None] = {}
    asked = group_by_workload(summaries)
    for name, legs in group_heats(run.trials).items():
        workload = workload_of(legs[0].cell, in_turns=True)
        if workload not in fits:
            fits[workload] = fit_metric(
                asked.get(workload, ()), metrics.THROUGHPUT, workload, within_servers=False
            )
        own = _heat_speed(fits[workload], name, legs)
        heat = fit_heat(tuple(leg.turns for leg in legs if leg.turns), ratio)
        yield legs, [own + speed for speed in heat.speeds]


def unlike_noise(base: SpeedRange | None, head: SpeedRange | None) -> bool:
    """Whether the machine's speed varied much more in one of two runs.

    A busy neighbour slows some stacks more than others: of three quiet runs and one whose speed varied three
    times as much, 67 to 80% of ratios agreed within both intervals, of the quiet ones 97%.
    """
    if base is None or head is None:
        return False
    narrow, wide = sorted((base.width, head.width))
    return wide > UNLIKE_NOISE * narrow


def speed_between(ours: Sequence[Summary], theirs: Sequence[Summary]) -> float | None:
    """Logarithm of how much faster the machine was in the second of two runs.

    By the throughput of all cells that both measured in turns, each alike; None where there is none.
    """
    others = {summary.cell: summary for summary in theirs if summary.in_turns}
    levels = [
        (summary.level(metrics.THROUGHPUT), others[summary.cell].level(metrics.THROUGHPUT))
        for summary in ours
        if summary.in_turns and summary.cell in others
    ]
    changes = [math.log(second.value / first.value) for first, second in levels if first and second]
    return float(np.mean(changes)) if changes else None


def _heat_speed(together: Together | None, name: HeatName, legs: Sequence[Trial]) -> float:
    """Logarithm of the speed of a heat, relative to the mean of all that can be compared with it."""
    known = [leg.cell.slug for leg in legs if together and leg.cell.slug in together.blocks]
    if together is None or not known:
        return 0.0
    return together.effect_of(name.block, name.heat) - together.fit.mean_set(known[0])
