"""What differs between the stacks of two sides: shares of samples of each function, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from report.analysis.flames import Profile, own_and_whole
from report.stats.proportions import difference
from results.stacks import Frame

ERRORS = 3.0
"""Standard errors beyond which a share has changed: of 300 functions that did not, one seems to."""
LEAST_CHANGE = 0.002
"""Of all samples: a smaller change is not told, however sure it is."""


class Direction(StrEnum):
    """What became of a share."""

    GROWN = "grown"
    SHRUNK = "shrunk"
    LEVEL = "level"
    """Not told apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareChange:
    """A share of samples on both sides."""

    base: float
    head: float
    change: float
    error: float
    """Standard error of the change."""

    @property
    def direction(self) -> Direction:
        """What became of it."""
        if abs(self.change) < max(ERRORS * self.error, LEAST_CHANGE):
            return Direction.LEVEL
        return Direction.GROWN if self.change > 0 else Direction.SHRUNK


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionChange:
    """A function whose share changed."""

    frame: Frame
    own: ShareChange
    """Of samples that it was at work in itself: what it calls is left aside."""
    whole: ShareChange
    """Of samples that it was called in."""


def share_change(base: int, head: int, totals: tuple[int, int]) -> ShareChange:
    """The change from ``base`` samples to ``head``, of ``totals`` (base's, head's), each at least 1."""
    change, error = difference((base, totals[0]), (head, totals[1]))
    return ShareChange(base=base / totals[0], head=head / totals[1], change=change, error=error)


def function_changes(base: Profile, head: Profile) -> list[FunctionChange]:
    """Functions whose own share of samples has changed, the largest change first.

    What only calls them is not among them.
    """
    totals = base.total, head.total
    (base_own, base_whole), (head_own, head_whole) = (own_and_whole(side.stacks) for side in (base, head))
    changes = [
        FunctionChange(
            frame=frame,
            own=share_change(base_own[frame], head_own[frame], totals),
            whole=share_change(base_whole[frame], head_whole[frame], totals),
        )
        for frame in base_own.keys() | head_own.keys()
    ]
    changes.sort(key=lambda change: (-abs(change.own.change), change.frame))
    return [change for change in changes if change.own.direction != Direction.LEVEL]
