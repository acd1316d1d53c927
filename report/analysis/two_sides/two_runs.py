"""Two recorded runs compared, cell by cell, as the two sides of one run are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from report.analysis import flags, metrics
from report.analysis.machine_speed import SpeedRange, speed_range, unlike_noise
from report.analysis.metric_types import Metric
from report.analysis.summary import Summary, summarise
from report.analysis.two_sides.changes import Basis, Change, count_change, with_estimate
from report.analysis.two_sides.comparison import Compared, judged, unread_lines
from report.analysis.two_sides.configuration import environment_differences, why_unusable
from report.analysis.two_sides.deciding import Deciding
from report.analysis.two_sides.pairings import is_counted
from report.analysis.two_sides.tolerances import DEFAULTS, Tolerances
from report.analysis.two_sides.trial_values import too_few_a_trial
from report.stats.two_samples import unpaired
from results.model import Cell, Load, Machine, Pairing, Plan, Run, SideName

SAME_MACHINE = ("cpu_model", "logical_cpus", "container")
"""Facts of the machine without which no number is compared."""
_CIRCUMSTANCES = (
    "warmup_s", "window_s", "turn_s", "leg_s", "heat", "open_window_s", "server_cpus",
    "generator_cpus", "generators",
)  # fmt: skip
"""Settings of the run that may be part of a difference."""
SAME_SETUP = ("threads", "backlog", "keep_alive_s", "url", "generator_awake")
"""Settings of the run without which no number is compared."""
_TELLING = Deciding(names=frozenset({metrics.COST.name, metrics.CPU.name}))
"""What is looked at first; nothing decides."""

IN_TURNS, IN_WINDOWS = "in turns", "in whole windows"


class CompareError(ValueError):
    """These runs are not to be compared with each other; the message says what to do instead."""


def compare_runs(base: Run, head: Run, tolerances: Tolerances = DEFAULTS) -> Compared:
    """Two recorded runs of kind ``run`` or ``cost``; CompareError where no cell of them can be compared."""
    for run in (base, head):
        if run.plan.pairings:
            raise CompareError(f"{run.plan.name} is a comparison itself: give it alone, without another run")
    common, alone = _common_cells(base, head)
    if not common:
        names = f"{base.plan.name} and {head.plan.name}"
        raise CompareError(f"{names} have no cell in common: compare runs of the same selection")
    both = _as_one(base, head, common)
    reason, summaries = _why_apart(base, head), (summarise(base), summarise(head))
    changes = [*_load_changes(summaries, common, reason), *_count_changes(both, reason, tolerances)]
    return Compared(
        base=base.plan.name,
        head=head.plan.name,
        how="two runs, one after the other: what changed on the machine in between counts as a difference",
        differences=(
            *circumstances(base.plan, head.plan),
            *_noise(speed_range(base, summaries[0]), speed_range(head, summaries[1])),
            *environment_differences(both),
        ),
        rows=judged(changes, tolerances, lambda _change: _TELLING),
        left_out=(*alone, *unread_lines(base), *unread_lines(head)),
    )


def _common_cells(base: Run, head: Run) -> tuple[list[Cell], list[str]]:
    """Cells of both runs, in head's order; and in words those of one run alone."""
    base_cells, head_cells = (
        dict.fromkeys(cell for cell in run.plan.cells if not cell.control) for run in (base, head)
    )
    alone = [f"{cell.slug}: only in {base.plan.name}" for cell in base_cells if cell not in head_cells]
    alone += [f"{cell.slug}: only in {head.plan.name}" for cell in head_cells if cell not in base_cells]
    return [cell for cell in head_cells if cell in base_cells], alone


def _as_one(base: Run, head: Run, common: Iterable[Cell]) -> Run:
    """Both as the two sides of one run, paired by cell. Of its plan only what is set here may be read."""
    sides = ((SideName.BASE, 0, base), (SideName.HEAD, 1, head))
    frameworks = tuple(
        replace(environment, side=side)
        for side, _, run in sides
        for environment in run.plan.environment.frameworks
    )
    return replace(
        head,
        plan=replace(
            head.plan,
            environment=replace(head.plan.environment, frameworks=frameworks),
            pairings=tuple(Pairing(base=cell, head=cell) for cell in common),
        ),
        trials=tuple(
            replace(trial, side=side, place=place) for side, place, run in sides for trial in run.trials
        ),
        costs=tuple(replace(record, side=side) for side, _, run in sides for record in run.costs),
        failures=tuple(replace(failure, side=side) for side, _, run in sides for failure in run.failures),
    )


def _why_apart(base: Run, head: Run) -> str:
    """Why no number may be compared: another machine or another way of running servers; empty: nothing."""
    machines, setups = _machines(base.plan, head.plan), (base.plan.setup, head.plan.setup)
    for what, names, facts in (
        ("machine", SAME_MACHINE, machines),
        ("configuration", SAME_SETUP, setups),
    ):
        for name, base_value, head_value in different(facts, names):
            shown = f"{name} is {base_value} in {base.plan.name} and {head_value} in {head.plan.name}"
            return f"{what} changed: {shown}; measure both sides anew with `hotlap compare --base --head`"
    return ""


def circumstances(base: Plan, head: Plan) -> Iterator[str]:
    """What else was not the same, and may be part of the differences."""
    setups = (base.setup, head.setup)
    for name, base_value, head_value in (
        *different(setups, _CIRCUMSTANCES),
        *different(_machines(base, head), ("kernel", "system", "governor")),
    ):
        yield f"{name} {base_value} -> {head_value}"


def _noise(base: SpeedRange | None, head: SpeedRange | None) -> Iterator[str]:
    if base and head and unlike_noise(base, head):
        shown = " -> ".join(f"{side.low:.2f} to {side.high:.2f}" for side in (base, head))
        yield f"machine speed {shown} of its mean (10th to 90th percentile): how stacks compare depends on it"


def _machines(base: Plan, head: Plan) -> tuple[Machine, Machine]:
    return base.environment.machine, head.environment.machine


def different(facts: tuple[object, object], names: Iterable[str]) -> Iterator[tuple[str, object, object]]:
    """The attributes ``names`` in which base's and head's facts differ, with both values."""
    for name in names:
        base_value, head_value = (getattr(side, name) for side in facts)
        if base_value != head_value:
            yield name, base_value, head_value


def _load_changes(
    summaries: tuple[Sequence[Summary], Sequence[Summary]], common: Sequence[Cell], reason: str
) -> Iterator[Change]:
    base_summaries, head_summaries = ({summary.cell: summary for summary in side} for side in summaries)
    for cell in common:
        if cell.load != Load.LOCKSTEP:
            for metric in metrics.compared_metrics(cell.load):
                yield _load_change(base_summaries[cell], head_summaries[cell], metric, reason)


def _load_change(base: Summary, head: Summary, metric: Metric, reason: str) -> Change:
    pairing = Pairing(base=base.cell, head=head.cell)
    empty = Change(pairing=pairing, metric=metric, basis=Basis.BLOCK, notes=_flag_notes(base, head))
    why = reason or _why_incomparable(base, head, metric)
    if why:
        return replace(empty, reason=why)
    before, after = ([*side.by_block(metric).values()] for side in (base, head))
    estimate = unpaired(after, before) if metric.higher_is_better else unpaired(before, after)
    if estimate is None:
        return replace(empty, reason="fewer than two blocks: no spread, no claim")
    return with_estimate(empty, estimate, (before, after))


def _why_incomparable(base: Summary, head: Summary, metric: Metric) -> str:
    if base.in_turns != head.in_turns:
        ways = [IN_TURNS if side.in_turns else IN_WINDOWS for side in (base, head)]
        return f"measured in another way: {ways[0]} on base, {ways[1]} on head"
    for side, summary in ((SideName.BASE, base), (SideName.HEAD, head)):
        if reason := summary.reason(metric):
            return f"{side}: {reason}"
        if summary.requests < metric.least_requests * summary.n_trials:
            return too_few_a_trial(metric)
    return ""


def _flag_notes(base: Summary, head: Summary) -> tuple[str, ...]:
    return tuple(
        f"{side}: {flags.with_counts(summary.flags)}"
        for side, summary in ((SideName.BASE, base), (SideName.HEAD, head))
        if summary.flags
    )


def _count_changes(both: Run, reason: str, tolerances: Tolerances) -> Iterator[Change]:
    for pairing in both.plan.pairings:
        if is_counted(pairing):
            why = reason or why_unusable(both, pairing)
            for metric in metrics.compared_metrics(Load.LOCKSTEP):
                if why:
                    yield Change(pairing=pairing, metric=metric, reason=why)
                else:
                    yield count_change(both, pairing, metric, tolerances)
