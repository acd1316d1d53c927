"""The words of many rows together: corrected for how many there are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from report.analysis.two_sides.judged import JudgedChange
from report.analysis.two_sides.verdict import Word, inconclusive, word
from report.stats.correction import holm

UNCONFIRMED = "worse in the screen, and not confirmed on fresh pairs: give it more --budget"


def corrected(rows: Iterable[JudgedChange]) -> list[JudgedChange]:
    """Rows with their words after Holm's correction over the rows of each metric.

    Worse is tested only where ``JudgedChange.p`` says so: a screen is no test of it. Better never decides,
    and is tested everywhere.
    """
    found = list(rows)
    for metric in dict.fromkeys(row.change.metric for row in found):
        places = [place for place, row in enumerate(found) if row.change.metric == metric and _open(row)]
        tested = [place for place in places if found[place].p is not None]
        worse = dict(zip(tested, holm(_p_worse(found[place]) for place in tested), strict=True))
        better = dict(zip(places, holm(_p_better(found[place]) for place in places), strict=True))
        for place in places:
            found[place] = _reworded(found[place], worse.get(place), better[place])
    return [_concluded(row) for row in found]


def _open(row: JudgedChange) -> bool:
    """Whether its word follows from its estimate alone."""
    return row.change.estimate is not None and row.said != UNCONFIRMED


def _p_worse(row: JudgedChange) -> float:
    return row.change.estimate.p_worse() if row.change.estimate else 1.0


def _p_better(row: JudgedChange) -> float:
    return row.change.estimate.p_better() if row.change.estimate else 1.0


def _reworded(row: JudgedChange, p: float | None, better: float) -> JudgedChange:
    assert row.change.estimate is not None  # noqa: S101 - only what has one is open
    said = word(row.change.estimate, row.effects, p=1.0 if p is None else p, better=better)
    return replace(row, p=p, word=said)


def _concluded(row: JudgedChange) -> JudgedChange:
    if row.word != Word.UNSEEN or row.change.estimate is None:
        return row
    return replace(row, inconclusive=row.inconclusive or inconclusive(row.change.estimate, row.effects))
