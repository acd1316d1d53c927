"""From a recorded run of two sides to the gate's judgement: a pure function (docs/method.md, section 6)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from statistics import median

from report.analysis import metrics
from report.analysis.gate.judgement import Judgement, Tier
from report.analysis.two_sides.changes import Change, count_change, load_change
from report.analysis.two_sides.configuration import (
    environment_differences,
    failure_text,
    side_named,
    why_unusable,
)
from report.analysis.two_sides.deciding import Deciding, deciding_metrics
from report.analysis.two_sides.judged_changes import UNCONFIRMED, JudgedChange, corrected
from report.analysis.two_sides.pairings import failures, is_counted, is_lack, matched_trials, stages
from report.analysis.two_sides.tolerances import DEFAULTS, Tolerances
from report.analysis.two_sides.verdicts import Verdict, percent_change, verdict_of
from report.analysis.two_sides.waivers import Waiver
from results.model import GateStage, Pairing, Run, SideName


def judge(run: Run, waivers: Iterable[Waiver] = (), tolerances: Tolerances = DEFAULTS) -> Judgement:
    """What the gate says; "today" of a waiver is the day on which the run was measured (UTC)."""
    waivers = tuple(waivers)
    today = datetime.fromtimestamp(run.plan.created_unix_s, UTC).date()
    judged = [*corrected(_count_rows(run, tolerances)), *corrected(_load_rows(run, tolerances))]
    rows = tuple(_waived(row, waivers, today) for row in judged)
    return Judgement(
        run=run.plan.name,
        base=side_named(run, SideName.BASE),
        head=side_named(run, SideName.HEAD),
        machine=run.plan.environment.machine,
        harness=run.plan.environment.harness,
        command=run.plan.setup.command,
        differences=environment_differences(run),
        rows=rows,
        tiers=tuple(_tier(name, rows) for name in dict.fromkeys(row.tier for row in rows)),
        problems=tuple(_problems(run)),
        expired=tuple(waiver for waiver in waivers if waiver.expired(today)),
        unused=tuple(waiver for waiver in waivers if not _about_any(waiver, rows)),
    )


def is_suspicious(change: Change, tolerances: Tolerances) -> bool:
    """Whether a screen looks bad enough to be confirmed.

    Also where it excludes what must not pass: less than that is to be found as well.
    """
    screen_p = tolerances.effects_of(change.metric).screen_p
    return change.estimate is not None and change.estimate.p_worse() < screen_p


def screened(row: JudgedChange, tolerances: Tolerances, tested: int) -> JudgedChange:
    """What a screen alone comes to, one of ``tested``: it never says regression.

    Where it would be one if it decided, the gate has not done its work and that never passes; where it only
    looks worse, it is inconclusive.
    """
    bare = replace(row, p=None)
    if row.change.estimate is None or not is_suspicious(row.change, tolerances):
        return bare
    p = min(1.0, tested * row.change.estimate.p_worse())  # Bonferroni: the others are not at hand
    if verdict_of(row.change.estimate, row.effects, p=p) == Verdict.REGRESSION:
        return replace(bare, verdict=Verdict.UNMEASURED, said=UNCONFIRMED)
    return replace(bare, verdict=Verdict.UNSEEN, inconclusive=True, said=UNCONFIRMED)


def _count_rows(run: Run, tolerances: Tolerances) -> Iterator[JudgedChange]:
    for pairing in run.plan.pairings:
        if is_counted(pairing):
            reason, deciding = why_unusable(run, pairing), Deciding(names=frozenset({metrics.COST.name}))
            for metric in metrics.compared_metrics(pairing.head.load):
                if reason:
                    change = Change(pairing=pairing, metric=metric, reason=reason)
                else:
                    change = count_change(run, pairing, metric, tolerances)
                yield JudgedChange.from_change(change, tolerances.effects_of(metric), deciding)


def _load_rows(run: Run, tolerances: Tolerances) -> list[JudgedChange]:
    """By the confirmation where there is one; a screen alone never says regression."""
    rows = [
        row
        for pairing in run.plan.pairings
        if not is_counted(pairing)
        for row in _rows_of_load(run, pairing, tolerances)
    ]
    tested = sum(row.decides for row in rows)
    return [
        screened(row, tolerances, tested) if row.decides and row.change.stage == GateStage.SCREEN else row
        for row in rows
    ]


def _rows_of_load(run: Run, pairing: Pairing, tolerances: Tolerances) -> Iterator[JudgedChange]:
    reason, stage = why_unusable(run, pairing), stage_to_judge(run, pairing, tolerances)
    deciding = deciding_metrics(run, pairing, stage, tolerances)
    for metric in metrics.compared_metrics(pairing.head.load):
        if reason:
            change = Change(pairing=pairing, metric=metric, reason=reason)
        else:
            change = load_change(run, pairing, metric, stage, tolerances)
            if change.estimate is None and stage == GateStage.CONFIRM:
                screen = load_change(run, pairing, metric, GateStage.SCREEN, tolerances)
                change = screen if screen.estimate else change
        yield JudgedChange.from_change(change, tolerances.effects_of(metric), deciding)


def stage_to_judge(run: Run, pairing: Pairing, tolerances: Tolerances) -> GateStage:
    """The confirmation where it has pairs enough, else the screen; none in a comparison without a gate."""
    measured = stages(run, pairing)
    if len(matched_trials(run, pairing, GateStage.CONFIRM)) >= tolerances.min_pairs:
        return GateStage.CONFIRM
    return GateStage.SCREEN if measured & {GateStage.SCREEN, GateStage.CONFIRM} else GateStage.NONE


def _waived(row: JudgedChange, waivers: Sequence[Waiver], today: date) -> JudgedChange:
    if not row.decides or row.verdict != Verdict.REGRESSION or row.change.estimate is None:
        return row
    worse = percent_change(row.change.estimate.mean)
    for waiver in waivers:
        if waiver.covers(row.change.pairing, row.change.metric.name):
            if waiver.expired(today):
                row = replace(row, said=f"its waiver expired on {waiver.expires}")
            elif worse > waiver.ceiling_percent:
                row = replace(row, said=f"beyond the ceiling of its waiver, {waiver.ceiling_percent:g}%")
            else:
                return replace(row, verdict=Verdict.WAIVED, waiver=waiver, said=f"waived: {waiver.reason}")
    return row


def _about_any(waiver: Waiver, rows: Sequence[JudgedChange]) -> bool:
    """Whether it is about a regression that there was, waived or beyond its ceiling."""
    words = {Verdict.REGRESSION, Verdict.WAIVED}
    return any(
        row.decides and row.verdict in words and waiver.covers(row.change.pairing, row.change.metric.name)
        for row in rows
    )


def _tier(name: str, rows: Sequence[JudgedChange]) -> Tier:
    deciding = [row for row in rows if row.decides and row.tier == name]
    estimates = [row.change.estimate for row in deciding if row.change.estimate]
    return Tier(
        name=name,
        cells=len(deciding),
        noise_percent=_median_percent([estimate.deviation for estimate in estimates]),
        visible_percent=_median_percent([estimate.smallest_visible() for estimate in estimates]),
    )


def _median_percent(log_differences: Sequence[float]) -> float | None:
    return percent_change(median(log_differences)) if log_differences else None


def _problems(run: Run) -> Iterator[str]:
    """What keeps a run from being judged at all, or in a part that nobody can name."""
    if not run.plan.pairings:
        yield "the run compares no cells: it was not made by `hotlap gate` or `hotlap compare`"
    for problem in run.problems:
        yield f"a line of the record could not be read: {problem}"
    concerned = [failure for pairing in run.plan.pairings for failure in failures(run, pairing)]
    for failure in run.failures:
        if is_lack(failure) and failure not in concerned:
            name = failure.cell.slug if failure.cell else failure.stack or "the run"
            yield f"{name}: {failure_text(failure)}"
