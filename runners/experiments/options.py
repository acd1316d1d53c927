"""What a new run is asked for: a selection, how long and how often, and where the load comes from."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import isfinite
from pathlib import Path

from results.model import Arrivals
from runners.errors import PlanError
from runners.selection.heats import MOST_IN_HEAT
from runners.selection.matrix import Selection
from runners.selection.rates import DEFAULT_ARRIVALS, Rate
from runners.selection.spread import Spread

TURN_S = 0.035
"""How long a turn is to be: docs/adr/0013 says what its length costs and what it does to ratios."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long and how often is measured."""

    blocks: int
    warmup_s: float
    window_s: float
    """Of whole windows."""
    leg_s: float | None = None
    """Of all turns of one launch in one scenario; None: whole windows only."""
    turn_s: float = TURN_S
    open_window_s: float | None = None
    """Of open load; None: as other windows."""
    open_turn_s: float | None = None
    """Of the turns of an open load; None: its windows are whole."""
    heat: int = MOST_IN_HEAT
    """Stacks at most that live at once."""
    precision_percent: float | None = None
    """Blocks end when every ratio is within it; ``blocks`` are then the most."""


QUICK = Timing(blocks=8, warmup_s=0.05, window_s=0.7, leg_s=0.7, open_window_s=0.75)
"""Eight open windows hold 6,000 requests at the rate of the quick matrix, six times as many as p99 needs."""
FULL = Timing(blocks=8, warmup_s=2.0, window_s=3.0, leg_s=3.0)
MOST_BLOCKS = 64
"""Where a precision is asked for and no number of blocks."""


def timing(
    *,
    quick: bool,
    blocks: int | None = None,
    warmup_s: float | None = None,
    window_s: float | None = None,
    heat: int | None = None,
    precision_percent: float | None = None,
) -> Timing:
    """Times of a run: the quick or the full ones, with what was asked for otherwise.

    ``window_s`` is asked for legs and windows of any load alike. Where a precision is asked for, blocks are
    as short as those of a quick run: what the machine does to two kinds of code changes from block to block
    by more than turns tell apart, so that many short blocks get there sooner than few long ones. Raises
    PlanError for what is no length of time.
    """
    for option, seconds in (("duration", window_s), ("warmup", warmup_s), ("precision", precision_percent)):
        if seconds is not None and not isfinite(seconds):
            raise PlanError(f"--{option} {seconds} never ends", remedy="a number, such as --duration 1.5")
    base = QUICK if quick or precision_percent is not None else FULL
    return replace(
        base,
        blocks=blocks or (base.blocks if precision_percent is None else MOST_BLOCKS),
        warmup_s=warmup_s or base.warmup_s,
        window_s=window_s or base.window_s,
        leg_s=window_s or base.leg_s,
        open_window_s=window_s or base.open_window_s,
        heat=heat or base.heat,
        precision_percent=precision_percent,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """Everything that a new run is asked for."""

    selection: Selection
    timing: Timing
    apps: Path | None = None
    """Folder of the app files; None: hotlap's own."""
    seed: int | None = None
    """Seed of order and inputs; None: a new one."""
    pythons: tuple[str, ...] = ()
    """Interpreters, versions or paths; empty: the fastest build of the newest version for all frameworks."""
    overrides: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    rates: tuple[Rate, ...] = ()
    """Rates of an open load; empty: closed load."""
    arrivals: Arrivals = DEFAULT_ARRIVALS
    spread: Spread = field(default_factory=Spread)
    reference: bool = False
    """Whether the reference stack lives in every heat."""
    protocol: bool = False
    """Whether the servers are held against odd bytes too."""
