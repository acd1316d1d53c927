"""What was asked of the stacks: the scenario and the load that cells have in common and are shown under."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from results.model import Arrivals, Cell, Load, Run


class Workload(NamedTuple):
    """What is shown in one chart."""

    scenario: str
    load: Load
    connections: int
    workers: int
    rate_rps: float | None = None
    """Open load at one rate for all its stacks."""
    arrivals: Arrivals | None = None
    share: float | None = None
    """Open load at a rate of each stack's own: this share of its capacity."""
    reuse: int | None = None
    """Closed load: the client closes a connection after so many requests; None: it keeps it."""


def workload_of(cell: Cell, share: float | None = None) -> Workload:
    """What is asked of the cell's stack; ``share`` where its rate is one of its capacity."""
    rate = None if share else cell.rate_rps
    return Workload(
        cell.scenario, cell.load, cell.connections, cell.workers, rate, cell.arrivals, share, cell.reuse
    )


def capacity_rps(run: Run, cell: Cell) -> float | None:
    """Closed capacity of the cell's stack in its scenario, that rates were chosen by; None: not measured."""
    begin, end = f"{cell.framework}--{cell.server}--{cell.scenario}--closed-", f"--w{cell.workers}"
    values = [
        value
        for slug, value in run.plan.capacities_rps.items()
        if slug.startswith(begin) and slug.endswith(end)
    ]
    return max(values, default=None)


def shares_of_capacity(run: Run) -> dict[Cell, float]:
    """Open cells whose rate is a share of their own capacity, to a tenth of a percent.

    The record has the rate and the capacity: it was a share where no other stack was offered the same and
    it is, in the four digits that rates are rounded to, a share of the capacity.
    """
    cells = [cell for cell in run.plan.cells if cell.rate_rps is not None]
    offered = Counter(workload_of(cell) for cell in cells if not cell.control)
    share_of = {}
    for cell in cells:
        own, rate = capacity_rps(run, cell), cell.rate_rps or 0.0
        if own and offered[workload_of(cell)] == 1:
            share = round(rate / own, 3)
            if float(f"{own * share:.4g}") == rate:
                share_of[cell] = share
    return share_of
