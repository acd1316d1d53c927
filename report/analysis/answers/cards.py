"""Cards: for each kind of work, which stacks serve most of it and by how much, or what measures it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from report.analysis.answers.besides import Pace, pace_of
from report.analysis.answers.leads import first_tier
from report.analysis.answers.told_numbers import Number, Ratios
from report.analysis.conclusions import Conclusions
from report.analysis.contenders import Contender, Group
from report.analysis.summary import Summary
from results.model import Cell


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of work that people choose a stack for."""

    name: str
    title: str
    scenarios: tuple[str, ...]
    """Patterns of names, that which tells most first."""
    command: str
    """What measures it, as it is typed."""


KINDS: tuple[Kind, ...] = (
    Kind(
        name="validated-api",
        title="JSON API with validation",
        scenarios=("orders", "params", "items", "orders-invalid", "auth"),
        command="hotlap run --suite quick",
    ),
    Kind(
        name="database",
        title="Database-bound",
        scenarios=("db-read", "orm-page", "db-many", "db-write", "orm-*", "mixed"),
        command="hotlap run --suite data",
    ),
    Kind(
        name="realtime",
        title="Streaming and real time",
        scenarios=("websocket", "stream", "sse"),
        command="hotlap run --suite realtime",
    ),
    Kind(
        name="waiting",
        title="Waiting on others",
        scenarios=("delay", "upstream", "delay-threadpool"),
        command="hotlap run --suite waiting",
    ),
    Kind(
        name="simple-site",
        title="Simple synchronous site",
        scenarios=("json-sync", "form", "static", "plaintext"),
        command="hotlap run --quick --scenario json-sync --scenario form",
    ),
)
"""In the order of the cards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """What one scenario says of a kind of work, stack against stack."""

    group: Group
    first: tuple[Contender, ...]
    """That cannot be told from the best; empty where nothing is ranked."""
    behind: Number | None
    """The best of those behind the first, relative to the best."""
    pace: Pace | None
    """A service that was the limit."""
    variants: tuple[Number, ...] = ()
    """Variants of whoever is named, on the same server, relative to the best: Django with its pool beside
    Django."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The answer for one kind of work."""

    kind: Kind
    rankings: tuple[Ranking, ...]
    """A scenario each, that which tells most first; empty where the run lacks the cells."""


def find_cards(conclusions: Conclusions, ratios: Ratios) -> tuple[Card, ...]:
    """A card for each of ``KINDS``."""
    by_cell = {summary.cell: summary for summary in conclusions.summaries}
    groups = _group_by_scenario(conclusions.stacks)
    return tuple(
        Card(
            kind=kind,
            rankings=tuple(_ranking(groups[name], by_cell, ratios) for name in _scenarios(kind, groups)),
        )
        for kind in KINDS
    )


def kind_of(scenario: str) -> Kind | None:
    """The kind of work that a scenario belongs to; None for one that says nothing of any."""
    return next(
        (kind for kind in KINDS if any(fnmatchcase(scenario, pattern) for pattern in kind.scenarios)), None
    )


def _scenarios(kind: Kind, groups: Mapping[str, Group]) -> list[str]:
    matches = (name for pattern in kind.scenarios for name in sorted(groups) if fnmatchcase(name, pattern))
    return list(dict.fromkeys(matches))


def _group_by_scenario(stacks: Sequence[Group]) -> dict[str, Group]:
    """Of each scenario the comparison with most contenders, and of equals that with most connections."""
    chosen: dict[str, Group] = {}
    for group in stacks:
        if group.contenders:
            chosen[group.scenario] = max(chosen.get(group.scenario, group), group, key=_size)
    return chosen


def _size(group: Group) -> tuple[int, int]:
    return len(group.contenders), group.workload.connections


def _ranking(group: Group, by_cell: Mapping[Cell, Summary], ratios: Ratios) -> Ranking:
    behind = next((contender for contender in group.contenders if (contender.tier or 0) > 1), None)
    first = first_tier(group)
    return Ranking(
        group=group,
        first=tuple(first),
        behind=ratios.ratio(behind.cell, group.contenders[0].cell) if behind else None,
        pace=pace_of(group, by_cell),
        variants=tuple(_variants(group, [*first, *([behind] if behind else [])], ratios)),
    )


def _variants(group: Group, named: Sequence[Contender], ratios: Ratios) -> Iterator[Number]:
    """Contenders that are variants of those ``named`` and not named themselves, relative to the best."""
    cells = [contender.cell for contender in named]
    for contender in group.contenders:
        cell = contender.cell
        if cell not in cells and any(_are_variants(cell, other) for other in cells):
            number = ratios.ratio(cell, group.contenders[0].cell)
            if number:
                yield number


def _are_variants(cell: Cell, other: Cell) -> bool:
    """Whether one is the other with another setting on the same server, as `django-pooled` of `django`."""
    ours, theirs = cell.framework, other.framework
    same = (cell.server, cell.interface, cell.python) == (other.server, other.interface, other.python)
    return same and (ours.startswith(f"{theirs}-") or theirs.startswith(f"{ours}-"))
