"""Sentences about series over runs, which page and terminal share."""

from __future__ import annotations

from collections.abc import Mapping

from report import fmt
from report.analysis.history.series import History, LatestChange, Series, latest_changes
from report.analysis.metrics import COST, P99
from report.analysis.workload import workload_of
from report.stats.levels import Level
from report.stats.steps import VALUES_AFTER, VALUES_BEFORE
from report.views import words
from results.model import IN_PROCESS, Cell, Load, Plan

LATELY_DAYS = 30
"""Days before the newest run that "lately" goes back."""
RUNS_TO_JUDGE = VALUES_BEFORE + VALUES_AFTER
"""Least runs of a series, behind its last seam, that can show a step."""
NOTHING_RECORDED = "nothing that is recorded"
"""Said of two runs that differ in nothing but the time."""
BY_CHANCE_PERCENT = 2.0
"""Share of series of 100 runs without a step that show one, at most (`tests.benchmarks.change_points`)."""


def headline(history: History) -> str:
    """What a person would say of the history."""
    runs, series = len(history.plans), len(history.series)
    if not series:
        return f"{fmt.counted(runs, 'run')} without a number that a series could be made of"
    if runs < 2:  # noqa: PLR2004 - a series begins with two
        return "One run so far: a history begins with the second"
    counted = f"{fmt.counted(series, 'series', 'series')} over {fmt.counted(runs, 'run')}"
    if not any(is_judged(own) for own in history.series):
        return f"{counted}: too few to tell steps from chance, {RUNS_TO_JUDGE} of one machine are needed"
    lately = latest_changes(history, LATELY_DAYS)
    if not lately:
        return f"{counted}: no step within {LATELY_DAYS} days"
    changed = len({change.series.key for change in lately})
    return f"{counted}: {changed} of them changed within {LATELY_DAYS} days"


def is_judged(series: Series) -> bool:
    """Whether it is long enough behind its last seam to show a step."""
    begin = series.seams[-1].place if series.seams else 0
    return len(series.points) - begin >= RUNS_TO_JUDGE


def by_chance(history: History) -> str:
    """How many of the series show a step where none is; empty where none could."""
    judged = sum(map(is_judged, history.series))
    if not judged:
        return ""
    expected = judged * BY_CHANCE_PERCENT / 100
    return (
        f"By chance alone at most {BY_CHANCE_PERCENT:g}% of series show a step: {fmt.number(expected, 2)} of "
        f"the {judged:,} here that are long enough."
    )


def stack_name(cell: Cell, titles: Mapping[str, str]) -> str:
    """A cell's framework and server for the reader."""
    title = titles.get(cell.framework, cell.framework)
    python = f", Python {cell.python}" if cell.python else ""
    return (
        f"{title}, in process{python}" if cell.server == IN_PROCESS else f"{title} on {cell.server}{python}"
    )


def asked(series: Series) -> str:
    """The load of a series in words."""
    cell = series.key.cell
    if cell.load == Load.LOCKSTEP:
        return "counted in lock-step"
    return words.load(workload_of(cell, in_turns=series.key.in_turns))


def measured(series: Series, titles: Mapping[str, str]) -> str:
    """What the numbers of a series are."""
    if series.key.metric == COST.name:
        return "instructions per request"
    other = stack_name(series.key.other, titles) if series.key.other else ""
    noun = "99th percentile of latency" if series.key.metric == P99.name else series.metric.noun
    return f"{noun} as a ratio to {other}"


def short_measured(series: Series) -> str:
    """The same where there is little room."""
    return {COST.name: "instructions", P99.name: "99th percentile"}.get(series.key.metric, series.metric.noun)


def value(level: Level, series: Series) -> str:
    """A point of a series without its interval."""
    return fmt.number(level.value) if series.key.metric == COST.name else f"{level.value:.3f}×"


def change(ratio: Level) -> str:
    """``−6.2% (−7.1% to −5.3%)``."""
    low, high = (_percent(bound) for bound in (ratio.low, ratio.high))
    interval = f" ({low} to {high})" if ratio.low and ratio.high else ""
    return f"{_percent(ratio.value)}{interval}"


def short_change(ratio: Level) -> str:
    """``−6.2%``."""
    return _percent(ratio.value)


def date(plan: Plan) -> str:
    """The day on which a run was planned, UTC."""
    return fmt.moment(plan.created_unix_s, "%Y-%m-%d")


def where(latest: LatestChange, history: History) -> str:
    """Between which two runs a step is."""
    before = latest.series.points[latest.change.place - 1].run
    plans = history.plans
    return f"between {plans[before].name} and {plans[latest.run].name}"


def _percent(value: float | None) -> str:
    if value is None:
        return ""
    percent = 100 * (value - 1)
    digits = 1 if abs(percent) >= 1 else 2
    return f"{'−' if percent < 0 else '+'}{abs(percent):.{digits}f}%"
