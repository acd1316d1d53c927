"""From a recorded run of two sides to the gate's judgement: a pure function, METHOD sections 6 and 8."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from statistics import median

from report.analysis.gate.judgement import Judgement, Tier
from report.analysis.summary import Metric
from report.analysis.two_sides import checks, matching
from report.analysis.two_sides.changes import Change, cost_change, load_change
from report.analysis.two_sides.correction import UNCONFIRMED, corrected
from report.analysis.two_sides.judged import JudgedChange
from report.analysis.two_sides.matching import COST, CPU, LOAD
from report.analysis.two_sides.tolerances import DEFAULTS, Tolerances
from report.analysis.two_sides.verdict import Word, percent, word
from report.analysis.two_sides.waivers import Waiver
from results.model import GateStage, Pairing, Run, SideName


def judge(run: Run, waivers: Iterable[Waiver] = (), tolerances: Tolerances = DEFAULTS) -> Judgement:
    """What the gate says; "today" of a waiver is the day on which the run was measured (UTC)."""
    given = tuple(waivers)
    today = datetime.fromtimestamp(run.plan.created_unix_s, UTC).date()
    judged = [*corrected(_cost_rows(run, tolerances)), *corrected(_load_rows(run, tolerances))]
    rows = tuple(_waived(row, given, today) for row in judged)
    return Judgement(
        run=run.plan.name,
        base=checks.side(run, SideName.BASE),
        head=checks.side(run, SideName.HEAD),
        machine=run.plan.environment.machine,
        harness=run.plan.environment.harness,
        command=run.plan.setup.command,
        differences=checks.differences(run),
        rows=rows,
        tiers=tuple(_tier(name, rows) for name in dict.fromkeys(row.tier for row in rows)),
        problems=tuple(_problems(run)),
        expired=tuple(each for each in given if each.expired(today)),
        unused=tuple(each for each in given if not _about_any(each, rows)),
    )


def flagged(change: Change, tolerances: Tolerances) -> bool:
    """Whether a screen looks bad enough to be confirmed: p below 0.05, or an estimate that would matter.

    The second half is there for noise: at a deviation of 15% the first alone misses half of all true +10%.
    """
    if change.estimate is None:
        return False
    effects = tolerances.effects[change.metric.name]
    if change.estimate.mean >= math.log1p(effects.least):
        return True
    excluded = change.estimate.upper() < math.log1p(effects.must_not_pass)
    return change.estimate.p_worse() < tolerances.screen_p and not excluded


def _cost_rows(run: Run, tolerances: Tolerances) -> Iterator[JudgedChange]:
    for pairing in run.plan.pairings:
        if matching.counted(pairing):
            reason = checks.unusable(run, pairing)
            change = (
                Change(pairing=pairing, metric=COST, reason=reason)
                if reason
                else cost_change(run, pairing, tolerances)
            )
            yield _row(change, tolerances, decides=True)


def _load_rows(run: Run, tolerances: Tolerances) -> Iterator[JudgedChange]:
    for pairing in run.plan.pairings:
        if not matching.counted(pairing):
            reason = checks.unusable(run, pairing)
            for metric in LOAD:
                if reason:
                    change = Change(pairing=pairing, metric=metric, reason=reason)
                    yield _row(change, tolerances, decides=metric == CPU)
                else:
                    yield _load_row(run, pairing, metric, tolerances)


def _load_row(run: Run, pairing: Pairing, metric: Metric, tolerances: Tolerances) -> JudgedChange:
    """By the confirmation where there is one; a screen alone never says regression."""
    measured = matching.stages(run, pairing)
    first = load_change(
        run, pairing, metric, GateStage.SCREEN if GateStage.SCREEN in measured else GateStage.NONE, tolerances
    )
    decides = metric == CPU
    if GateStage.CONFIRM in measured:
        fresh = load_change(run, pairing, metric, GateStage.CONFIRM, tolerances)
        few = len(matching.matched(run, pairing, GateStage.CONFIRM)) < tolerances.min_pairs
        if not few or not decides:
            return _row(first if few else fresh, tolerances, decides=decides)
    row = _row(first, tolerances, decides=decides)
    if decides and first.stage == GateStage.SCREEN:
        return screened(row, tolerances, sum(not matching.counted(each) for each in run.plan.pairings))
    return row


def screened(row: JudgedChange, tolerances: Tolerances, tested: int) -> JudgedChange:
    """What a screen alone comes to, one of ``tested``: it never says regression.

    Where it would be one if it decided, the gate has not done its work and that never passes; where it only
    looks worse, it is inconclusive.
    """
    bare = replace(row, p=None)
    if row.change.estimate is None or not flagged(row.change, tolerances):
        return bare
    p = min(1.0, tested * row.change.estimate.p_worse())  # Bonferroni: the others are not at hand
    if word(row.change.estimate, row.effects, p=p) == Word.REGRESSION:
        return replace(bare, word=Word.UNMEASURED, said=UNCONFIRMED)
    return replace(bare, word=Word.UNSEEN, inconclusive=True, said=UNCONFIRMED)


def _row(change: Change, tolerances: Tolerances, *, decides: bool) -> JudgedChange:
    return JudgedChange.of(change, tolerances.effects[change.metric.name], decides=decides)


def _waived(row: JudgedChange, waivers: Sequence[Waiver], today: date) -> JudgedChange:
    if not row.decides or row.word != Word.REGRESSION or row.change.estimate is None:
        return row
    worse = percent(row.change.estimate.mean)
    for each in waivers:
        if each.covers(row.change.pairing, row.change.metric.name):
            if each.expired(today):
                row = replace(row, said=f"its waiver expired on {each.expires}")
            elif worse > each.ceiling_percent:
                row = replace(row, said=f"beyond the ceiling of its waiver, {each.ceiling_percent:g}%")
            else:
                return replace(row, word=Word.WAIVED, waiver=each, said=f"waived: {each.reason}")
    return row


def _about_any(waiver: Waiver, rows: Sequence[JudgedChange]) -> bool:
    """Whether it is about a regression that there was, waived or beyond its ceiling."""
    words = {Word.REGRESSION, Word.WAIVED}
    return any(
        row.decides and row.word in words and waiver.covers(row.change.pairing, row.change.metric.name)
        for row in rows
    )


def _tier(name: str, rows: Sequence[JudgedChange]) -> Tier:
    own = [row for row in rows if row.decides and row.tier == name]
    found = [row.change.estimate for row in own if row.change.estimate]
    return Tier(
        name=name,
        cells=len(own),
        noise_percent=_median(each.deviation for each in found),
        visible_percent=_median(each.smallest_visible() for each in found),
    )


def _median(values: Iterable[float]) -> float | None:
    found = list(values)
    return percent(median(found)) if found else None


def _problems(run: Run) -> Iterator[str]:
    """What keeps a run from being judged at all, or in a part that nobody can name."""
    if not run.plan.pairings:
        yield "the run compares no cells: it was not made by `hotlap gate` or `hotlap compare`"
    for problem in run.problems:
        yield f"a line of the record could not be read: {problem}"
    concerned = [each for pairing in run.plan.pairings for each in matching.failures(run, pairing)]
    for failure in run.failures:
        if failure not in concerned:
            name = failure.cell.slug if failure.cell else failure.stack or "the run"
            yield f"{name}: {checks.told(failure)}"
