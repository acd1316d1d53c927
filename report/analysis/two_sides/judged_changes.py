"""Changes with their verdicts: what comparisons show and the gate decides by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from report.analysis.metric_types import Effects
from report.analysis.two_sides.changes import Change
from report.analysis.two_sides.deciding import Deciding
from report.analysis.two_sides.pairings import is_counted
from report.analysis.two_sides.verdicts import Verdict, is_inconclusive, verdict_of
from report.analysis.two_sides.waivers import Waiver
from report.stats.correction import holm
from results.model import Load

UNCONFIRMED = "worse in the screen, and not confirmed on fresh pairs: give it more --budget"
"""Said of a screen that was not followed by a confirmation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedChange:
    """One metric of one pairing, judged."""

    change: Change
    verdict: Verdict
    effects: Effects
    decides: bool = False
    """Whether it can fail the gate; the others inform."""
    waits: bool = False
    """Whether it decides because a server waited, so that CPU per request cannot be compared."""
    inconclusive: bool = False
    """No regression seen, but an effect that must not pass could have been there."""
    p: float | None = None
    """One-sided, corrected for how many were tested; None where nothing was tested."""
    said: str = ""
    """What else is to be known of the verdict, such as why nothing was measured."""
    waiver: Waiver | None = None

    @classmethod
    def from_change(cls, change: Change, effects: Effects, deciding: Deciding) -> JudgedChange:
        """A change with its verdict, before any correction for how many there are."""
        decides = change.metric.name in deciding.names
        row = cls(
            change=change,
            verdict=Verdict.UNMEASURED,
            effects=effects,
            decides=decides,
            waits=decides and deciding.waits,
        )
        if change.estimate is None:
            return replace(row, said=change.reason)
        verdict = verdict_of(change.estimate, effects, stage=change.stage)
        return replace(row, verdict=verdict, p=change.estimate.p_worse())

    @property
    def tier(self) -> str:
        """``cost``, or ``load`` where it is closed and ``latency`` where it is open."""
        tiers = {Load.LOCKSTEP: "cost", Load.OPEN: "latency"}
        return tiers.get(self.change.pairing.head.load, "load")

    @property
    def family(self) -> tuple[bool, str]:
        """Those of one family are tested together: all that decide under load, else those of one metric."""
        load = self.decides and not is_counted(self.change.pairing)
        return self.decides, "load" if load else self.change.metric.name


def corrected(rows: Iterable[JudgedChange]) -> list[JudgedChange]:
    """``rows`` with their verdicts after Holm's correction over the rows of each family.

    Worse is tested only where ``JudgedChange.p`` says so: a screen is no test of it. Better never decides,
    and is tested everywhere.
    """
    rows_so_far = list(rows)
    for family in dict.fromkeys(row.family for row in rows_so_far):
        places = [place for place, row in enumerate(rows_so_far) if row.family == family and _is_open(row)]
        tested = [place for place in places if rows_so_far[place].p is not None]
        worse = dict(zip(tested, holm(_p_worse(rows_so_far[place]) for place in tested), strict=True))
        better = dict(zip(places, holm(_p_better(rows_so_far[place]) for place in places), strict=True))
        for place in places:
            rows_so_far[place] = _with_verdict(rows_so_far[place], worse.get(place), better[place])
    return [_concluded(row) for row in rows_so_far]


def _is_open(row: JudgedChange) -> bool:
    """Whether its verdict follows from its estimate alone."""
    return row.change.estimate is not None and row.said != UNCONFIRMED


def _p_worse(row: JudgedChange) -> float:
    return row.change.estimate.p_worse() if row.change.estimate else 1.0


def _p_better(row: JudgedChange) -> float:
    return row.change.estimate.p_better() if row.change.estimate else 1.0


def _with_verdict(row: JudgedChange, p: float | None, better: float) -> JudgedChange:
    assert row.change.estimate is not None  # noqa: S101 - only what has one is open
    verdict = verdict_of(
        row.change.estimate,
        row.effects,
        p=1.0 if p is None else p,
        better=better,
        stage=row.change.stage,
    )
    return replace(row, p=p, verdict=verdict)


def _concluded(row: JudgedChange) -> JudgedChange:
    if row.verdict != Verdict.UNSEEN or row.change.estimate is None:
        return row
    return replace(row, inconclusive=row.inconclusive or is_inconclusive(row.change.estimate, row.effects))
