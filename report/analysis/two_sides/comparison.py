"""Two sides compared: those of one run, pair by pair, or two recorded runs, cell by cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from report.analysis import flags
from report.analysis.summary import Metric, Summary, summarise
from report.analysis.two_sides import checks, matching
from report.analysis.two_sides.changes import Change, cost_change, filled, load_change
from report.analysis.two_sides.checks import unusable
from report.analysis.two_sides.correction import corrected
from report.analysis.two_sides.judged import JudgedChange
from report.analysis.two_sides.matching import COST, CPU, LOAD, P99_REQUESTS
from report.analysis.two_sides.tolerances import DEFAULTS, Tolerances
from report.stats.two_samples import unpaired
from results.model import Cell, GateStage, Load, Pairing, Run, SideName

_MACHINE = ("cpu_model", "logical_cpus", "container")
_SETUP = ("threads", "backlog", "keep_alive_s", "url")


class CompareError(ValueError):
    """These runs are not to be compared with each other; the message says what to do instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What is said of two sides."""

    base: str
    """In words, or the run's name."""
    head: str
    how: str
    """What the differences rest on, in words."""
    differences: tuple[str, ...]
    """Between the environments of the two sides."""
    rows: tuple[JudgedChange, ...]
    left_out: tuple[str, ...] = ()
    """What was measured on one side only, or could not be read, in words."""

    def exit_code(self) -> int:
        """3 where a cell has nothing to show, else 0: a comparison decides nothing."""
        cells = {matching.title(row.change.pairing) for row in self.rows}
        shown = {matching.title(row.change.pairing) for row in self.rows if row.change.estimate}
        return 0 if cells and cells == shown else 3


def compare_sides(run: Run, tolerances: Tolerances = DEFAULTS) -> Compared:
    """The two sides of a run of kind ``compare`` or ``gate``."""
    rows = [row for pairing in run.plan.pairings for row in _of_pairing(run, pairing, tolerances)]
    return Compared(
        base=checks.side(run, SideName.BASE).title,
        head=checks.side(run, SideName.HEAD).title,
        how="launch pairs in balanced random order; a bias of place is taken out",
        differences=checks.differences(run),
        rows=tuple(corrected(rows)),
        left_out=tuple(_unread(run)),
    )


def compare_runs(base: Run, head: Run, tolerances: Tolerances = DEFAULTS) -> Compared:
    """Two recorded runs of kind ``run`` or ``cost``, cell by cell; CompareError where nothing can be held."""
    for run in (base, head):
        if run.plan.pairings:
            raise CompareError(f"{run.plan.name} is a comparison itself: give it alone, without another run")
    common, alone = _common(base, head)
    if not common:
        names = f"{base.plan.name} and {head.plan.name}"
        raise CompareError(f"{names} have no cell in common: compare runs of the same selection")
    both = _as_one(base, head, common)
    reason = _apart(base, head)
    changes = [*_loads(base, head, common, reason), *_counts(both, reason, tolerances)]
    return Compared(
        base=base.plan.name,
        head=head.plan.name,
        how="two runs, one after the other: what changed on the machine in between counts as a difference",
        differences=(*_circumstances(base, head), *checks.differences(both)),
        rows=tuple(corrected(_row(change, tolerances) for change in changes)),
        left_out=(*alone, *_unread(base), *_unread(head)),
    )


def _unread(run: Run) -> Iterator[str]:
    yield from (f"{run.plan.name}: a line could not be read: {problem}" for problem in run.problems)


def _of_pairing(run: Run, pairing: Pairing, tolerances: Tolerances) -> Iterator[JudgedChange]:
    reason = unusable(run, pairing)
    for metric in (COST,) if matching.counted(pairing) else LOAD:
        if reason:
            change = Change(pairing=pairing, metric=metric, reason=reason)
        elif metric == COST:
            change = cost_change(run, pairing, tolerances)
        else:
            change = load_change(run, pairing, metric, _stage(run, pairing), tolerances)
        yield _row(change, tolerances)


def _stage(run: Run, pairing: Pairing) -> GateStage:
    """The best that there is: a confirmation, which is free of the screen's choice of what looks bad."""
    measured = matching.stages(run, pairing)
    return next(
        (stage for stage in (GateStage.CONFIRM, GateStage.SCREEN) if stage in measured), GateStage.NONE
    )


def _row(change: Change, tolerances: Tolerances) -> JudgedChange:
    decides = change.metric in {COST, CPU}
    return JudgedChange.of(change, tolerances.effects[change.metric.name], decides=decides)


def _common(base: Run, head: Run) -> tuple[list[Cell], list[str]]:
    """Cells of both runs, in head's order; and in words those of one alone."""
    one, other = (dict.fromkeys(cell for cell in run.plan.cells if not cell.control) for run in (base, head))
    alone = [f"{cell.slug}: only in {base.plan.name}" for cell in one if cell not in other]
    alone += [f"{cell.slug}: only in {head.plan.name}" for cell in other if cell not in one]
    return [cell for cell in other if cell in one], alone


def _as_one(base: Run, head: Run, common: Iterable[Cell]) -> Run:
    """Both as the two sides of one run."""
    frameworks = tuple(
        replace(each, side=side)
        for side, run in ((SideName.BASE, base), (SideName.HEAD, head))
        for each in run.plan.environment.frameworks
    )
    environment = replace(head.plan.environment, frameworks=frameworks)
    pairings = tuple(Pairing(base=cell, head=cell) for cell in common)
    plan = replace(head.plan, environment=environment, pairings=pairings)
    return replace(matching.as_sides(base, head), plan=plan)


def _apart(base: Run, head: Run) -> str:
    """Why nothing may be held against each other: another machine or another way of running servers."""
    for what, names, (one, other) in (
        ("machine", _MACHINE, (base.plan.environment.machine, head.plan.environment.machine)),
        ("configuration", _SETUP, (base.plan.setup, head.plan.setup)),
    ):
        for name in names:
            values = getattr(one, name), getattr(other, name)
            if values[0] != values[1]:
                shown = f"{name} is {values[0]} in {base.plan.name} and {values[1]} in {head.plan.name}"
                return f"{what} changed: {shown}; measure both sides anew with `hotlap compare --base --head`"
    return ""


def _circumstances(base: Run, head: Run) -> Iterator[str]:
    """What else was not the same, and may be part of the differences."""
    for name in ("warmup_s", "window_s", "server_cpus", "generator_cpus", "generators"):
        one, other = getattr(base.plan.setup, name), getattr(head.plan.setup, name)
        if one != other:
            yield f"{name} {one} -> {other}"
    for name in ("kernel", "system", "governor"):
        one, other = (getattr(run.plan.environment.machine, name) for run in (base, head))
        if one != other:
            yield f"{name} {one} -> {other}"


def _loads(base: Run, head: Run, common: Sequence[Cell], reason: str) -> Iterator[Change]:
    one, other = ({each.cell: each for each in summarise(run)} for run in (base, head))
    for cell in common:
        if cell.load == Load.LOCKSTEP:
            continue
        for metric in LOAD:
            if metric.name != "throughput_rps" or cell.load == Load.CLOSED:
                yield _load(one[cell], other[cell], metric, reason)


def _load(base: Summary, head: Summary, metric: Metric, reason: str) -> Change:
    pairing = Pairing(base=base.cell, head=head.cell)
    empty = Change(pairing=pairing, metric=metric, unit="block", notes=_flagged(base, head))
    why = reason or _incomparable(base, head, metric)
    if why:
        return replace(empty, reason=why)
    one, other = ([*each.measures[metric.name].by_block.values()] for each in (base, head))
    estimate = unpaired(other, one) if metric.higher_is_better else unpaired(one, other)
    if estimate is None:
        return replace(empty, reason="fewer than two blocks: no spread, no claim")
    return filled(empty, estimate, (one, other))


def _incomparable(base: Summary, head: Summary, metric: Metric) -> str:
    for side, each in ((SideName.BASE, base), (SideName.HEAD, head)):
        if reason := each.reason(metric.name):
            return f"{side}: {reason}"
        if metric.name == "p99_us" and each.requests < P99_REQUESTS * each.n_trials:
            return f"fewer than {P99_REQUESTS:,} requests a trial say nothing of p99"
    return ""


def _flagged(base: Summary, head: Summary) -> tuple[str, ...]:
    return tuple(
        f"{side}: {flags.with_counts(each.flags)}"
        for side, each in ((SideName.BASE, base), (SideName.HEAD, head))
        if each.flags
    )


def _counts(both: Run, reason: str, tolerances: Tolerances) -> Iterator[Change]:
    for pairing in both.plan.pairings:
        if matching.counted(pairing):
            why = reason or unusable(both, pairing)
            if why:
                yield Change(pairing=pairing, metric=COST, reason=why)
            else:
                yield cost_change(both, pairing, tolerances)
