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
from runners.errors import HotlapError, PlanError, of_side
from runners.experiments.pairs.options import PairOptions
from runners.experiments.pairs.pairing import cell_of
from runners.experiments.pairs.sides import SideParts
from runners.experiments.progress import Watcher
from runners.experiments.provisioning import (
    environments_of,
    frameworks_of,
    lacking_cells,
    unsupported_cells,
    versions_of,
)
from runners.experiments.run_plan import named

Environments = Mapping[SideName, Mapping[str, Provisioned]]
"""By side, then by ``Cell.environment``."""
Interpreters = Mapping[SideName, Mapping[str, Chosen]]
"""By side, then by the name that cells have for them."""


def on_interpreters(options: PairOptions) -> PairOptions:
    """``options`` with what cells call their interpreters, where there are several.

    Base and head of a cell share one. Raises PlanError where there is no such interpreter, or where a side
    names its own beside several.
    """
    several = len(options.pythons) > 1
    names = named(choose(options.pythons, (), cache.root())) if several else ()
    if names and (options.sides.base.python or options.sides.head.python):
        raise PlanError(
            "several --python compare each cell on each, --base-python and --head-python two with each other",
            remedy="give --python once, or leave out --base-python and --head-python",
        )
    return replace(options, selection=replace(options.selection, pythons=names))


def interpreters_of_sides(
    options: PairOptions, sides: Mapping[SideName, SideParts], pairings: Iterable[Pairing]
) -> Interpreters:
    """Interpreters of each side by the name that cells have for them; PlanError where one is missing."""
    pairings = tuple(pairings)
    used = [
        frame
        for side in sides
        for frame in frameworks_of([cell_of(pairing, side) for pairing in pairings], sides[side].parts)
    ]
    interpreters: dict[SideName, Mapping[str, Chosen]] = {}
    for side, side_parts in sides.items():
        own = side_parts.options.python
        with _told_of(side_parts):
            interpreters[side] = choose((own,) if own else options.pythons, used, cache.root())
    return interpreters


def provision_sides(
    interpreters: Interpreters,
    sides: Mapping[SideName, SideParts],
    pairings: Iterable[Pairing],
    watcher: Watcher,
) -> tuple[Environments, tuple[Failure, ...]]:
    """Environments of both sides, and the failures of what could not be installed."""
    pairings = tuple(pairings)
    environments: dict[SideName, Mapping[str, Provisioned]] = {}
    failures: tuple[Failure, ...] = ()
    for side, side_parts in sides.items():
        cells = [cell_of(pairing, side) for pairing in pairings]
        environments[side], failed = _provision_side(side_parts, cells, interpreters[side], watcher)
        failures += failed
    return environments, failures


def must_be_startable(sides: Mapping[SideName, SideParts]) -> None:
    """Raise PlanError, before anything is built, where a side names a server that is too old."""
    for side_parts in sides.values():
        with _told_of(side_parts):
            require_startable(map(parse, side_parts.options.moved))


def _provision_side(
    side_parts: SideParts, cells: Iterable[Cell], interpreters: Mapping[str, Chosen], watcher: Watcher
) -> tuple[Mapping[str, Provisioned], tuple[Failure, ...]]:
    cells, side, asked = tuple(cells), side_parts.side.name, side_parts.options
    parts = side_parts.parts
    watcher.say(f"{side}: {side_parts.side.title}")
    with _told_of(side_parts):
        for python, chosen in interpreters.items():
            own = frameworks_of([cell for cell in cells if cell.python == python], parts)
            if asked.bare and own:
                concerned(own, tuple(map(parse, asked.bare)), chosen.interpreter)
        environments, failures = environments_of(
            cells, parts, interpreters=interpreters, overrides=asked.moved, watcher=watcher
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
    return all(cell_of(pairing, side).environment in environments[side] for side in BOTH_SIDES)


def leave_out_unsupported(
    pairings: tuple[Pairing, ...], interpreters: Interpreters, sides: Mapping[SideName, SideParts]
) -> tuple[tuple[Pairing, ...], tuple[NotApplicable, ...], tuple[Failure, ...]]:
    """Pairings whose frameworks run on their interpreter, of several; as ``leave_out_lacking``."""
    lacking = {
        side: unsupported_cells(
            [cell_of(pairing, side) for pairing in pairings], interpreters[side], sides[side].parts
        )
        for side in BOTH_SIDES
    }
    return _leave_out(pairings, lacking)


def leave_out_lacking(
    pairings: tuple[Pairing, ...], environments: Environments, sides: Mapping[SideName, SideParts]
) -> tuple[tuple[Pairing, ...], tuple[NotApplicable, ...], tuple[Failure, ...]]:
    """Pairings that both sides' releases are new enough for; those that the base lacks, or only the head.

    What the base could not do yet is not applicable; what the head can no longer do is a failure.
    """
    lacking = {
        side: lacking_cells(
            [cell_of(pairing, side) for pairing in pairings],
            versions_of(environments[side]),
            sides[side].parts,
        )
        for side in BOTH_SIDES
    }
    return _leave_out(pairings, lacking)


def _leave_out(
    pairings: tuple[Pairing, ...], lacking: Mapping[SideName, Iterable[NotApplicable]]
) -> tuple[tuple[Pairing, ...], tuple[NotApplicable, ...], tuple[Failure, ...]]:
    base, head = ({lack.cell: lack.reason for lack in lacking[side]} for side in BOTH_SIDES)
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
    names = ", ".join(dict.fromkeys(pairing.head.environment for pairing in alike))
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
    base, head = (environments[side][pairing.head.environment].record.key for side in BOTH_SIDES)
    return base == head
