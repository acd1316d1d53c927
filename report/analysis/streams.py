"""Timings that only some cells record: to the first byte, how unevenly events come, what others wait."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from report.analysis import validity
from report.stats import levels
from report.stats.levels import Level
from results.histogram import Latency
from results.model import Run, Trial

FIRST_BYTE, JITTER, BESIDE = "first_byte", "jitter", "beside"
"""Attributes of a trial that hold these histograms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamTiming:
    """One of these timings, over all trials of a cell that settled and kept their schedule."""

    p50_us: Level | None = None
    """With the relative 95% interval of the trials' own medians."""
    p99_us: Level | None = None
    """None where fewer than 10 samples lie beyond it."""
    curve_q: tuple[float, ...] = ()
    curve_us: tuple[float, ...] = ()
    reason: str = ""
    """Why there is no level."""


def summarise_streams(run: Run, name: str) -> dict[str, StreamTiming]:
    """Timing ``name`` by slug of each cell that records it; empty where none does."""
    trials: dict[str, list[Trial]] = {}
    for trial in run.trials:
        if getattr(trial, name) is not None and not trial.cell.control:
            trials.setdefault(trial.cell.slug, []).append(trial)
    return {slug: _timing(members, name) for slug, members in trials.items()}


def _timing(trials: Iterable[Trial], name: str) -> StreamTiming:
    good = [trial for trial in trials if validity.settled(trial) and not validity.late(trial)]
    if not good:
        return StreamTiming(reason="no trial settled and kept its schedule")
    try:
        parts = [Latency.decode(getattr(trial, name)) for trial in good]
    except ValueError as error:
        return StreamTiming(reason=f"unreadable: {error}")
    merged = Latency.merge(parts)
    q, us = merged.curve()
    return StreamTiming(
        p50_us=_level(merged, parts, 50.0),
        p99_us=_level(merged, parts, 99.0),
        curve_q=tuple(q),
        curve_us=tuple(us),
        reason="" if q else "too few samples",
    )


def _level(merged: Latency, parts: Iterable[Latency], q: float) -> Level | None:
    value = float(merged.shown([q])[0])
    own = [float(part.shown([q])[0]) for part in parts]
    if math.isnan(value):
        return None
    return levels.around(value, [percentile for percentile in own if not math.isnan(percentile)])
