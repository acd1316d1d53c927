"""What was asked of the stacks: the scenario and the load that cells have in common and are shown under."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
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
    python: str = ""
    """Interpreter, where the run has several: what ran on two is never compared."""
    in_turns: bool = False
    """Whether it was measured in the turns of relays; else in whole windows. The two are never compared."""


def workload_of(cell: Cell, share: float | None = None, *, in_turns: bool = False) -> Workload:
    """What is asked of the cell's stack; ``share`` where its rate is one of its capacity."""
    return Workload(
        scenario=cell.scenario,
        load=cell.load,
        connections=cell.connections,
        workers=cell.workers,
        rate_rps=None if share else cell.rate_rps,
        arrivals=cell.arrivals,
        share=share,
        reuse=cell.reuse,
        python=cell.python,
        in_turns=in_turns,
    )


def cells_in_turns(run: Run) -> frozenset[Cell]:
    """Cells that were measured in turns: those with more legs than whole windows.

    One without any trial is taken for what the others were that were asked the same, if they were all alike.
    """
    legs: Counter[Cell] = Counter()
    for trial in run.trials:
        legs[trial.cell] += 1 if trial.turns else -1
    ways: dict[Workload, set[bool]] = {}
    for cell, surplus in legs.items():
        ways.setdefault(workload_of(cell), set()).add(surplus > 0)
    unmeasured = (cell for cell in _named_cells(run) if cell not in legs)
    return frozenset(
        {cell for cell, surplus in legs.items() if surplus > 0}
        | {cell for cell in unmeasured if ways.get(workload_of(cell)) == {True}}
    )


def _named_cells(run: Run) -> Iterator[Cell]:
    """Cells of the plan, those that are not applicable, and those that failed."""
    yield from run.plan.cells
    yield from (absent.cell for absent in run.plan.not_applicable)
    yield from (failure.cell for failure in run.failures if failure.cell)


def capacity_rps(run: Run, cell: Cell) -> float | None:
    """Closed capacity of the cell's stack in its scenario, that rates were chosen by; None: not measured."""
    original = replace(cell, control=False)
    begin, end = f"{original.stack}--{cell.scenario}--closed-", f"--w{cell.workers}"
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
