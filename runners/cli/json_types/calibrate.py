"""Of ``hotlap calibrate --json``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from results.model import Ceiling


class ContestJson(TypedDict):
    """Clients of one server side by side, round by round."""

    against: str
    """``nginx``, or the stack of a floor."""
    shape: str
    connections: int
    rounds: dict[str, Sequence[float]]
    """Requests per second, by client."""
    p50_us: dict[str, Sequence[float]]
    """Median latency, by client that tells it."""
    bytes_per_request: float
    busy: Sequence[float]
    """Share of its core that the pump used."""
    ratios: dict[str, list[float]]
    """The pump's throughput as a multiple of the client's."""


class PromiseJson(TypedDict):
    """A figure and the bar it is held against."""

    what: str
    value: float
    bar: float
    unit: str
    at_least: bool
    """Else at most."""
    digits: int
    """Printed behind the point."""
    detail: str
    kept: bool


class CalibrateJson(TypedDict):
    """``hotlap calibrate --json``."""

    contests: list[ContestJson]
    promises: list[PromiseJson]
    ceilings: list[Ceiling]
    notes: list[str]
    """What could not be measured, and why."""
