"""What a run says of each cell: levels with intervals, merged latencies, flags, or why there is nothing."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from report.analysis.flags import CATALOGUE, Flag
from report.analysis.frames import PERCENTILES, Frames, build
from report.analysis.validity import SATURATED
from report.analysis.workload import shares
from report.stats import levels
from report.stats.levels import Level
from results.histogram import Latency
from results.model import Cell, Failure, Load, Run

"""Load of a cell that is counted: one request after the other on one connection."""
SERVED_SHARE = 0.95
"""An open load of which less is answered within the window is more than the stack can serve."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """What is compared."""

    name: str
    title: str
    unit: str
    higher_is_better: bool = False
    best: str
    """What the one that is best in it is called."""
    noun: str
    """Its name within a sentence."""


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric(
            name="throughput_rps",
            title="Throughput",
            unit="requests/s",
            higher_is_better=True,
            best="fastest",
            noun="throughput",
        ),
        Metric(
            name="cpu_us_per_request",
            title="CPU per request",
            unit="us",
            best="leanest",
            noun="CPU per request",
        ),
        Metric(name="p50_us", title="Median latency", unit="us", best="quickest", noun="median latency"),
        Metric(
            name="p99_us",
            title="99th percentile of latency",
            unit="us",
            best="quickest",
            noun="99th percentile",
        ),
        Metric(name="memory_mib", title="Memory", unit="MiB", best="smallest", noun="memory"),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricSummary:
    """One metric of one cell."""

    level: Level | None = None
    """Geometric mean over blocks (of percentiles: of the merged histogram) with its 95% interval."""
    reason: str = ""
    """Why there is no level, as text for the reader."""
    by_block: Mapping[int, float] = field(default_factory=dict)
    """The trials' own values by block: the dots of a chart."""

    @property
    def comparable(self) -> bool:
        """Whether there is a level that blocks can be compared by."""
        return self.level is not None and bool(self.by_block)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Everything that was found out about one cell."""

    cell: Cell
    n_trials: int = 0
    n_blocks: int = 0
    requests: int = 0
    measures: Mapping[str, MetricSummary] = field(default_factory=dict)
    """By the names of ``METRICS``, always all of them."""
    curve_q: tuple[float, ...] = ()
    """Percentiles of the merged histogram, evenly spaced on a 1/(1-p) axis, cut where samples end."""
    curve_us: tuple[float, ...] = ()
    utilisation: float | None = None
    """Median over trials."""
    errors: Mapping[str, int] = field(default_factory=dict)
    """Count by kind over all trials."""
    error_example: str = ""
    flags: tuple[tuple[Flag, int], ...] = ()
    """Each flag with the number of trials that carry it, in the catalogue's order."""
    overloaded: bool = False
    """Open load that was not served: waiting lines grew, and latency tells the length of the window."""
    gap: str = ""
    """Why there is no trial at all; empty where there is one."""

    def level(self, metric: str) -> Level | None:
        """Level of a metric, or None; ``reason`` says why."""
        return self.measures[metric].level

    def reason(self, metric: str) -> str:
        """Why a metric has no level; empty where it has one."""
        return self.measures[metric].reason


def summarise(run: Run, frames: Frames | None = None) -> tuple[Summary, ...]:
    """One summary per cell of the plan and per cell that a trial or a failure names, in that order.

    Cells in lock-step are counted, not timed: they are the business of ``report.analysis.costs``.
    """
    frames = frames or build(run)
    rows = {str(slug): part for slug, part in frames.trials.groupby("cell", sort=False)}
    failed = {failure.cell for failure in run.failures if failure.cell}
    cells = dict.fromkeys((*run.plan.cells, *(trial.cell for trial in run.trials), *sorted_cells(failed)))
    trouble, shared = _errors(run), shares(run)
    return tuple(
        _summary(
            cell,
            rows[cell.slug],
            frames.latency.get(cell.slug),
            trouble.get(cell.slug, ({}, "")),
            shared.get(cell),
        )
        if cell.slug in rows
        else _absent(cell, why_absent(cell, run.failures))
        for cell in cells
        if cell.load != Load.LOCKSTEP
    )


def sorted_cells(cells: Iterable[Cell]) -> list[Cell]:
    """By slug."""
    return sorted(cells, key=lambda cell: cell.slug)


def _errors(run: Run) -> dict[str, tuple[dict[str, int], str]]:
    """By cell: errors by kind, and the first example."""
    found: dict[str, tuple[Counter[str], list[str]]] = {}
    for trial in run.trials:
        if trial.errors:
            kinds, examples = found.setdefault(trial.cell.slug, (Counter(), []))
            kinds.update(trial.errors)
            examples.append(trial.error_example)
    return {
        slug: (dict(sorted(kinds.items())), next((each for each in examples if each), ""))
        for slug, (kinds, examples) in found.items()
    }


def why_absent(cell: Cell, failures: Sequence[Failure]) -> str:
    """The last failure that explains why a cell has no trial."""
    about = [each for each in failures if each.cell == cell or (not each.cell and each.stack == cell.stack)]
    if not about:
        return "not measured: the run ended before it"
    return f"not measured ({about[-1].stage}): {about[-1].message}"


def _absent(cell: Cell, gap: str) -> Summary:
    return Summary(cell=cell, measures={name: MetricSummary(reason=gap) for name in METRICS}, gap=gap)


def _summary(
    cell: Cell,
    rows: pd.DataFrame,
    latency: Latency | None,
    errors: tuple[dict[str, int], str],
    own_share: float | None,
) -> Summary:
    measures = {
        "throughput_rps": _by_blocks(rows, "throughput_rps", "no right answer"),
        "cpu_us_per_request": _cpu(cell, rows, own_share),
        "p50_us": _percentile(rows, latency, "p50_us"),
        "p99_us": _percentile(rows, latency, "p99_us"),
        "memory_mib": _by_blocks(rows, "memory_mib", "not readable on this machine"),
    }
    curve_q, curve_us = latency.curve() if latency else ([], [])
    utilisation = float(rows["utilisation"].median())
    return Summary(
        cell=cell,
        n_trials=len(rows),
        n_blocks=int(rows["block"].nunique()),
        requests=int(rows["requests"].sum()),
        measures=measures,
        curve_q=tuple(curve_q),
        curve_us=tuple(curve_us),
        utilisation=None if math.isnan(utilisation) else utilisation,
        errors=errors[0],
        error_example=errors[1],
        flags=_count(rows["flags"]),
        overloaded=bool(rows["requests"].sum() < SERVED_SHARE * rows["due"].sum()),
    )


def _count(flags: Iterable[tuple[str, ...]]) -> tuple[tuple[Flag, int], ...]:
    counts = Counter(name for names in flags for name in names)
    return tuple((flag, counts[name]) for name, flag in CATALOGUE.items() if counts[name])


def _values(rows: pd.DataFrame, column: str) -> dict[int, float]:
    """Positive values by block."""
    pairs = zip(rows["block"].tolist(), rows[column].tolist(), strict=True)
    return {int(block): float(value) for block, value in sorted(pairs) if value > 0}


def _by_blocks(rows: pd.DataFrame, column: str, reason: str) -> MetricSummary:
    values = _values(rows, column)
    level = levels.level(list(values.values()))
    return MetricSummary(level=level, reason="" if level else reason, by_block=values)


def _cpu(cell: Cell, rows: pd.DataFrame, own_share: float | None) -> MetricSummary:
    """CPU per request, comparable only at equal load: saturated, or at an equal absolute open rate."""
    measure = _by_blocks(rows, "cpu_us_per_request", "CPU time of the server was not readable")
    if cell.load != Load.CLOSED:
        if own_share is None:
            return measure
        return MetricSummary(reason="compared only at an equal rate", by_block=measure.by_block)
    if measure.level and rows["occupied"].median() < SATURATED:
        busy = rows["utilisation"].median()
        reason = f"server only {100 * busy:.0f}% busy; compared only from {100 * SATURATED:.0f}%"
        return MetricSummary(reason=reason, by_block=measure.by_block)
    return measure


def _percentile(rows: pd.DataFrame, latency: Latency | None, column: str) -> MetricSummary:
    """Of the merged histogram; the relative interval is that of the trials' own percentiles."""
    settled = rows[rows["settled"] & ~rows["late"]]
    if 2 * rows["late"].sum() >= len(rows):
        return MetricSummary(reason="invalid: the generator sent over 1% of the arrivals late")
    if 2 * len(settled) <= len(rows):
        cycle, window = rows["cycle_s"].median(), rows["window_s"].median()
        return MetricSummary(reason=f"not settled: N/X = {cycle:.2g} s, the window was {window:.2g} s")
    values = _values(settled, column)
    merged = float(latency.shown([PERCENTILES[column]])[0]) if latency else float("nan")
    if math.isnan(merged):
        return MetricSummary(reason="too few samples beyond it", by_block=values)
    return MetricSummary(level=levels.around(merged, list(values.values())), by_block=values)
