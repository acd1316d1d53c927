"""What share of the instructions of a request is a framework's own, where they were counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from report.analysis.answers.told_numbers import PERCENT, Number
from report.analysis.contenders import is_floor
from report.analysis.costs import Costs
from report.analysis.layers import Count, Layers, step_over
from report.stats.levels import Level
from results.model import Cell

ABOUT = "share of the instructions of a request that is the framework's and the app's"


def counted_shares(all_costs: Iterable[Costs], cell: Cell) -> tuple[Number, ...]:
    """Of the stack of ``cell``, in each scenario that was counted of it and of the floor of its server.

    (stack - floor) / stack in percent, with the interval of the difference: the stack's own count is a
    hundred times as sure.
    """
    groups = (
        group
        for costs in all_costs
        for group in costs.layers
        if (group.server, group.interface) == (cell.server, cell.interface)
    )
    return tuple(share for group in groups for share in _shares(group, cell))


def _shares(group: Layers, cell: Cell) -> Iterator[Number]:
    counts = [step.count for step in group.steps]
    floor = next((count for count in counts if is_floor(count.cell)), None)
    for count in counts:
        wanted = (count.cell.framework, count.cell.python) == (cell.framework, cell.python)
        if wanted and floor is not None and (share := _share(count, floor)):
            yield Number(value=share, unit=PERCENT, cell=count.cell, other=floor.cell, about=ABOUT)


def _share(count: Count, floor: Count) -> Level | None:
    """None where the two cannot be compared: other builds, another counter, or no count."""
    added = step_over(count, floor, "").level
    if added is None or count.level is None:
        return None
    factor = 100 / count.level.value
    low, high = (None if end is None else factor * end for end in (added.low, added.high))
    return Level(value=factor * added.value, low=low, high=high, n=added.n)
