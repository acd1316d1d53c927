"""Frameworks on one server variant against one of them, the same in all scenarios."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from report.analysis.answers.told_numbers import Ratios
from report.analysis.contenders import Group
from report.analysis.workload import Workload
from report.stats.levels import Level
from results.model import Cell, Interface


@dataclass(frozen=True, slots=True, kw_only=True)
class AgainstReference:
    """One server variant and interface."""

    server: str
    interface: Interface
    reference: str
    """The framework that all are held against."""
    ratios: Mapping[tuple[str, Workload], Level]
    """By framework and what was asked: throughput to that of the reference, which itself is 1."""

    @property
    def compares(self) -> bool:
        """Whether anything but the reference has a ratio."""
        return any(framework != self.reference for framework, _ in self.ratios)


def against_references(
    groups: Sequence[Group], ratios: Ratios, below: Mapping[str, str]
) -> tuple[AgainstReference, ...]:
    """Each server variant of ``groups``, which are of frameworks.

    ``below`` is what frameworks stand on, as ``layers.built_on`` gives it.
    """
    by_variant: dict[tuple[str, Interface], list[Group]] = {}
    for group in groups:
        if group.server is not None and group.interface is not None and group.contenders:
            by_variant.setdefault((group.server, group.interface), []).append(group)
    return tuple(
        _hold(server, interface, members, ratios, below)
        for (server, interface), members in by_variant.items()
    )


def choose_reference(groups: Iterable[Group], below: Mapping[str, str]) -> str:
    """The framework with values in most scenarios; of several one that another stands on, then by name."""
    measured = Counter(contender.cell.framework for group in groups for contender in group.contenders)
    carried = {below[name] for name in measured if name in below}
    return min(measured, key=lambda name: (-measured[name], name not in carried, name))


def _hold(
    server: str, interface: Interface, groups: Sequence[Group], ratios: Ratios, below: Mapping[str, str]
) -> AgainstReference:
    reference = choose_reference(groups, below)
    by_cell: dict[tuple[str, Workload], Level] = {}
    for group in groups:
        cells = [contender.cell for contender in (*group.contenders, *group.floors)]
        base = next((cell for cell in cells if cell.framework == reference), None)
        for cell in cells:
            level = _ratio(cell, base, ratios) if base else None
            if level is not None:
                by_cell[cell.framework, group.workload] = level
    return AgainstReference(server=server, interface=interface, reference=reference, ratios=by_cell)


def _ratio(cell: Cell, base: Cell, ratios: Ratios) -> Level | None:
    if cell == base:
        return Level(value=1.0, n=0)
    number = ratios.ratio(cell, base)
    return number.value if number else None
