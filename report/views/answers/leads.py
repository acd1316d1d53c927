"""Leads in words: who serves how much of what another does, on one server under one load."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from report import fmt
from report.analysis.answers.headline import Headline
from report.analysis.answers.leads import Lead, Standing, Winner, name_of
from report.analysis.answers.told_numbers import Number
from report.analysis.contenders import MARK, Contender
from report.analysis.workload import Workload
from report.views.answers.sentence import NAMED_AT_MOST, Sentence, Written, asked, few, of_whom, title, write
from results.model import Cell

Titles = Mapping[str, str]
ALIKE = 1.15
"""The highest ratio of several by the lowest: nearer ones are said as a span."""


def waiting(lead: Lead, level: Number | None, titles: Titles) -> Sentence:
    """What is said of stacks that all had CPU to spare; ``level`` is what the best of them serves."""
    begin, pace = "While handlers wait, ", "waiting sets the pace, not the stack"
    at = f" at {fmt.counted(lead.ground.workload.connections, 'connection')}"
    most: Sentence = (write(level), at) if level else (at.strip(),)
    names = few([_name(contender, lead, titles) for contender in lead.first])
    if lead.standing == Standing.LEVEL:
        return (f"{begin}no difference could be told between {names}, at about ", *most, f": {pace}")
    if lead.standing == Standing.DIVIDED or lead.last is None:
        return (f"{begin}who serves most depends on what is asked: ", *_divided(lead, titles))
    serve = "serves" if len(lead.first) == 1 else "are level and serve"
    last = _name(lead.last, lead, titles)
    return (f"{begin}{names} {serve} ", *most, f", and {last} ", *_span(lead.ratios), " of that")


def in_clauses(told: Headline, titles: Titles) -> Iterator[Sentence]:
    """Those of one interpreter in full, and of the others what differs where they have the same order."""
    first, *others = told.leads
    yield from _lead(first, told, titles, "On")
    for lead in others:
        if _outline(lead) == _outline(first) and lead.ratios:
            yield (f"on Python {lead.ground.workload.python} ", *_ratios(lead.ratios, ""))
        else:
            yield from _lead(lead, told, titles, "on")


def _outline(lead: Lead) -> tuple[object, ...]:
    """Who is first, and who is last."""
    names = [member.cell.framework for member in lead.first]
    return lead.standing, names, lead.last and lead.last.cell.framework


def _lead(lead: Lead, told: Headline, titles: Titles, on: str) -> Iterator[Sentence]:
    """The clauses on one ground; the first begins with where that is, unless the server hardly matters."""
    server = None if _server_is_small(told) else lead.ground.server
    where = _where(lead.ground.workload, server, on)
    first, *others = _clauses(lead, told, titles, "who" if where else "Who")
    yield (where, *first) if where else first
    yield from others


def _server_is_small(told: Headline) -> bool:
    return told.server is not None and told.server.small and not told.paces


def _where(workload: Workload, server: str | None, on: str) -> str:
    places = [*([server] if server else []), *([f"Python {workload.python}"] if workload.python else [])]
    return f"{on} {' and '.join(places)}, " if places else ""


def _clauses(lead: Lead, told: Headline, titles: Titles, who: str) -> list[Sentence]:
    names = few([_name(contender, lead, titles) for contender in lead.first])
    if lead.standing == Standing.LEVEL:
        return [_level(lead, names, told.separable)]
    if lead.standing == Standing.DIVIDED:
        clause: Sentence = (f"{who} serves most depends on what is asked: ", *_divided(lead, titles))
        return [clause, *_behind_all(lead, titles)]
    if lead.last is None:
        return [(f"{names} {'serves' if len(lead.first) == 1 else 'serve'} most",)]
    alone, last = len(lead.first) == 1, _name(lead.last, lead, titles)
    whom = f"what {names if alone else 'they'} {'does' if alone else 'do'}"
    clauses: list[Sentence] = [] if alone else [(f"{names} cannot be told apart",)]
    clauses.append((f"{last} serves ", *_ratios(lead.ratios, whom)))
    if lead.between:
        others = few([_name(contender, lead, titles) for contender in lead.between])
        clauses.append((f"{others} {'lies' if len(lead.between) == 1 else 'lie'} between",))
    return clauses


def _anywhere(scenarios: int) -> str:
    return "in either scenario" if scenarios == 2 else f"in any of {scenarios} scenarios"  # noqa: PLR2004 - either


def _level(lead: Lead, names: str, separable: Number | None) -> Sentence:
    scenarios = [group.scenario for group in lead.ground.ranked]
    what = asked(scenarios[0]) if len(scenarios) == 1 else _anywhere(len(scenarios))
    told: Sentence = (f"{names} cannot be told apart {what}",)
    return (*told, ": a difference of ", write(separable), " would have shown") if separable else told


def _ratios(numbers: Sequence[Number], whom: str) -> Sentence:
    """``44% of what Starlette does for a JSON answer and 58% once an order is validated``.

    Where one is told from 1 and another is not, the other is said to be so and has no number.
    """
    level = [number for number in numbers if number.value.holds(1.0)]
    if 0 < len(level) < len(numbers):
        told = _ratios([number for number in numbers if number not in level], whom)
        return (*told, f", and no difference could be told {_in_each(level)}")
    if len(numbers) == 1:
        return (write(numbers[0]), of_whom(numbers[0], whom), f" {asked(numbers[0].cell.scenario)}")
    if _are_alike(numbers):
        scenarios = "both scenarios" if len(numbers) == 2 else f"all {len(numbers)} scenarios"  # noqa: PLR2004 - both
        return (*_span(numbers), of_whom(_extremes(numbers)[1], whom), f" in {scenarios}")
    low, high = _extremes(numbers)
    first, second = sorted((low, high), key=numbers.index)
    return (
        write(first),
        of_whom(first, whom),
        f" {asked(first.cell.scenario)} and ",
        write(second),
        f" {asked(second.cell.scenario)}",
    )


def _in_each(numbers: Sequence[Number]) -> str:
    """``over WebSocket and for 50 objects``; of many, in how many."""
    if len(numbers) > NAMED_AT_MOST:
        return f"in {len(numbers)} other scenarios"
    return fmt.listed(asked(number.cell.scenario) for number in numbers)


def _are_alike(numbers: Sequence[Number]) -> bool:
    low, high = _extremes(numbers)
    return high.value.value / low.value.value < ALIKE


def _extremes(numbers: Sequence[Number]) -> tuple[Number, Number]:
    ordered = sorted(numbers, key=lambda number: number.value.value)
    return ordered[0], ordered[-1]


def _span(numbers: Sequence[Number]) -> Sentence:
    """``44% to 47%``; one number where both ends read the same."""
    low, high = map(write, _extremes(numbers))
    return (low,) if low.text == high.text else (low, " to ", high)


def _divided(lead: Lead, titles: Titles) -> Sentence:
    """Who is first in which scenario, and how much of that the next serves; of many scenarios in how many."""
    if len(lead.winners) > NAMED_AT_MOST:
        counts = Counter(_first(winner, lead, titles) for winner in lead.winners)
        often = [
            f"{names} in {count} of {len(lead.winners)} scenarios" for names, count in counts.most_common()
        ]
        return (few(often),)
    parts: list[str | Written] = []
    for names, same in groupby(lead.winners, key=lambda winner: _first(winner, lead, titles)):
        parts += [", " * bool(parts), *_winner(names, tuple(same), lead, titles)]
    return tuple(part for part in parts if part)


def _first(winner: Winner, lead: Lead, titles: Titles) -> str:
    return few([_name(contender, lead, titles) for contender in winner.first])


def _winner(names: str, winners: Sequence[Winner], lead: Lead, titles: Titles) -> Sentence:
    what = fmt.listed(asked(winner.scenario) for winner in winners)
    behind = [winner.behind for winner in winners if winner.behind]
    if not behind:
        return (f"{names} {what}",)
    next_names = {_called(number.cell, lead, titles) for number in behind}
    who = next_names.pop() if len(next_names) == 1 else "the next"
    return (f"{names} {what} ({who} ", *_span(behind), " of that)")


def _behind_all(lead: Lead, titles: Titles) -> list[Sentence]:
    """Whoever is farthest behind and never first."""
    if lead.last is None:
        return []
    last = _name(lead.last, lead, titles)
    return [(f"{last} serves ", *_span(lead.ratios), " of whoever is first")]


def _name(contender: Contender, lead: Lead, titles: Titles) -> str:
    """A contender's name, with the dagger where any of the comparisons gives it one."""
    group = lead.ground.groups[0]
    wanted = name_of(contender, group)
    marked = any(
        candidate.mark and name_of(candidate, members) == wanted
        for members in lead.ground.groups
        for candidate in members.contenders
    )
    return _called(contender.cell, lead, titles) + MARK * marked


def _called(cell: Cell, lead: Lead, titles: Titles) -> str:
    if lead.ground.server:
        return title(cell, titles)
    return f"{title(cell, titles)} on {cell.server}"
