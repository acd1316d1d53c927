"""One change with its word: what comparisons show and the gate judges by."""

from __future__ import annotations

from dataclasses import dataclass

from report.analysis.two_sides.changes import Change
from report.analysis.two_sides.matching import counted
from report.analysis.two_sides.verdict import Effects, Word, word
from report.analysis.two_sides.waivers import Waiver


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedChange:
    """One metric of one pairing, judged."""

    change: Change
    word: Word
    effects: Effects
    decides: bool
    """Whether it can fail the gate; the others inform."""
    inconclusive: bool = False
    """No regression seen, but an effect that must not pass could have been there."""
    p: float | None = None
    """One-sided, corrected for how many were tested; None where nothing was tested."""
    said: str = ""
    """What else is to be known of the word."""
    waiver: Waiver | None = None

    @classmethod
    def of(cls, change: Change, effects: Effects, *, decides: bool) -> JudgedChange:
        """A change with its word, before any correction for how many there are."""
        if change.estimate is None:
            return cls(
                change=change, word=Word.UNMEASURED, effects=effects, decides=decides, said=change.reason
            )
        p, found = change.estimate.p_worse(), word(change.estimate, effects)
        return cls(change=change, word=found, effects=effects, decides=decides, p=p)

    @property
    def tier(self) -> str:
        """``cost`` or ``load``."""
        return "cost" if counted(self.change.pairing) else "load"
