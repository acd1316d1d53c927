"""The environments of both sides, and which of their pairings are worth measuring."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from results.model import BOTH_SIDES, Cell, Failure, FailureStage, NotApplicable, Pairing, SideName
from runners.environments import cache
from runners.environments.overrides import parse
from runners.environments.provision import Provisioned
from runners.environments.resolution import concerned, require_startable
from runners.environments.yardstick import Chosen, choose
from runners.errors import HotlapError, of_side
from runners.experiments.pairs.options import PairOptions
from runners.experiments.pairs.pairing import cell_of
from runners.experiments.pairs.sides import SideParts
from runners.experiments.progress import Watcher
from runners.experiments.provisioning import (
    environments_of,
    frameworks_of,
    lacking_cells,
    versions_of,
)

Environments = Mapping[SideName, Mapping[str, Provisioned]]
"""By side, then by framework."""


def provision_sides(
    options: PairOptions, sides: Mapping[SideName, SideParts], pairings: Iterable[Pairing], watcher: Watcher
) -> tuple[Environments, tuple[Failure, ...]]:
    """Environments of both sides, and the failures of what could not be installed.

    Raises PlanError, before anything is built, where a side names a server that is too old to be started.
    """
    pairings = tuple(pairings)
    for side_parts in sides.values():
        with _told_of(side_parts):
            require_startable(map(parse, side_parts.options.moved))
    environments: dict[SideName, Mapping[str, Provisioned]] = {}
    failures: tuple[Failure, ...] = ()
    cells = {side: [cell_of(pairing, side) for pairing in pairings] for side in sides}
    used = [frame for side in sides for frame in frameworks_of(cells[side], sides[side].parts)]
    for side, side_parts in sides.items():
        with _told_of(side_parts):
            wanted = side_parts.options.python or options.python
            (chosen,) = choose([wanted] if wanted else [], used, cache.root()).values()
        environments[side], failed = _provision_side(side_parts, cells[side], chosen, watcher)
        failures += failed
    return environments, failures


def _provision_side(
    side_parts: SideParts, cells: Iterable[Cell], chosen: Chosen, watcher: Watcher
) -> tuple[Mapping[str, Provisioned], tuple[Failure, ...]]:
    cells, side, asked = tuple(cells), side_parts.side.name, side_parts.options
    parts = side_parts.parts
    watcher.say(f"{side}: {side_parts.side.title}")
    with _told_of(side_parts):
        if asked.bare:
            concerned(frameworks_of(cells, parts), tuple(map(parse, asked.bare)), chosen.interpreter)
        environments, failures = environments_of(
            cells, parts, interpreters={"": chosen}, overrides=asked.moved, watcher=watcher
        )
    named = {
        name: replace(environment, record=replace(environment.record, side=side))
        for name, environment in environments.items()
    }
    by_stack = {failure.stack: failure for failure in failures}
    return named, tuple(
        of_side(replace(by_stack[cell.stack], cell=cell), side)
        for cell in dict.fromkeys(cells)
        if cell.stack in by_stack
    )


@contextmanager
def _told_of(side_parts: SideParts) -> Iterator[None]:
    """Has an error within begin with the side that it is of."""
    try:
        yield
    except HotlapError as error:
        raise error.retold(f"{side_parts.side.name}: {error.message}") from error


def is_ready(pairing: Pairing, environments: Environments) -> bool:
    """Whether both sides have the environment that they need."""
    return all(cell_of(pairing, side).framework in environments[side] for side in BOTH_SIDES)


def leave_out_lacking(
    pairings: tuple[Pairing, ...], environments: Environments, sides: Mapping[SideName, SideParts]
) -> tuple[tuple[Pairing, ...], tuple[NotApplicable, ...], tuple[Failure, ...]]:
    """Pairings that both sides' releases are new enough for; those that the base lacks, or only the head.

    What the base could not do yet is not applicable; what the head can no longer do is a failure.
    """
    base, head = (
        {
            lack.cell: lack.reason
            for lack in lacking_cells(
                [cell_of(pairing, side) for pairing in pairings],
                versions_of(environments[side]),
                sides[side].parts,
            )
        }
        for side in BOTH_SIDES
    )
    old = tuple(
        NotApplicable(cell=pairing.head, reason=f"not applicable to the base: {base[pairing.base]}")
        for pairing in pairings
        if pairing.base in base
    )
    lost = tuple(
        Failure(
            stack=pairing.head.stack,
            cell=pairing.head,
            block=None,
            stage=FailureStage.PLAN,
            message=f"{SideName.HEAD}: {head[pairing.head]}",
            remedy="put it back, or waive it",
            side=SideName.HEAD,
        )
        for pairing in pairings
        if pairing.head in head and pairing.base not in base
    )
    kept = tuple(pairing for pairing in pairings if pairing.base not in base and pairing.head not in head)
    return kept, old, lost


def leave_out_alike(
    pairings: tuple[Pairing, ...], environments: Environments, watcher: Watcher
) -> tuple[tuple[Pairing, ...], tuple[NotApplicable, ...]]:
    """Pairings worth measuring, and those that are the same on both sides; all where all are alike (A/A)."""
    alike = [pairing for pairing in pairings if _is_alike(pairing, environments)]
    names = ", ".join(dict.fromkeys(pairing.head.framework for pairing in alike))
    if len(alike) == len(pairings):
        watcher.say(f"{names}: base and head are the same, so what differs is noise (A/A)")
        return pairings, ()
    if alike:
        watcher.say(f"{names}: the same on both sides, not measured")
    same = tuple(NotApplicable(cell=pairing.head, reason="the same on both sides") for pairing in alike)
    return tuple(pairing for pairing in pairings if pairing not in alike), same


def _is_alike(pairing: Pairing, environments: Environments) -> bool:
    if pairing.base != pairing.head or not is_ready(pairing, environments):
        return False
    base, head = (environments[side][pairing.head.framework].record.key for side in BOTH_SIDES)
    return base == head
