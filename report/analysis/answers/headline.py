"""The headline of a run: which of its comparisons it tells, in which situation, and what is doubted of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from report.analysis.answers.besides import Pace, ServerEffect, pace_of, server_effect, waits, wsgi_keeps_up
from report.analysis.answers.leads import Ground, Lead, Standing, find_grounds, find_lead, siblings
from report.analysis.answers.told_numbers import PERCENT, Number, Ratios
from report.analysis.conclusions import Conclusions
from report.analysis.contenders import Contender, Group
from report.analysis.doubts import NEARLY_ALL, Doubt
from report.analysis.flags import service_flag
from report.analysis.metrics import THROUGHPUT
from report.analysis.summary import Summary
from report.stats.levels import Level
from report.stats.ranking import BLOCKS_TO_RANK
from results.model import Cell, Interface, Load, Run


class Situation(StrEnum):
    """What there is to tell."""

    NOTHING = "nothing"
    """No trial."""
    OPEN = "open"
    """Open load alone, which says nothing of capacity."""
    FLOORS = "floors"
    """Bare interface apps alone."""
    FEW_BLOCKS = "few-blocks"
    """Too few to rank anything."""
    ALONE = "alone"
    """One stack in each scenario, with nothing to hold it against."""
    WAITING = "waiting"
    """All stacks waited for something else than a CPU."""
    RANKED = "ranked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """What the first sentence of a run rests on."""

    situation: Situation
    blocks: int
    """Of the contender that has most."""
    leads: tuple[Lead, ...] = ()
    """One an interpreter; empty where nothing is ranked."""
    level: Number | None = None
    """Throughput of the only stack, of the first floor, or of the best that waits."""
    separable: Number | None = None
    """The largest of the smallest differences that could have been told, where none was."""
    server: ServerEffect | None = None
    wsgi: Number | None = None
    """The best WSGI stack to the best ASGI stack, where it keeps up with that."""
    paces: tuple[Pace, ...] = ()
    failed: tuple[Cell, ...] = ()
    """A cell of each stack of which nothing could be measured."""
    n_gaps: int = 0
    """Cells of other stacks that failed."""
    doubt: Doubt | None = None
    """The flag that nearly all trials carry."""


def find_headline(run: Run, conclusions: Conclusions, ratios: Ratios) -> Headline:
    """What is to be told of ``run``; rules, not judgement: the same record gives the same."""
    by_cell = {summary.cell: summary for summary in conclusions.summaries}
    frameworks, stacks = find_grounds(conclusions.groups), find_grounds(conclusions.stacks)
    blocks = max((group.n_blocks for ground in (*frameworks, *stacks) for group in ground.groups), default=0)
    failed, n_gaps = _failed(run, conclusions.summaries)
    situation, leads = _situation(run, conclusions, frameworks, stacks, by_cell, ratios)
    told = tuple(group for lead in leads for group in lead.ground.ranked)
    ground = next((lead.ground for lead in leads if lead.ground.server), None)
    paces = tuple(pace for group in told if (pace := pace_of(group, by_cell)))
    return Headline(
        situation=situation,
        blocks=blocks,
        leads=leads,
        level=_level(situation, conclusions, leads),
        separable=_separable(leads),
        server=server_effect(ground, conclusions.summaries, ratios) if ground else None,
        wsgi=wsgi_keeps_up(stacks, ratios) if _is_of_asgi(ground) else None,
        paces=paces,
        failed=failed,
        n_gaps=n_gaps,
        doubt=_doubt(conclusions, {service_flag(pace.service) for pace in paces}),
    )


def _situation(  # noqa: PLR0917 - what all situations are told apart by
    run: Run,
    conclusions: Conclusions,
    frameworks: Sequence[Ground],
    stacks: Sequence[Ground],
    by_cell: Mapping[Cell, Summary],
    ratios: Ratios,
) -> tuple[Situation, tuple[Lead, ...]]:
    """The situation, and the leads that are told in it."""
    if not run.trials:
        return Situation.NOTHING, ()
    if not frameworks:
        floors = any(group.floors for group in conclusions.groups)
        closed = any(trial.cell.load == Load.CLOSED for trial in run.trials)
        return (Situation.FLOORS if floors else Situation.NOTHING if closed else Situation.OPEN), ()
    waiting = [ground for ground in stacks if ground.ranked and all(_waits(ground, by_cell))]
    if waiting and len(waiting) == sum(bool(ground.ranked) for ground in stacks):
        return Situation.WAITING, _leads(waiting, ratios)
    leads = _leads(frameworks, ratios) or _leads(stacks, ratios)
    if leads:
        return Situation.RANKED, leads
    most = max(group.n_blocks for ground in frameworks for group in ground.groups)
    if most < BLOCKS_TO_RANK:
        return Situation.FEW_BLOCKS, ()
    return Situation.ALONE, ()


def _waits(ground: Ground, by_cell: Mapping[Cell, Summary]) -> Iterable[bool]:
    return (waits(group, by_cell) and not pace_of(group, by_cell) for group in ground.ranked)


def _leads(grounds: Sequence[Ground], ratios: Ratios) -> tuple[Lead, ...]:
    """What the first ground comes to, on each interpreter; empty where nothing is ranked."""
    ranked = [ground for ground in grounds if ground.ranked]
    if not ranked:
        return ()
    leads = (find_lead(ground, ratios) for ground in siblings(ranked[0], ranked))
    return tuple(lead for lead in leads if lead)


def _is_of_asgi(ground: Ground | None) -> bool:
    return ground is not None and ground.groups[0].interface == Interface.ASGI


def _level(situation: Situation, conclusions: Conclusions, leads: Sequence[Lead]) -> Number | None:
    """Throughput of whoever is told of, in its first scenario."""
    contenders: Iterable[Contender] = ()
    if situation == Situation.FLOORS:
        contenders = (floor for group in conclusions.groups for floor in group.floors)
    elif situation == Situation.ALONE:
        contenders = (contender for group in conclusions.groups for contender in group.contenders)
    elif situation == Situation.WAITING:
        contenders = (lead.ground.ranked[0].contenders[0] for lead in leads)
    first = next(iter(contenders), None)
    return Number(value=first.level, unit=THROUGHPUT.unit, cell=first.cell) if first else None


def _separable(leads: Sequence[Lead]) -> Number | None:
    """The smallest difference that every comparison could have told, where none was told."""
    if not leads or any(lead.standing != Standing.LEVEL for lead in leads):
        return None
    groups = [group for lead in leads for group in lead.ground.ranked]
    return max(
        (number for group in groups if (number := _separable_of(group))),
        key=lambda number: number.value.value,
        default=None,
    )


def _separable_of(group: Group) -> Number | None:
    if group.separable_percent is None:
        return None
    return Number(
        value=Level(value=group.separable_percent, n=group.n_blocks),
        unit=PERCENT,
        cell=group.contenders[0].cell,
        about="smallest difference that could have been told",
    )


def _doubt(conclusions: Conclusions, told: Collection[str]) -> Doubt | None:
    """The flag that nearly all trials carry, and that nothing else tells of."""
    nearly_all = NEARLY_ALL * conclusions.n_trials
    doubts = (doubt for doubt in conclusions.doubts if doubt.flag.name not in told)
    return next((doubt for doubt in doubts if doubt.trials >= nearly_all), None)


def _failed(run: Run, summaries: Sequence[Summary]) -> tuple[tuple[Cell, ...], int]:
    """A cell of each stack that failed altogether, and how many others failed."""
    stacks = {failure.stack for failure in run.failures}
    by_stack: dict[str, list[Summary]] = {}
    for summary in summaries:
        if not summary.cell.control:
            by_stack.setdefault(summary.cell.stack, []).append(summary)
    failed, n_gaps = [], 0
    for stack, members in by_stack.items():
        gaps = sum(bool(member.gap) for member in members)
        if stack in stacks and gaps == len(members):
            failed.append(members[0].cell)
        elif stack in stacks:
            n_gaps += gaps
    return tuple(failed), n_gaps
