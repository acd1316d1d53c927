"""What statistics decide while a run is being measured; the command line takes it from ``report``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from results.model import Cell, Pairing, Run, Trial


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Decisions that need statistics; the default repeats nothing and adds nothing."""

    is_disturbed: Callable[[Trial], bool] = lambda _trial: False
    """Whether a trial met so much foreign work that it should be repeated."""
    undecided_cells: Callable[[Run], Collection[Cell]] = lambda _run: ()
    """Cells of a run whose ratios are not yet as precise as asked for."""
    reached_percent: Callable[[Run], float | None] = lambda _run: None
    """How precise the ratios of a run are by now: the widest half-width; None where it cannot be said yet."""
    cost_repeats: Callable[[Run], Mapping[Pairing, int]] = lambda _run: {}
    """Further counts that each side of a pairing needs, by pairing."""
    worse_costs: Callable[[Run], Sequence[Pairing]] = lambda _run: ()
    """Pairings whose cost got worse, the worst first: where their time goes is looked at."""
    confirmations: Callable[[Run, int], Mapping[Pairing, int]] = lambda _run, _pairs: {}
    """Fresh launch pairs for each pairing that the screen flagged; the second argument is the most in all."""
