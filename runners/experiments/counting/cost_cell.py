"""A cell that is to be counted, with what it is started from, and what came of one launch of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from results.model import Cell, SideName
from runners.environments.provision import Provisioned
from runners.selection.frameworks import Framework

T = TypeVar("T")

HASH_SEED = "0"
"""``PYTHONHASHSEED`` of everything that is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostCell:
    """One cell on one side, with what it is started from."""

    cell: Cell
    """With ``load`` ``lockstep`` (made by ``counting.countable``), perhaps with server ``in-process``."""
    framework: Framework
    environment: Provisioned
    side: SideName = SideName.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchResult(Generic[T]):
    """One launch of a cell, and what measuring it gave."""

    result: T
    target: str
    argv: tuple[str, ...]
    """Command line without machine paths."""
