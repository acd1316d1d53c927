"""Merges runs: those that may be shown as one become one run, whose blocks keep the names of their runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from report.analysis.merging.apart import why_apart
from report.analysis.merging.looks import Agreement, Looks, SpeedChange
from results.model import Cell, Failure, Plan, Run

NOTHING_REPEATED = Agreement(ratios=0, agreeing=0)
NAMED = 3
"""Runs whose names a merged one has; of more it has the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What one run brought into a merged one."""

    name: str
    created_unix_s: float
    first_block: int
    """Number of its first block in the merged run."""
    blocks: int
    """Measured ones, the last unfinished one too."""
    cells: tuple[Cell, ...]
    """Those that it has trials of, in the order of its plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """A run to be shown, and where it comes from."""

    run: Run
    sources: tuple[Source, ...] = ()
    """At least two; empty where it is a run as it was recorded."""
    agreement: Agreement = NOTHING_REPEATED
    """Of what several of them measured."""
    speed_change: SpeedChange | None = None
    """Of the two between which it changes ratios by most; None where that is not known of any two."""


def merge_runs(runs: Sequence[Run]) -> tuple[tuple[Merged, ...], tuple[str, ...]]:
    """``runs`` as few as may be, in the order in which they were planned; and why others are apart, in words.

    A run goes to the first others that it may be shown with, whatever comes between them.
    """
    waiting = sorted(runs, key=lambda run: (run.plan.created_unix_s, run.plan.name))
    groups, looks = list[list[Run]](), Looks()
    while waiting:
        group = [waiting.pop(0)]
        while more := [run for run in waiting if not why_apart(group, run, looks)]:
            group.append(more[0])
            waiting.remove(more[0])
        groups.append(group)
    reasons = tuple(why_apart(groups[0], group[0], looks) for group in groups[1:])
    merged = (Merged(run=group[0]) if len(group) == 1 else _merged(group, looks) for group in groups)
    return tuple(merged), reasons


def _merged(runs: Sequence[Run], looks: Looks) -> Merged:
    first_blocks = list(accumulate((_n_blocks(run) for run in runs), initial=0))[:-1]
    first_launches = list(accumulate((_n_launches(run) for run in runs), initial=0))[:-1]
    parts = [
        _shifted(run, block, launch)
        for run, block, launch in zip(runs, first_blocks, first_launches, strict=True)
    ]
    return Merged(
        run=Run(
            plan=_plan([run.plan for run in runs]),
            launches=tuple(launch for part in parts for launch in part.launches),
            trials=tuple(trial for part in parts for trial in part.trials),
            partial=tuple(trial for part in parts for trial in part.partial),
            failures=tuple(failure for part in parts for failure in part.failures),
            findings=tuple(dict.fromkeys(finding for part in parts for finding in part.findings)),
            blocks=tuple(block for part in parts for block in part.blocks),
            problems=tuple(f"{part.plan.name}: {problem}" for part in parts for problem in part.problems),
        ),
        sources=tuple(_source(run, block) for run, block in zip(runs, first_blocks, strict=True)),
        agreement=looks.agreement(runs),
        speed_change=looks.largest_speed_change(runs),
    )


def _n_blocks(run: Run) -> int:
    """How many numbers of blocks it takes."""
    blocks = (
        *(trial.block for trial in (*run.trials, *run.partial)),
        *(launch.block for launch in run.launches),
        *(failure.block for failure in run.failures if failure.block is not None),
        *(end.block for end in run.blocks),
    )
    return max(blocks, default=-1) + 1


def _n_launches(run: Run) -> int:
    """How many numbers of launches it takes."""
    launches = (
        *(launch.id for launch in run.launches),
        *(trial.launch for trial in (*run.trials, *run.partial)),
    )
    return max(launches, default=-1) + 1


def _shifted(run: Run, block: int, launch: int) -> Run:
    """``run`` whose blocks and launches have numbers that no other has; what lived together stays so."""
    return replace(
        run,
        launches=tuple(replace(own, id=own.id + launch, block=own.block + block) for own in run.launches),
        trials=tuple(replace(own, launch=own.launch + launch, block=own.block + block) for own in run.trials),
        partial=tuple(
            replace(own, launch=own.launch + launch, block=own.block + block) for own in run.partial
        ),
        failures=tuple(_shifted_failure(own, block, launch) for own in run.failures),
        blocks=tuple(replace(own, block=own.block + block) for own in run.blocks),
    )


def _shifted_failure(failure: Failure, block: int, launch: int) -> Failure:
    return replace(
        failure,
        block=None if failure.block is None else failure.block + block,
        launch=None if failure.launch is None else failure.launch + launch,
    )


def _plan(plans: Sequence[Plan]) -> Plan:
    """One plan of everything that was planned; what they must have in common is the first's."""
    first = plans[0]
    cells = tuple(dict.fromkeys(cell for plan in plans for cell in plan.cells))
    planned = set(cells)
    absent = {
        entry.cell: entry for plan in plans for entry in plan.not_applicable if entry.cell not in planned
    }
    environments = {
        (environment.framework, environment.interpreter): environment
        for plan in reversed(plans)
        for environment in plan.environment.frameworks
    }
    return replace(
        first,
        name=_name([plan.name for plan in plans]),
        setup=replace(
            first.setup,
            blocks=sum(plan.setup.blocks for plan in plans),
            precision_percent=_common(plan.setup.precision_percent for plan in plans),
        ),
        environment=replace(
            first.environment,
            frameworks=tuple(environments[name] for name in sorted(environments)),
        ),
        cells=cells,
        not_applicable=tuple(absent.values()),
        capacities_rps={slug: rps for plan in reversed(plans) for slug, rps in plan.capacities_rps.items()},
        capacity_windows_rps={
            slug: windows for plan in reversed(plans) for slug, windows in plan.capacity_windows_rps.items()
        },
        ceilings=next((plan.ceilings for plan in plans if plan.ceilings), ()),
        order=tuple(block for plan in plans for block in plan.order),
    )


def _name(names: Sequence[str]) -> str:
    if len(names) <= NAMED:
        return " + ".join(names)
    return f"{names[0]} + {len(names) - 1} more"


def _common(values: Iterable[float | None]) -> float | None:
    """What all have; None where they differ."""
    first, *others = dict.fromkeys(values)
    return None if others else first


def _source(run: Run, first_block: int) -> Source:
    measured = {trial.cell for trial in run.trials}
    return Source(
        name=run.plan.name,
        created_unix_s=run.plan.created_unix_s,
        first_block=first_block,
        blocks=len({trial.block for trial in run.trials}),
        cells=tuple(cell for cell in run.plan.cells if cell in measured),
    )
