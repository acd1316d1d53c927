"""Of ``hotlap history --json``."""

from __future__ import annotations

from typing import TypedDict


class HistoryPointJson(TypedDict):
    """One run of a series."""

    run: str
    value: float
    low: float | None
    """Ends of the 95% interval; None: the run has too few blocks for one."""
    high: float | None


class HistorySeamJson(TypedDict):
    """Where a series is cut: nothing is judged across it."""

    run: str
    """The first behind it."""
    reason: str


class HistoryStepJson(TypedDict):
    """Where the mean of a series changed."""

    run: str
    """The first behind it."""
    ratio: float
    """Mean behind it to mean before it."""
    low: float | None
    """Ends of the 95% interval of ``ratio``."""
    high: float | None
    runs_since: int
    differences: list[str]
    """All that is recorded to differ between the runs on both sides of it."""


class HistorySeriesJson(TypedDict):
    """One cell by one metric over the runs that measured it."""

    cell: str
    relative_to: str | None
    """Slug of the cell that values are ratios to; None: they are absolute."""
    metric: str
    points: list[HistoryPointJson]
    """The oldest run first."""
    seams: list[HistorySeamJson]
    steps: list[HistoryStepJson]
    deviation: float | None
    """Standard deviation of the logarithm from run to run, behind the last seam; None: of one run."""


class HistoryJson(TypedDict):
    """``hotlap history --json``."""

    runs: list[str]
    """The oldest first."""
    series: list[HistorySeriesJson]
