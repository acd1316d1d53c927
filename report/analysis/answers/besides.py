"""What a headline says beside its lead: effect of the server, where WSGI keeps up, who sets the pace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from report.analysis.answers.leads import Ground
from report.analysis.answers.told_numbers import PERCENT, Number, Ratios
from report.analysis.contenders import Contender, Group
from report.analysis.patterns.waits import WAITING_SCENARIOS, WAITING_SHARE
from report.analysis.services import MEASURED_SHARE
from report.analysis.summary import Summary
from report.stats.levels import Level
from results.model import Cell, Interface

SMALL = 0.10
"""A server that changes throughput by less than this share, interval and all, hardly matters."""
WIDEST = 1.3
"""Of an interval, upper by lower end: with a wider one nobody is said to keep up."""
ASKED_TO_WAIT = WAITING_SCENARIOS | {"delay-threadpool", "upstream"}
"""Scenarios whose handlers wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerEffect:
    """What another server changes for the same framework."""

    number: Number
    """Where it changes most; for a small effect, where its interval reaches farthest from 1."""
    small: bool
    """Whether nowhere more than ``SMALL``, intervals and all."""

    @property
    def at_most(self) -> float:
        """Farthest end of the interval of ``number`` from 1, as a share."""
        return _reach(self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """A service that set the pace in one scenario."""

    scenario: str
    service: str
    busy: Number
    """Of its cells' medians the median, in percent of the time of its CPUs."""


def server_effect(ground: Ground, summaries: Sequence[Summary], ratios: Ratios) -> ServerEffect | None:
    """Of another server of the same interface, over all frameworks and scenarios of ``ground``.

    None where there is no other server, or no interval, or where the largest effect is not told from none.
    """
    numbers = [
        number
        for cell, base in _same_framework(ground, summaries)
        if (number := ratios.ratio(cell, base)) and number.value.low is not None
    ]
    if not numbers:
        return None
    farthest = max(numbers, key=_reach)
    if _reach(farthest) <= SMALL:
        return ServerEffect(number=farthest, small=True)
    told = [number for number in numbers if not number.value.holds(1)]
    if not told:
        return None
    return ServerEffect(number=max(told, key=lambda number: _distance(number.value.value)), small=False)


def _same_framework(ground: Ground, summaries: Sequence[Summary]) -> Iterator[tuple[Cell, Cell]]:
    """Cells of the frameworks of ``ground`` on other servers of its interface, each with its own there."""
    for group in ground.groups:
        own = {contender.cell.framework: contender.cell for contender in group.contenders}
        for summary in summaries:
            cell = summary.cell
            base = own.get(cell.framework)
            if base is None or cell.control or summary.workload != group.workload:
                continue
            if cell.server != base.server and cell.interface == base.interface:
                yield cell, base


def _distance(ratio: float) -> float:
    """How far a ratio is from 1, a half as far as a double."""
    return max(ratio, 1 / ratio) - 1


def _reach(number: Number) -> float:
    low, high = number.value.low, number.value.high
    return max(_distance(low or number.value.value), _distance(high or number.value.value))


def wsgi_keeps_up(stacks: Sequence[Ground], ratios: Ratios) -> Number | None:
    """The best WSGI stack to the best ASGI stack, on whichever servers, where it is level with it or ahead.

    In the first scenario in which it is so; None where there is none.
    """
    groups = (group for ground in stacks for group in ground.ranked)
    return next((number for group in groups if (number := _keeps_up(group, ratios))), None)


def _keeps_up(group: Group, ratios: Ratios) -> Number | None:
    ours, theirs = (_best_on(group, interface) for interface in (Interface.WSGI, Interface.ASGI))
    number = ratios.ratio(ours.cell, theirs.cell) if ours and theirs else None
    return number if number and _is_level_or_ahead(number.value) else None


def _best_on(group: Group, interface: Interface) -> Contender | None:
    """The best ranked stack of an interface; None where there is none."""
    ranked = (contender for contender in group.contenders if contender.tier is not None)
    return next((contender for contender in ranked if contender.cell.interface == interface), None)


def _is_level_or_ahead(level: Level) -> bool:
    if level.low is None or level.high is None:
        return False
    return level.high >= 1 and level.high / level.low <= WIDEST


def pace_of(group: Group, summaries: Mapping[Cell, Summary]) -> Pace | None:
    """The service that was the limit of most stacks of a comparison; None where none was."""
    cells = [contender.cell for contender in group.contenders]
    shares: dict[str, list[float]] = {}
    for cell in cells:
        for use in summaries[cell].services:
            shares.setdefault(use.name, []).append(use.busy)
    for service, busy in shares.items():
        if 2 * sum(share > MEASURED_SHARE for share in busy) > len(cells):
            ends = dict.fromkeys(f"{100 * end:.0f}%" for end in (min(busy), max(busy)))
            number = Number(
                value=Level(value=100 * median(busy), n=group.n_blocks),
                unit=PERCENT,
                cell=cells[0],
                about=f"CPU time of the {service}, median of {len(busy)} cells ({' to '.join(ends)})",
            )
            return Pace(scenario=group.scenario, service=service, busy=number)
    return None


def waits(group: Group, summaries: Mapping[Cell, Summary]) -> bool:
    """Whether a scenario asks handlers to wait, and every stack had CPU to spare for that."""
    cells = [contender.cell for contender in group.contenders]
    return group.scenario in ASKED_TO_WAIT and all(has_cpu_to_spare(summaries[cell]) for cell in cells)


def has_cpu_to_spare(summary: Summary) -> bool:
    """Whether its server was not saturated, so that its rate says little of its cost."""
    return summary.utilisation is not None and summary.utilisation < WAITING_SHARE
