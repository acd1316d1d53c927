"""All that a run answers before its sections: the headline and the cards."""

from __future__ import annotations

from dataclasses import dataclass

from report.analysis.answers.cards import Card, find_cards
from report.analysis.answers.headline import Headline, find_headline
from report.analysis.answers.told_numbers import Ratios
from report.analysis.conclusions import Conclusions
from results.model import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a run answers."""

    headline: Headline
    cards: tuple[Card, ...]


def find_answers(run: Run, conclusions: Conclusions) -> Answers:
    """The answers of a run that timed load."""
    ratios = Ratios(conclusions.summaries)
    return Answers(headline=find_headline(run, conclusions, ratios), cards=find_cards(conclusions, ratios))
