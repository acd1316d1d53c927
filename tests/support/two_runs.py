"""Runs that are compared with each other, and what is said of one cell of them."""

from __future__ import annotations

from dataclasses import replace

from report.analysis.two_sides.comparison import Compared
from report.analysis.two_sides.judged_changes import JudgedChange
from results.model import CostRecord, Load, PlanKind, Run, SideName
from tests.support.synthetic import make_run
from tests.support.synthetic_gate import make_gate

STACKS = (("starlette", "uvicorn-standard"), ("fastapi", "uvicorn-standard"))


def run_of(name: str, seed: int, **changes: object) -> Run:
    """A quiet run of two stacks and one scenario."""
    quiet = {"launch_noise": 0.02, "trial_noise": 0.02, "block_noise": 0.01}
    return make_run(
        name=name, seed=seed, stacks=STACKS, scenarios=("json",), troubles=False, **quiet, **changes
    )


def row(compared: Compared, metric: str, framework: str = "starlette") -> JudgedChange:
    """What is said of a framework's only cell by a metric."""
    (judged,) = (
        each
        for each in compared.rows
        if each.change.metric.name == metric and each.change.pairing.head.framework == framework
    )
    return judged


def costs_of(run: Run, per_request: float) -> Run:
    """``run`` with counts of its first cell, as ``hotlap cost`` records them."""
    (first, *_) = make_gate().costs
    cell = replace(run.plan.cells[0], load=Load.LOCKSTEP, connections=1)
    interval = replace(first.intervals[0], instructions=int(per_request * 40))
    record: CostRecord = replace(first, cell=cell, side=SideName.NONE, idle=None, intervals=(interval,))
    plan = replace(run.plan, cells=(cell,), kind=PlanKind.COST)
    return replace(run, plan=plan, trials=(), costs=(record, replace(record, repeat=1)))
