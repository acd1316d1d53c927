"""What a run says as a whole: all summaries and comparisons, its A/A control, and its own flags."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from report.analysis.contenders import Group, group_contenders
from report.analysis.doubts import Doubt, list_doubts
from report.analysis.flags import CATALOGUE, Flag
from report.analysis.frames import Frames, build_frames
from report.analysis.machine_speed import SpeedRange, speed_range
from report.analysis.metric_types import Metric
from report.analysis.metrics import telling_metric
from report.analysis.patterns.catalogue import explain
from report.analysis.patterns.pattern import Explained
from report.analysis.precision import Precision, assess_precision
from report.analysis.speed_dependence import SpeedDependence, speed_dependence
from report.analysis.summary import Summary, fit_metric, is_reference, summarise, without_reference
from report.analysis.validity import one_cpu
from report.stats import levels
from report.stats.levels import Level
from report.stats.ranking import BLOCKS_TO_RANK
from results.model import Cell, PlanKind, Run

DISTURBED = frozenset({"foreign-work", "steal"})
"""Flags of trials that others disturbed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A cell of the A/A control: the same stack measured twice, whose ratio should be 1."""

    cell: Cell
    """The control's own cell, which has ``control`` set."""
    metric: Metric
    ratio: Level | None
    """Control to original, among what was measured together; None where that never was."""
    ok: bool
    """Whether the interval holds 1, or there is none."""
    confidence: float
    """Of the interval: with several control cells, 95% is for all of them together (Bonferroni)."""

    @property
    def known(self) -> bool:
        """Whether there is an interval to hold 1 or not."""
        return self.ratio is not None and self.ratio.low is not None


def check_controls(summaries: Sequence[Summary]) -> tuple[Control, ...]:
    """One per control cell that has trials; by throughput, or by median latency where that is offered."""
    cells = {summary.cell for summary in summaries}
    controls = [
        summary
        for summary in summaries
        if summary.cell.control and replace(summary.cell, control=False) in cells
    ]
    confidence = 1 - (1 - levels.CONFIDENCE) / max(len(controls), 1)
    return tuple(_control(summaries, control, confidence) for control in controls)


def _control(summaries: Sequence[Summary], control: Summary, confidence: float) -> Control:
    cell, metric = control.cell, telling_metric(control.cell.load)
    together = fit_metric(summaries, metric, control.workload, within_servers=True)
    ratio = together.ratio(cell, replace(cell, control=False), confidence) if together else None
    bounds = (ratio.low, ratio.high) if ratio else (None, None)
    ok = bounds[0] is None or bounds[1] is None or bounds[0] <= 1 <= bounds[1]
    return Control(cell=cell, metric=metric, ratio=ratio, ok=ok, confidence=confidence)


UNTIMED = (PlanKind.COST, PlanKind.LIFECYCLE)
"""Kinds of run that time no load."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusions:
    """All that a page or a terminal says about a run."""

    summaries: tuple[Summary, ...]
    """Of all cells but those of the reference stack."""
    groups: tuple[Group, ...]
    """Frameworks on the same server variant and interface, by throughput."""
    stacks: tuple[Group, ...]
    """Stack against stack, by throughput."""
    controls: tuple[Control, ...]
    flags: tuple[Flag, ...]
    """Flags of the whole run, in the catalogue's order."""
    doubts: tuple[Doubt, ...]
    """Flags of trials, those that most of them carry first."""
    disturbed: int
    """Whole windows that stayed disturbed by foreign work or steal."""
    n_windows: int
    """Whole windows among the trials."""
    repeated: int
    """Attempts that foreign work or steal disturbed, and that were made again."""
    n_trials: int
    problems: tuple[str, ...]
    """Lines and histograms that could not be read."""
    speed: SpeedRange | None = None
    """How much the machine varied; None where nothing took turns."""
    speed_dependence: SpeedDependence | None = None
    """How much ratios depend on that; None where turns are too few to tell."""
    precision: Precision | None = None
    """None where the run was not asked for a precision."""
    reference: tuple[Summary, ...] = ()
    """Of the reference stack, which is shown in histories alone."""
    explained: tuple[Explained, ...] = ()
    """Cells whose numbers fit a pattern with a known cause."""

    @property
    def ratio_change_percent(self) -> Level | None:
        """Of ratios on one server, where the machine is 10% faster or slower."""
        return self.speed_dependence.percent() if self.speed_dependence else None


def conclude(run: Run, frames: Frames | None = None) -> Conclusions:
    """All conclusions from ``run``; ``frames`` are its tables, built where they are not given."""
    frames = frames or build_frames(run)
    everything = summarise(run, frames)
    summaries = without_reference(everything, run.plan)
    aa_controls, precise = check_controls(summaries), assess_precision(run, summaries)
    problems = (*run.problems, *frames.problems)
    kept = {(trial.launch, trial.cell) for trial in run.trials}
    return Conclusions(
        summaries=summaries,
        reference=tuple(summary for summary in everything if is_reference(summary.cell, run.plan)),
        groups=group_contenders(summaries),
        stacks=group_contenders(summaries, kind="stacks"),
        controls=aa_controls,
        flags=_run_flags(run, aa_controls, precise, problems),
        doubts=list_doubts(summaries),
        n_windows=sum(trial.turns is None for trial in run.trials),
        disturbed=int(frames.trials["flags"].map(lambda names: not DISTURBED.isdisjoint(names)).sum()),
        repeated=sum((trial.launch, trial.cell) in kept for trial in run.partial),
        n_trials=len(run.trials),
        problems=problems,
        speed=speed_range(frames.readable, summaries),
        speed_dependence=speed_dependence(frames.readable),
        precision=precise,
        explained=explain(frames.readable, summaries),
    )


BEHIND = 0.1
"""By what share an interpreter may be slower than the fastest build of its version before that is flagged."""


def _run_flags(
    run: Run, controls_found: Iterable[Control], precise: Precision | None, problems: Sequence[str]
) -> tuple[Flag, ...]:
    blocks, timed = {trial.block for trial in run.trials}, run.plan.kind not in UNTIMED
    used_up, environments = len(run.blocks) >= run.plan.setup.blocks, run.plan.environment.frameworks
    holds = {
        "one-cpu": timed and one_cpu(run.plan.setup),
        "control": any(not control.ok for control in controls_found),
        "few-blocks": timed and len(blocks) < BLOCKS_TO_RANK,
        "incomplete": timed and not used_up and not (precise and precise.reached),
        "imprecise": used_up and precise is not None and not precise.reached,
        "slow-interpreter": any(known.behind is None and not known.optimised_build for known in environments),
        "slower-interpreter": any((known.behind or 0.0) > BEHIND for known in environments),
        "unreadable": bool(problems),
    }
    return tuple(flag for name, flag in CATALOGUE.items() if holds.get(name))
