"""What differences matter and how much must be measured: every default is METHOD's."""

from __future__ import annotations

from dataclasses import dataclass, field

from report.analysis.two_sides.matching import COST, LOAD
from report.analysis.two_sides.verdict import COST_EFFECTS, LOAD_EFFECTS, Effects

REPEAT_DEVIATION = 0.001
"""Of one count, on the log scale: what repeats of uvicorn and granian stacks were seen to vary by."""
REPEAT_FREEDOM = 4.0
"""How much that weighs against the spread of the repeats themselves."""


def _effects() -> dict[str, Effects]:
    return {COST.name: COST_EFFECTS} | {metric.name: LOAD_EFFECTS for metric in LOAD}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerances:
    """What counts as what."""

    effects: dict[str, Effects] = field(default_factory=_effects)
    """By metric."""
    screen_p: float = 0.05
    """A cell whose screen is below it is measured again on fresh pairs."""
    min_pairs: int = 6
    """Fewer launch pairs say nothing."""
    min_repeats: int = 2
    """Fewer counts a side say nothing."""
    cost_error: float = 0.001
    """Counts are repeated until the standard error of the difference is this small (log scale)."""
    max_repeats: int = 8
    """But not more often, each side."""
    min_suspicious: int = 6
    """A difference of half the least effect or more is counted this often: two counts that happen to agree
    must convict nobody."""
    max_suspicious: int = 20
    """And not more often than this."""


DEFAULTS = Tolerances()
