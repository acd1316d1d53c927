"""Cards in words: who serves most of a kind of work, by how much, and what that rests on."""

from __future__ import annotations

from collections.abc import Mapping

from report import fmt
from report.analysis.answers.cards import Card, Ranking
from report.stats.ranking import BLOCKS_TO_RANK
from report.views import words
from report.views.answers.sentence import Sentence, Written, asked, few, stack, write

Titles = Mapping[str, str]


def answer(card: Card, titles: Titles) -> Sentence:
    """What a card says, of the scenario that tells most; or that the run lacks the cells."""
    if not card.rankings:
        return ("This run has no such work.",)
    return _said(card.rankings[0], titles)


def others(card: Card, titles: Titles) -> tuple[Sentence, ...]:
    """A sentence for each further scenario."""
    return tuple((f"{ranking.group.scenario}: ", *_said(ranking, titles)) for ranking in card.rankings[1:])


def basis(card: Card) -> str:
    """What the answer rests on; empty where there is none."""
    if not card.rankings:
        return ""
    group = card.rankings[0].group
    blocks = fmt.counted(group.n_blocks, "block")
    return f"Rests on {group.scenario}: {words.load(group.workload)}, {blocks}, stack against stack."


def _said(ranking: Ranking, titles: Titles) -> Sentence:
    return (*_first(ranking, titles), *_pace(ranking))


def _first(ranking: Ranking, titles: Titles) -> Sentence:
    contenders = ranking.group.contenders
    if len(contenders) == 1:
        alone = stack(contenders[0].cell, titles)
        return (f"Only {alone} was measured {asked(ranking.group.scenario)}: nothing to compare it with.",)
    if not ranking.first:
        blocks = fmt.counted(ranking.group.n_blocks, "block")
        return (f"{blocks}, too few to rank ({BLOCKS_TO_RANK} are needed).",)
    names = [stack(contender.cell, titles) + contender.mark for contender in ranking.first]
    if len(names) == len(contenders):
        return (f"No difference could be told between {few(names)}.",)
    first = f"{names[0]} serves most" if len(names) == 1 else f"{few(names)} cannot be told apart"
    if ranking.behind is None:
        return (first, *_variants(ranking, titles), ".")
    behind = stack(ranking.behind.cell, titles)
    next_one = (f"{first}; next is {behind} at ", write(ranking.behind), " of that")
    return (*next_one, *_variants(ranking, titles), ".")


def _variants(ranking: Ranking, titles: Titles) -> Sentence:
    """`` (Django with its pool on gunicorn-gthread 62%)``; empty where there is none."""
    parts: list[str | Written] = []
    for number in ranking.variants:
        parts += [", " if parts else " (", f"{stack(number.cell, titles)} ", write(number)]
    return (*parts, ")") if parts else ()


def _pace(ranking: Ranking) -> Sentence:
    if ranking.pace is None:
        return ()
    return (f" The {ranking.pace.service} was busy ", write(ranking.pace.busy), " of the time.")
