"""Answers for terminals and programs: the same sentences, each with its numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from report.analysis.answers.answers import Answers
from report.analysis.answers.cards import Card
from report.views.answers import cards, headline
from report.views.answers.sentence import Sentence, lines, numbers_of, plain, write
from report.views.json_types.answers import AnswerJson, CardJson

Titles = Mapping[str, str]


def as_lines(answers: Answers, titles: Titles) -> Iterator[str]:
    """The headline, its numbers a line each, what belongs with it, and the cards that say anything."""
    first = headline.headline(answers.headline, titles)
    yield plain(first)
    besides = headline.besides(answers.headline, titles)
    yield from (f"  {line}" for line in lines([first, *besides], titles))
    yield from (plain(sentence) for sentence in besides)
    for card in answers.cards:
        if card.rankings:
            answer = cards.answer(card, titles)
            yield f"{card.kind.title}: {plain(answer)}"
            yield from (f"  {line}" for line in lines([answer], titles))


def answer_json(sentence: Sentence) -> AnswerJson:
    """A sentence with its numbers."""
    return {
        "sentence": plain(sentence),
        "numbers": [
            {
                "text": write(number).text,
                "value": number.value,
                "unit": number.unit,
                "slug": number.cell.slug,
                "relative_to": number.other.slug if number.other else None,
                "about": number.about,
            }
            for number in numbers_of([sentence])
        ],
    }


def card_json(card: Card, titles: Titles) -> CardJson:
    """A card with its sentences."""
    return {
        "kind": card.kind.name,
        "title": card.kind.title,
        "answer": answer_json(cards.answer(card, titles)),
        "others": [answer_json(sentence) for sentence in cards.others(card, titles)],
        "rests_on": cards.basis(card),
        "command": card.kind.command,
    }
