"""Of ``hotlap run --slo --json``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from results.model import Arrivals, Failure
from runners.experiments.slo import Slo


class HighestRateJson(TypedDict):
    """The highest rate of one cell that keeps to the limit."""

    stack: str
    scenario: str
    workers: int
    rate_rps: float
    """Median over launches of the highest rate that held; 0: none did."""
    low_rps: float
    """It held in every launch."""
    high_rps: float | None
    """It held in no launch; None: a launch found no end."""
    launches: Sequence[tuple[float, float | None]]
    """Highest rate that held and lowest that did not, by launch."""


class SloJson(TypedDict):
    """``hotlap run --slo LIMIT --json``."""

    slo: Slo
    arrivals: Arrivals
    cells: list[HighestRateJson]
    failures: list[Failure]
