"""Runs that go on until they are as precise as asked for, of made-up launches under the real rule."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from report.analysis.contenders import Group, group_contenders
from report.analysis.metric_summaries import MetricSummary
from report.analysis.metrics import THROUGHPUT
from report.analysis.precision import precision_of
from report.analysis.summary import Summary
from report.analysis.together import LaunchValue, fit_together
from report.stats.levels import Level, level
from results.model import FIRST_LOOK, Cell, Interface

MACHINE = 0.15
"""Deviation of the logarithm of the machine's speed from block to block."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What a run came to."""

    group: Group
    blocks: int
    launches: Mapping[str, int]
    """By framework."""
    pair: Level | None
    """Ratio of the first framework to the second, whoever is best."""


def run_until_precise(
    random: np.random.Generator, rates: Mapping[str, float], *, asked: float, deviation: float, most: int
) -> Ended:
    """A run of ``rates`` by framework whose launches differ by ``deviation`` (log scale).

    It ends where every ratio is within ``asked`` percent, or after ``most`` blocks.
    """
    cells = [
        Cell(framework=name, server="uvicorn-standard", interface=Interface.ASGI, scenario="json")
        for name in rates
    ]
    launches: dict[Cell, list[LaunchValue]] = {cell: [] for cell in cells}
    going_on = frozenset(cells)
    block = 0
    while going_on and block < most:
        speed = float(random.normal(0, MACHINE))
        for cell in cells:
            if cell in going_on:
                noise = speed + float(random.normal(0, deviation))
                value = rates[cell.framework] * math.exp(noise)
                launches[cell].append(LaunchValue(block=block, value=value))
        block += 1
        if block >= FIRST_LOOK:
            going_on = precision_of(summaries(launches), asked, blocks=block, cells=cells).undecided
    (group,) = group_contenders(summaries(launches))
    together = fit_together(launches, within_servers=True)
    return Ended(
        pair=together.ratio(cells[0], cells[1]) if together else None,
        group=group,
        blocks=block,
        launches={cell.framework: len(values) for cell, values in launches.items()},
    )


def summaries(launches: Mapping[Cell, list[LaunchValue]]) -> list[Summary]:
    """As a run of these launches would have them."""
    return [
        Summary(
            cell=cell,
            n_blocks=len(values),
            metric_summaries={
                THROUGHPUT.name: MetricSummary(
                    level=level([launch.value for launch in values]), launches=tuple(values)
                )
            },
        )
        for cell, values in launches.items()
    ]
