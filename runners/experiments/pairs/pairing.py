"""Which cells are compared, and in which order: pairings, launch pairs, balanced random turns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from results.model import BOTH_SIDES, Cell, GateStage, Interface, Pairing, SideName
from runners.selection.schedule import Visit, visits
from scenarios.exchange import Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchPair:
    """What one launch pair measures: two launches, and the cells of both in the same order."""

    base: Visit
    head: Visit
    pairings: tuple[Pairing, ...]
    """What is measured; the launches mount the routes of all their cells."""

    @property
    def key(self) -> str:
        """Its name within a block."""
        return self.head.key if self.base.key == self.head.key else f"{self.base.key}/{self.head.key}"

    def visit(self, side: SideName) -> Visit:
        """The launch of one side."""
        return self.base if side == SideName.BASE else self.head

    def keeping(self, wanted: Iterable[Pairing]) -> LaunchPair | None:
        """A launch pair that measures none but ``wanted``; None where nothing is left.

        What a launch mounts stays: another set of routes would be another app.
        """
        chosen = set(wanted)
        kept = tuple(pairing for pairing in self.pairings if pairing in chosen)
        if not kept:
            return None
        return replace(self, pairings=kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedCells:
    """Cells of two sides, held against each other."""

    pairings: tuple[Pairing, ...]
    base_only: tuple[Cell, ...] = ()
    head_only: tuple[Cell, ...] = ()


def match(base: Iterable[Cell], head: Iterable[Cell], *, apart: frozenset[str] = frozenset()) -> MatchedCells:
    """Pair the cells that are the same but for the fields in ``apart`` (``framework``, ``server``)."""

    def likeness(cell: Cell) -> Cell:
        return replace(
            cell,
            framework="" if "framework" in apart else cell.framework,
            server="" if "server" in apart else cell.server,
            interface=Interface.ASGI if apart else cell.interface,
        )

    mates: dict[Cell, list[Cell]] = {}
    for cell in base:
        mates.setdefault(likeness(cell), []).append(cell)
    pairings, head_only = [], []
    for cell in head:
        if left := mates.get(likeness(cell)):
            pairings.append(Pairing(base=left.pop(0), head=cell))
        else:
            head_only.append(cell)
    base_only = tuple(cell for left in mates.values() for cell in left)
    return MatchedCells(pairings=tuple(pairings), base_only=base_only, head_only=tuple(head_only))


def launch_pairs(pairings: Iterable[Pairing], scenarios: Mapping[str, Scenario]) -> tuple[LaunchPair, ...]:
    """Pairings grouped into launch pairs: one per two stacks and target, in order of first appearance."""
    grouped: dict[tuple[str, str, str], list[Pairing]] = {}
    for pairing in pairings:
        target = scenarios[pairing.head.scenario].target
        grouped.setdefault((pairing.base.stack, pairing.head.stack, target), []).append(pairing)
    return tuple(
        LaunchPair(
            base=visits([pairing.base for pairing in group], scenarios)[0],
            head=visits([pairing.head for pairing in group], scenarios)[0],
            pairings=tuple(group),
        )
        for group in grouped.values()
    )


def first_side(seed: int, key: str, stage: GateStage, number: int) -> SideName:
    """Which side comes first in the pair with this number of its stage.

    Of every two pairs one begins with the base and one with the head, which of them by chance: so each comes
    first equally often in any even number of pairs, and a drift over the run does not favour either.
    """
    couple, second = divmod(number, 2)
    sides = list(BOTH_SIDES)
    Random(f"{seed}/first/{stage}/{key}/{couple}").shuffle(sides)
    return sides[second]


def launch_pair_order(chosen: Sequence[LaunchPair], seed: int, block: int) -> tuple[LaunchPair, ...]:
    """The launch pairs of a block in their seeded random order."""
    shuffled = list(chosen)
    Random(f"{seed}/order/{block}").shuffle(shuffled)
    return tuple(shuffled)


def launch_order(chosen: Sequence[LaunchPair], seed: int, block: int, stage: GateStage) -> tuple[str, ...]:
    """Launches of a block as the plan records them: ``base/stack@target``."""
    order = []
    for launch_pair in launch_pair_order(chosen, seed, block):
        first = first_side(seed, launch_pair.key, stage, block)
        order += [f"{side}/{launch_pair.visit(side).key}" for side in (first, other(first))]
    return tuple(order)


def pairing_order(launch_pair: LaunchPair, seed: int, block: int) -> tuple[Pairing, ...]:
    """Pairings of a launch pair in their seeded random order."""
    shuffled = list(launch_pair.pairings)
    Random(f"{seed}/cells/{block}/{launch_pair.key}").shuffle(shuffled)
    return tuple(shuffled)


def other(side: SideName) -> SideName:
    """The side that is held against ``side``."""
    return SideName.HEAD if side == SideName.BASE else SideName.BASE


def cell_of(pairing: Pairing, side: SideName) -> Cell:
    """The cell of one side."""
    return pairing.base if side == SideName.BASE else pairing.head
