"""Of what a run says in sentences."""

from __future__ import annotations

from typing import TypedDict

from report.stats.levels import Level


class NumberJson(TypedDict):
    """A number of an answer."""

    text: str
    """As the sentence writes it."""
    value: Level
    unit: str
    """``ratio``, ``%``, or that of a metric."""
    slug: str
    """Of the cell that it is of."""
    relative_to: str | None
    """Slug of the cell that it is relative to."""
    about: str
    """What it is of, where that is no ratio and no throughput."""


class AnswerJson(TypedDict):
    """A sentence, and each number in it."""

    sentence: str
    numbers: list[NumberJson]


class CardJson(TypedDict):
    """The answer for one kind of work."""

    kind: str
    title: str
    answer: AnswerJson
    others: list[AnswerJson]
    """A sentence for each further scenario."""
    rests_on: str
    """Empty where the run has no such work."""
    command: str
    """What measures such work."""
