"""Answers as Markdown, for a README or the summary of a workflow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from report.analysis.answers.answers import Answers
from report.views.answers import cards, headline
from report.views.answers.sentence import interval, numbers_of, plain, what, write
from report.views.gate.markdown import escape

Titles = Mapping[str, str]


def as_markdown(name: str, answers: Answers, titles: Titles, notes: Iterable[str] = ()) -> str:
    """The run's name, its headline, ``notes``, the cards, and a table of the numbers in all of these."""
    return "\n\n".join(_paragraphs(name, answers, titles, notes)) + "\n"


def _paragraphs(name: str, answers: Answers, titles: Titles, notes: Iterable[str]) -> Iterator[str]:
    first, besides = headline.headline(answers.headline, titles), headline.besides(answers.headline, titles)
    told = [(card, cards.answer(card, titles)) for card in answers.cards if card.rankings]
    yield f"### {escape(name)}"
    yield f"**{escape(plain(first))}**"
    yield from (escape(plain(sentence)) for sentence in besides)
    yield from map(escape, notes)
    if told:
        yield "\n".join(
            f"- {card.kind.title}: {escape(plain(answer))} {escape(cards.basis(card))}"
            for card, answer in told
        )
    numbers = numbers_of([first, *besides, *(answer for _, answer in told)])
    if numbers:
        rows = [("Number", "95% interval", "Of", "Blocks"), ("---:", "---:", "---", "---:")]
        rows += [
            (write(number).text, interval(number), escape(what(number, titles)), str(number.value.n))
            for number in numbers
        ]
        yield "\n".join(f"| {' | '.join(row)} |" for row in rows)
