"""The schedule: the launches that cells need, and the seeds of launches and trials."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from random import Random

from results.model import Cell
from scenarios.catalogue import in_contract_order
from scenarios.exchange import Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One launch of a block: a stack serving one target, and the cells it is asked, in order."""

    stack: str
    target: str
    """Key of the app's targets: ``default``, ``routing``, ..."""
    cells: tuple[Cell, ...]

    @property
    def key(self) -> str:
        """Name of the launch within a block, as the plan records it."""
        return f"{self.stack}@{self.target}"


def visits(cells: Iterable[Cell], scenarios: Mapping[str, Scenario]) -> tuple[Visit, ...]:
    """Cells grouped into launches: one per stack and target, in order of first appearance."""
    grouped: dict[tuple[str, str], list[Cell]] = {}
    for cell in cells:
        grouped.setdefault((cell.stack, scenarios[cell.scenario].target), []).append(cell)
    return tuple(
        Visit(stack=stack, target=target, cells=tuple(group)) for (stack, target), group in grouped.items()
    )


def select_visits(launches: Iterable[Visit], wanted: Container[Cell]) -> tuple[Visit, ...]:
    """Launches that visit a wanted cell, whole: a launch for fewer cells would mount fewer routes."""
    return tuple(visit for visit in launches if any(cell in wanted for cell in visit.cells))


def groups_of(cells: Iterable[Cell], scenarios: Mapping[str, Scenario]) -> tuple[str, ...]:
    """Route groups that a launch for ``cells`` mounts, in contract order."""
    return in_contract_order(group for cell in cells for group in scenarios[cell.scenario].groups)


def hash_seed(seed: int, block: int, visit: Visit) -> str:
    """``PYTHONHASHSEED`` of one launch: another in every block, the same for the same run seed."""
    return str(Random(f"{seed}/hash/{block}/{visit.key}").randrange(1, 2**32))


def trial_seed(seed: int, block: int, cell: Cell) -> int:
    """Seed of a trial's ring of inputs: another per block, the same for every stack within it."""
    return Random(f"{seed}/ring/{block}/{cell.scenario}/{cell.connections}").randrange(2**31)
