"""The headline in words: what a person would say of a run, in one sentence, and what must be said with it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from report import fmt
from report.analysis.answers.besides import Pace
from report.analysis.answers.headline import Headline, Situation
from report.analysis.answers.told_numbers import Number
from report.stats.ranking import BLOCKS_TO_RANK
from report.views import words
from report.views.answers import leads
from report.views.answers.sentence import Sentence, Written, asked, few, of_whom, stack, title, write
from results.model import Cell

Titles = Mapping[str, str]


def headline(told: Headline, titles: Titles) -> Sentence:
    """The one sentence."""
    clauses = [*_main(told, titles), *(_pace(pace) for pace in told.paces[:1])]
    if told.server and not told.paces:
        clauses.append(_server(told, titles))
    return _joined(clauses)


def besides(told: Headline, titles: Titles) -> tuple[Sentence, ...]:
    """Sentences that belong with it: where WSGI keeps up, what failed, and what is doubted throughout."""
    sentences: list[Sentence] = []
    if told.wsgi and told.wsgi.other:
        sentences.append(_keeps_up(told.wsgi, told.wsgi.other, titles))
    sentences += [(text,) for text in _failures(told, titles)]
    if told.doubt:
        flag, doubt = told.doubt.flag, told.doubt
        often = f"{doubt.trials:,} of {doubt.of_trials:,}"
        sentences.append(
            (f"Nearly all trials are doubted ({flag.word}, {often}): the flags say what to do.",)
        )
    return tuple(sentences)


def _joined(clauses: Sequence[Sentence]) -> Sentence:
    first, *others = clauses
    return (*first, *(part for clause in others for part in ("; ", *clause)), ".")


def _main(told: Headline, titles: Titles) -> list[Sentence]:
    match told.situation:
        case Situation.NOTHING:
            return [("Nothing was measured: the failures below say why",)]
        case Situation.OPEN:
            return [(words.ONLY_OPEN.removesuffix("."),)]
        case Situation.FEW_BLOCKS:
            blocks = fmt.counted(told.blocks, "block")
            return [(f"Nothing is ranked: {blocks} where {BLOCKS_TO_RANK} are needed",)]
        case Situation.WAITING:
            return [leads.waiting(lead, told.level, titles) for lead in told.leads]
        case Situation.RANKED:
            return list(leads.in_clauses(told, titles))
        case Situation.FLOORS | Situation.ALONE:
            return [_alone(told, titles)]


def _alone(told: Headline, titles: Titles) -> Sentence:
    if told.level is None:
        return ("Nothing can be compared: no two stacks were asked the same",)
    cell = told.level.cell
    serves = (f"{stack(cell, titles)} serves ", write(told.level), f" {asked(cell.scenario)}")
    if told.situation == Situation.FLOORS:
        return ("Only the bare interface was measured: ", *serves, ", and there is no framework to compare")
    return (*serves, ", and nothing was measured beside it to compare it with")


def _server(told: Headline, titles: Titles) -> Sentence:
    if told.server is None or told.server.number.other is None:
        raise ValueError("no server was compared with another")
    effect, number, base = told.server, told.server.number, told.server.number.other
    if effect.small:
        bound = max(math.ceil(100 * effect.at_most), 1)
        return ("the server matters less than ", Written(text=f"{bound}%", number=number), " here")
    return (
        f"on {number.cell.server} {title(number.cell, titles)} serves ",
        write(number),
        of_whom(number, f"what it does on {base.server}"),
        f" {asked(number.cell.scenario)}",
    )


def _pace(pace: Pace) -> Sentence:
    return (
        f"the {pace.service} sets the pace there (busy ",
        write(pace.busy),
        " of the time), so this says as much of it as of the stacks",
    )


def _keeps_up(number: Number, other: Cell, titles: Titles) -> Sentence:
    best = f"what {stack(other, titles)}, the best stack on ASGI, does {asked(number.cell.scenario)}"
    return (
        f"{stack(number.cell, titles)} serves ",
        write(number),
        of_whom(number, best),
        ": WSGI is enough there.",
    )


def _failures(told: Headline, titles: Titles) -> Iterator[str]:
    if told.failed and told.situation != Situation.NOTHING:
        yield f"{few([stack(cell, titles) for cell in told.failed])} could not be measured."
    if told.n_gaps:
        yield f"{fmt.counted(told.n_gaps, 'cell')} of stacks that were measured failed."
