"""How much the speed of the machine itself varied over the turns of a run, told once and apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from report.analysis import metrics
from report.analysis.heats import fit_heat, group_heats
from report.analysis.summary import Summary, fit_metric
from report.analysis.workload import Workload, workload_of
from results.model import Run

PERCENTS = (10.0, 90.0)
"""Percentiles between which the speed is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedRange:
    """Speed of the machine by turn, relative to its mean over the run."""

    low: float
    """10th percentile: 0.8 is four fifths of the mean speed."""
    high: float
    """90th percentile."""
    turns: int


def speed_range(run: Run, summaries: Sequence[Summary]) -> SpeedRange | None:
    """The range over all turns of ``run``; None where no heat had turns enough.

    The speed of a turn is that within its heat times that of the heat itself, both as throughput has them.
    """
    ratio = metrics.per_turn_ratios()[metrics.THROUGHPUT.name]
    speeds: list[float] = []
    by_workload: dict[Workload, dict[tuple[int, int], float]] = {}
    for name, legs in group_heats(run.trials).items():
        workload = workload_of(legs[0].cell, in_turns=True)
        if workload not in by_workload:
            by_workload[workload] = _heat_speeds(summaries, workload)
        own = by_workload[workload].get((name.block, name.heat), 0.0)
        heat = fit_heat(tuple(leg.turns for leg in legs if leg.turns), ratio)
        speeds += [own + speed for speed in heat.speeds]
    if not speeds:
        return None
    low, high = np.exp(np.percentile(speeds, PERCENTS)).tolist()
    return SpeedRange(low=low, high=high, turns=len(speeds))


def _heat_speeds(summaries: Iterable[Summary], workload: Workload) -> dict[tuple[int, int], float]:
    """Logarithm of the speed of each heat (block, number), relative to the mean of all."""
    together = fit_metric(summaries, metrics.THROUGHPUT, workload, within_servers=False)
    if together is None:
        return {}
    mean = float(np.mean(list(together.fit.sets.values())))
    return {(key[0], key[1]): effect - mean for key, effect in together.fit.sets.items()}  # type: ignore[index] # see fit_together
