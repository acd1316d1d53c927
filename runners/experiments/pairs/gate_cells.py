"""Which cells a gate looks at: globs over ``framework--server--scenario``, on both sides, for both tiers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from fnmatch import fnmatchcase

from results.model import Cell, SideName
from runners.errors import PlanError
from runners.experiments.counting.countable import countable_cells
from runners.experiments.pairs.pairing import MatchedCells, match
from runners.experiments.pairs.sides import SideParts
from runners.selection.matrix import CLOSED_CONNECTIONS, Selection, expand

EVERYTHING = Selection(frameworks=("*",), servers=("*",), scenarios=("*",), connections=(CLOSED_CONNECTIONS,))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenCells:
    """Cells of both tiers, held against each other."""

    cost: MatchedCells
    load: MatchedCells


@dataclass(frozen=True, slots=True, kw_only=True)
class Globs:
    """What was asked for: globs over cells, narrowed by globs over their parts."""

    cells: tuple[str, ...]
    """Cells to be counted; empty: the cost tier is left out."""
    sentinels: tuple[str, ...]
    """Cells to be loaded; empty: the load tier is left out."""
    declared: frozenset[str] = frozenset()
    """Globs among them that files declare and nobody asked for: they may match nothing."""
    frameworks: tuple[str, ...] = ()
    servers: tuple[str, ...] = ()
    scenarios: tuple[str, ...] = ()

    def admits(self, cell: Cell) -> bool:
        """Whether the parts of ``cell`` are among those asked for."""
        return all(
            not globs or any(fnmatchcase(part, glob) for glob in globs)
            for part, globs in (
                (cell.framework, self.frameworks),
                (cell.server, self.servers),
                (cell.scenario, self.scenarios),
            )
        )


def name_of(cell: Cell) -> str:
    """A cell as globs see it."""
    return f"{cell.framework}--{cell.server}--{cell.scenario}"


def choose(
    globs: Globs,
    sides: Mapping[SideName, SideParts],
    apart: frozenset[str],
    loaded_as: Selection = EVERYTHING,
) -> ChosenCells:
    """Pairings of both tiers; raises PlanError where a glob matches nothing, or nothing is left.

    ``loaded_as`` says with how many connections and workers sentinels are loaded, and on which interpreters
    both tiers run.
    """
    cells = {name: _countable(side_parts, loaded_as.pythons) for name, side_parts in sides.items()}
    counted = _tier(globs.cells, globs, cells, apart)
    cells = {name: expand(_selection(parts, loaded_as), parts.parts).cells for name, parts in sides.items()}
    loaded = _tier(globs.sentinels, globs, cells, apart)
    if not counted.pairings and not loaded.pairings and not counted.base_only and not loaded.base_only:
        raise PlanError(
            "the selection gives no cell to look at",
            remedy="widen --framework, --server and --scenario, or name cells by --cell and --sentinel",
        )
    return ChosenCells(cost=counted, load=loaded)


def _tier(
    wanted: tuple[str, ...], globs: Globs, cells: Mapping[SideName, tuple[Cell, ...]], apart: frozenset[str]
) -> MatchedCells:
    known = dict.fromkeys(name_of(cell) for side in cells.values() for cell in side)
    for glob in wanted:
        if glob not in globs.declared and not any(fnmatchcase(name, glob) for name in known):
            near = get_close_matches(glob, known, n=3, cutoff=0.3)
            raise PlanError(
                f"no cell is called {glob!r}" + (f"; nearest: {', '.join(near)}" if near else ""),
                remedy="cells are globs over framework--server--scenario, see `hotlap list`",
            )
    if wanted and not any(fnmatchcase(name, glob) for name in known for glob in wanted):
        raise PlanError(
            f"no cell of these sides is one that a gate looks at unless told: {', '.join(wanted)}",
            remedy="name cells by --cell and --sentinel, or leave a tier out by --no-cost or --no-load",
        )

    def is_wanted(cell: Cell) -> bool:
        return globs.admits(cell) and any(fnmatchcase(name_of(cell), glob) for glob in wanted)

    matched = match(cells[SideName.BASE], cells[SideName.HEAD], apart=apart)
    return MatchedCells(
        pairings=tuple(pairing for pairing in matched.pairings if is_wanted(pairing.head)),
        base_only=() if apart else tuple(filter(is_wanted, matched.base_only)),
        head_only=() if apart else tuple(filter(is_wanted, matched.head_only)),
    )


def _selection(side_parts: SideParts, loaded_as: Selection = EVERYTHING) -> Selection:
    options = side_parts.options
    return replace(
        loaded_as,
        frameworks=EVERYTHING.frameworks if options.framework is None else (options.framework,),
        servers=EVERYTHING.servers if options.server is None else (options.server,),
    )


def _countable(side_parts: SideParts, pythons: tuple[str, ...]) -> tuple[Cell, ...]:
    return countable_cells(
        replace(_selection(side_parts), pythons=pythons),
        side_parts.parts,
        in_process=side_parts.options.server is None,
    ).cells


def head_only(tiers: Iterable[MatchedCells]) -> tuple[Cell, ...]:
    """Cells that only the head has: there is nothing to hold them against."""
    return tuple(cell for matched in tiers for cell in matched.head_only)
