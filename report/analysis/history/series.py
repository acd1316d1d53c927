"""Series over runs: points of one cell by one metric, the seams that cut them, and the steps between."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from report.analysis.history.differences import differences_between, why_cut
from report.analysis.history.extract import METRICS, Measurement, RunExtract
from report.analysis.metric_types import Metric
from report.analysis.metrics import COST
from report.stats.levels import CONFIDENCE, Level, student
from report.stats.steps import find_steps, means_between
from report.stats.two_samples import Estimate
from results.model import Cell, Plan

DAY_S = 86_400.0
COUNTS_VARY = 0.001
"""Deviation of counts of one build from run to run, log scale, at least (docs/method.md, section 6)."""


class Key(NamedTuple):
    """What all points of a series have in common."""

    cell: Cell
    other: Cell | None
    metric: str
    in_turns: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One run of a series."""

    run: int
    """Index of the run in ``History.plans``."""
    level: Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Seam:
    """Where a series is cut: nothing is judged across it."""

    place: int
    """Index of the first point behind it."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A step of a series."""

    place: int
    """Index of the first point behind it."""
    ratio: Level
    """Mean behind it to mean before it, each up to the next step or seam, with its 95% interval."""
    since: int
    """Points behind it, up to the next step or seam."""
    differences: tuple[str, ...]
    """What is recorded to differ between the runs on both sides of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One cell by one metric, over the runs that measured it."""

    key: Key
    points: tuple[Point, ...]
    seams: tuple[Seam, ...] = ()
    changes: tuple[Change, ...] = ()
    means: tuple[float, ...] = ()
    """Geometric mean of the points between each two seams or steps."""
    deviation: float | None = None
    """What its last stretch varies by from run to run, as a share; None: of one point."""

    @property
    def metric(self) -> Metric:
        """What it is of."""
        return METRICS[self.key.metric]

    @property
    def edges(self) -> tuple[int, ...]:
        """Places of seams and steps, rising; ``means`` are between them."""
        return tuple(
            sorted([*(seam.place for seam in self.seams), *(change.place for change in self.changes)])
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All series of some runs."""

    plans: tuple[Plan, ...]
    """Of the runs, the oldest first, without cells."""
    series: tuple[Series, ...]


class LatestChange(NamedTuple):
    """A step with the series that has it."""

    series: Series
    change: Change

    @property
    def run(self) -> int:
        """Index of the first run behind it."""
        return self.series.points[self.change.place].run


def build_history(extracts: Iterable[RunExtract]) -> History:
    """Series of ``extracts``, in any order; of two of a run the last counts, of one without numbers none."""
    by_run = {
        (extract.plan.created_unix_s, extract.plan.name): extract
        for extract in extracts
        if extract.measurements
    }
    ordered = [by_run[key] for key in sorted(by_run)]
    plans = tuple(extract.plan for extract in ordered)
    points: dict[Key, list[Point]] = {}
    for run, extract in enumerate(ordered):
        for measurement in extract.measurements:
            if measurement.metric in METRICS and measurement.value > 0:
                points.setdefault(_key(measurement), []).append(Point(run=run, level=_level(measurement)))
    series = [_series(key, own, plans) for key, own in points.items()]
    return History(plans=plans, series=tuple(sorted(series, key=_order)))


def latest_changes(history: History, days: float = math.inf) -> tuple[LatestChange, ...]:
    """Steps within so many days of the newest run, the newest first and the largest first of a run."""
    times = [plan.created_unix_s for plan in history.plans]
    since = max(times, default=0.0) - days * DAY_S
    changes = [
        LatestChange(series, change)
        for series in history.series
        for change in series.changes
        if times[series.points[change.place].run] >= since
    ]
    return tuple(sorted(changes, key=lambda latest: (-latest.run, -abs(math.log(latest.change.ratio.value)))))


def _key(measurement: Measurement) -> Key:
    return Key(measurement.cell, measurement.other, measurement.metric, measurement.in_turns)


def _level(measurement: Measurement) -> Level:
    return Level(value=measurement.value, low=measurement.low, high=measurement.high, n=measurement.n)


def _order(series: Series) -> tuple[object, ...]:
    """By scenario and what is measured; within them by server and framework."""
    cell, metrics = series.key.cell, list(METRICS)
    return (cell.scenario, metrics.index(series.key.metric), cell.server, cell.slug, str(series.key))


def _series(key: Key, points: Sequence[Point], plans: Sequence[Plan]) -> Series:
    seams = tuple(_seams(key, points, plans))
    stretches = [*pairwise((0, *(seam.place for seam in seams), len(points)))]
    logs = [math.log(point.level.value) for point in points]
    changes: list[Change] = []
    deviation = None
    for start, end in stretches:
        steps = find_steps(logs[start:end], least_deviation=_least_deviation(key, points[start:end]))
        places = [start + step.place for step in steps]
        deviation = _deviation(logs[start:end], [step.place for step in steps])
        changes += [
            Change(
                place=place,
                ratio=_ratio(step.estimate),
                since=behind - place,
                differences=_differences(key, points, place, plans),
            )
            for step, place, behind in zip(steps, places, [*places, end][1:], strict=True)
        ]
    edges = sorted([*(seam.place for seam in seams), *(change.place for change in changes)])
    return Series(
        key=key,
        points=tuple(points),
        seams=seams,
        changes=tuple(changes),
        means=tuple(map(math.exp, means_between(logs, edges))),
        deviation=deviation,
    )


def _seams(key: Key, points: Sequence[Point], plans: Sequence[Plan]) -> Iterator[Seam]:
    for place, (before, after) in enumerate(pairwise(points), start=1):
        reason = why_cut(plans[before.run], plans[after.run], key.cell, key.other)
        if reason:
            yield Seam(place=place, reason=reason)


def _differences(key: Key, points: Sequence[Point], place: int, plans: Sequence[Plan]) -> tuple[str, ...]:
    before, after = (plans[point.run] for point in points[place - 1 : place + 1])
    return differences_between(before, after, (key.cell, key.other))


def _least_deviation(key: Key, points: Sequence[Point]) -> float:
    """A series varies at least as much as the intervals of its points say."""
    least = COUNTS_VARY if key.metric == COST.name else 0.0
    errors = [
        math.log(point.level.high / point.level.low) / (2 * student(CONFIDENCE, max(point.level.n - 1, 1)))
        for point in points
        if point.level.low and point.level.high
    ]
    return max(least, math.sqrt(sum(error**2 for error in errors) / len(errors)) if errors else 0.0)


def _deviation(logs: Sequence[float], places: Sequence[int]) -> float | None:
    """Deviation of single values about the means between steps."""
    edges = [0, *places, len(logs)]
    means = means_between(logs, places)
    squares = sum(
        (value - mean) ** 2
        for mean, (start, end) in zip(means, pairwise(edges), strict=True)
        for value in logs[start:end]
    )
    freedom = len(logs) - len(means)
    return math.sqrt(squares / freedom) if freedom > 0 else None


def _ratio(estimate: Estimate) -> Level:
    low, high = map(math.exp, estimate.bounds())
    return Level(value=math.exp(estimate.mean), low=low, high=high, n=estimate.n)
