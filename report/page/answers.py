"""The top of the page: headline, cards for kinds of work, and the table of numbers that these link to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from report import fmt
from report.analysis.answers.cards import Card
from report.analysis.answers.told_numbers import Number
from report.page.context import Context
from report.page.model import AnswerCard, Column, Span, Table, TableEntry, TableRow, Top, entry
from report.views import words
from report.views.answers import cards as card_words
from report.views.answers import headline as headline_words
from report.views.answers.sentence import Sentence, interval, numbers_of, write

Spans = tuple[Span, ...]


def top(context: Context) -> Top:
    """Headline, cards and numbers of a run that timed load."""
    answers, titles = context.answers, context.titles
    headline = headline_words.headline(answers.headline, titles)
    besides = headline_words.besides(answers.headline, titles)
    said = [
        headline,
        *besides,
        *(sentence for card in answers.cards for sentence in _sentences(context, card)),
    ]
    anchors = {number: f"number-{index}" for index, number in enumerate(numbers_of(said))}
    return Top(
        headline=_spans(headline, anchors),
        besides=tuple(_spans(sentence, anchors) for sentence in besides),
        cards=tuple(
            AnswerCard(
                anchor=f"card-{card.kind.name}",
                title=card.kind.title,
                answer=_spans(card_words.answer(card, titles), anchors),
                others=tuple(_spans(sentence, anchors) for sentence in card_words.others(card, titles)),
                basis=card_words.basis(card),
                command="" if card.rankings else card.kind.command,
            )
            for card in answers.cards
        ),
        numbers=_table(context, anchors) if anchors else None,
    )


def _sentences(context: Context, card: Card) -> Iterator[Sentence]:
    yield card_words.answer(card, context.titles)
    yield from card_words.others(card, context.titles)


def _spans(sentence: Sentence, anchors: Mapping[Number, str]) -> Spans:
    return tuple(
        Span(text=part)
        if isinstance(part, str)
        else Span(text=part.text, anchor=anchors[part.number], note=_note(part.number))
        for part in sentence
    )


def _note(number: Number) -> str:
    """What a pointer that rests on a number is shown: value and interval."""
    return f"{write(number).text} ({interval(number)}), {fmt.counted(number.value.n, 'block')}"


def _table(context: Context, anchors: Mapping[Number, str]) -> Table:
    return Table(
        anchor="numbers",
        caption="Every number of the headline and of the cards",
        summary="These numbers with their intervals, and what they rest on",
        columns=(
            Column(label="Number", numeric=True),
            Column(label="95% interval", numeric=True),
            Column(label="Of"),
            Column(label="Relative to"),
            Column(label="Asked"),
            Column(label="Blocks", numeric=True),
        ),
        rows=tuple(_row(context, number, anchor) for number, anchor in anchors.items()),
    )


def _row(context: Context, number: Number, anchor: str) -> TableRow:
    cell = number.cell
    return TableRow(
        anchor=anchor,
        entries=(
            TableEntry(text=write(number).text, key=round(number.value.value, 6)),
            entry(interval(number)),
            _link(context.stack_name(cell), cell.slug),
            _link(context.stack_name(number.other), number.other.slug)
            if number.other
            else entry(number.about or "absolute"),
            entry(f"{cell.scenario}: {words.load(context.workload(cell))}"),
            TableEntry(text=str(number.value.n), key=number.value.n),
        ),
    )


def _link(text: str, anchor: str) -> TableEntry:
    return TableEntry(text=text, link=f"#{anchor}")
