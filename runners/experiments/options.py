"""What a new run is asked for: a selection, how long and how often, and where the load comes from."""

from __future__ import annotations

from dataclasses import dataclass, field

from results.model import Arrivals
from runners.selection.matrix import Selection
from runners.selection.rates import DEFAULT_ARRIVALS, Rate
from runners.selection.spread import Spread


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long and how often is measured."""

    blocks: int
    warmup_s: float
    window_s: float
    precision_percent: float | None = None
    """Blocks end when every ratio is within it; ``blocks`` are then the most."""


QUICK = Timing(blocks=8, warmup_s=0.25, window_s=0.7)
FULL = Timing(blocks=8, warmup_s=2.0, window_s=3.0)
MOST_BLOCKS = 64
"""Where a precision is asked for and no number of blocks."""


def timing(
    *,
    quick: bool,
    blocks: int | None = None,
    warmup_s: float | None = None,
    window_s: float | None = None,
    precision_percent: float | None = None,
) -> Timing:
    """Times of a run: the quick or the full ones, with what was asked for otherwise."""
    base = QUICK if quick else FULL
    return Timing(
        blocks=blocks or (base.blocks if precision_percent is None else MOST_BLOCKS),
        warmup_s=warmup_s or base.warmup_s,
        window_s=window_s or base.window_s,
        precision_percent=precision_percent,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """Everything that a new run is asked for."""

    selection: Selection
    timing: Timing
    seed: int | None = None
    """Seed of order and inputs; None: a new one."""
    python: str | None = None
    overrides: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    rates: tuple[Rate, ...] = ()
    """Rates of an open load; empty: closed load."""
    arrivals: Arrivals = DEFAULT_ARRIVALS
    spread: Spread = field(default_factory=Spread)
