"""Who serves most on one server under one load, over its scenarios, and how far behind the last is."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from report.analysis.answers.told_numbers import Number, Ratios
from report.analysis.claims.servers import USUAL
from report.analysis.contenders import Contender, Group
from report.analysis.workload import Workload

Name = tuple[str, str]
"""(framework, server); where frameworks are compared the server is empty."""
Reference = Callable[[Group], Contender | None]
"""Whom others are held against within a comparison."""


class Standing(StrEnum):
    """What the comparisons of one ground come to."""

    LEVEL = "level"
    """Nobody can be told from anybody."""
    LED = "led"
    """Some are of the first tier in all scenarios."""
    DIVIDED = "divided"
    """Nobody is of the first tier in all scenarios."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Comparisons that differ in the scenario alone: on one server, or of all stacks, under one load."""

    groups: tuple[Group, ...]
    """Those with contenders, in the order of the run."""

    @property
    def workload(self) -> Workload:
        """Of its first scenario."""
        return self.groups[0].workload

    @property
    def server(self) -> str | None:
        """None where stacks are compared."""
        return self.groups[0].server

    @property
    def ranked(self) -> tuple[Group, ...]:
        """Groups with tiers."""
        return tuple(group for group in self.groups if first_tier(group))


@dataclass(frozen=True, slots=True, kw_only=True)
class Winner:
    """Who serves most in one scenario, and what the one behind serves of it."""

    scenario: str
    first: tuple[Contender, ...]
    behind: Number | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """What is said of one ground."""

    ground: Ground
    standing: Standing
    first: tuple[Contender, ...] = ()
    """Of the first scenario: whoever is of the first tier in all; where nothing can be told, all."""
    last: Contender | None = None
    """Farthest behind them; where nobody leads in all, of those who are never first."""
    between: tuple[Contender, ...] = ()
    """Behind the first, and nearer than the last."""
    ratios: tuple[Number, ...] = ()
    """Of the last to the best of the first (of each scenario), a number a scenario that has both."""
    winners: tuple[Winner, ...] = ()
    """A scenario each, where nobody leads in all."""


def name_of(contender: Contender, group: Group) -> Name:
    """What a contender is called within its comparison."""
    return contender.cell.framework, "" if group.server else contender.cell.server


def first_tier(group: Group) -> list[Contender]:
    """Contenders that cannot be told from the best; empty where nothing is ranked."""
    return [contender for contender in group.contenders if contender.tier == 1]


def find_grounds(groups: Sequence[Group]) -> tuple[Ground, ...]:
    """The grounds of ``groups``: those with most ranked contenders first, the usual server before others."""
    grounds: dict[tuple[object, ...], list[Group]] = {}
    for group in groups:
        if group.contenders:
            key = group.server, group.interface, group.workload._replace(scenario="")
            grounds.setdefault(key, []).append(group)
    return tuple(sorted((Ground(groups=tuple(members)) for members in grounds.values()), key=_weight))


def _weight(ground: Ground) -> tuple[int, int, bool]:
    """Most ranked contenders first; of equals, most connections (which only waiting tells apart)."""
    ranked = sum(contender.tier is not None for group in ground.groups for contender in group.contenders)
    return -ranked, -ground.workload.connections, ground.server != USUAL


def siblings(ground: Ground, grounds: Sequence[Ground]) -> tuple[Ground, ...]:
    """``ground`` on every interpreter of the run, in order of version."""

    def place(candidate: Ground) -> tuple[object, ...]:
        group = candidate.groups[0]
        return group.server, group.interface, group.workload._replace(scenario="", python="")

    same = [candidate for candidate in grounds if place(candidate) == place(ground) and candidate.ranked]
    return tuple(sorted(same, key=lambda candidate: _version(candidate.workload.python)))


def _version(python: str) -> tuple[int, ...]:
    return tuple(int(part) for part in python.split(".") if part.isdecimal())


def find_lead(ground: Ground, ratios: Ratios) -> Lead | None:
    """What the ranked comparisons of a ground come to; None where none is ranked."""
    groups = ground.ranked
    if not groups:
        return None
    if all(len(first_tier(group)) == len(_ranked(group)) for group in groups):
        return Lead(ground=ground, standing=Standing.LEVEL, first=tuple(_ranked(groups[0])))
    firsts = [{name_of(first, group) for first in first_tier(group)} for group in groups]
    common = set.intersection(*firsts)
    if not common:
        winners = tuple(_winner(group, ratios) for group in groups)
        lead = Lead(ground=ground, standing=Standing.DIVIDED, winners=winners)
        never = _in_order(groups, set.union(*firsts))
        return _with_last(lead, never, lambda group: group.contenders[0], ratios)
    leaders = tuple(first for first in first_tier(groups[0]) if name_of(first, groups[0]) in common)
    lead, leader = Lead(ground=ground, standing=Standing.LED, first=leaders), name_of(leaders[0], groups[0])
    return _with_last(lead, _in_order(groups, common), lambda group: _named(group, leader), ratios)


def _ranked(group: Group) -> list[Contender]:
    return [contender for contender in group.contenders if contender.tier is not None]


def _in_order(groups: Sequence[Group], left_out: Collection[Name]) -> dict[Name, Contender]:
    """Ranked contenders by name, each as its first comparison has it."""
    named: dict[Name, Contender] = {}
    for group in groups:
        for contender in _ranked(group):
            if (name := name_of(contender, group)) not in left_out:
                named.setdefault(name, contender)
    return named


def _named(group: Group, name: Name) -> Contender | None:
    return next((contender for contender in _ranked(group) if name_of(contender, group) == name), None)


def _with_last(lead: Lead, behind: Mapping[Name, Contender], reference: Reference, ratios: Ratios) -> Lead:
    """``lead`` with whoever of ``behind`` is farthest from the reference, and who is nearer."""
    relative = {name: tuple(_relative(lead.ground, name, reference, ratios)) for name in behind}
    known = {name: numbers for name, numbers in relative.items() if numbers}
    if not known:
        return lead
    last = min(known, key=lambda name: _mean_log(known[name]))
    between = tuple(contender for name, contender in behind.items() if name != last)
    return replace(lead, last=behind[last], between=between, ratios=known[last])


def _relative(ground: Ground, name: Name, reference: Reference, ratios: Ratios) -> Iterator[Number]:
    """``name`` to the reference, in each scenario in which both are ranked."""
    for group in ground.ranked:
        contender, base = _named(group, name), reference(group)
        number = ratios.ratio(contender.cell, base.cell) if contender and base else None
        if number:
            yield number


def _mean_log(numbers: Sequence[Number]) -> float:
    return sum(math.log(number.value.value) for number in numbers) / len(numbers)


def _winner(group: Group, ratios: Ratios) -> Winner:
    behind = next((contender for contender in group.contenders if (contender.tier or 0) > 1), None)
    return Winner(
        scenario=group.scenario,
        first=tuple(first_tier(group)),
        behind=ratios.ratio(behind.cell, group.contenders[0].cell) if behind else None,
    )
