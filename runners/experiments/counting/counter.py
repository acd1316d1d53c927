"""Counters of instructions, and other tools: how a tree is started under one, read, and which there are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Protocol

from results.model import InstructionCounter
from runners.errors import PlanError
from runners.experiments.counting import callgrind, perf


class Reading(Protocol):
    """What reads one running tree. Of a counter: instructions of user space, all threads together."""

    def start(self, pids: Collection[int]) -> None:
        """Begin in ``pids``; raises CostError."""

    def read(self) -> int:
        """Instructions, or samples, since the last reading, or since the start; raises CostError."""

    def close(self) -> None:
        """End whatever reading needed; may be called twice."""


class Tool(Protocol):
    """Something that a server is started under, or that is attached to it, found on this machine."""

    @property
    def tool(self) -> str:
        """Name and version."""

    @property
    def ready_s(self) -> float:
        """How long a server may take until it answers when it is started under this tool."""

    def under(self, folder: Path) -> tuple[str, ...]:
        """Command that a tree is started by; ``folder`` gets the tool's files."""

    def reading(self, folder: Path) -> Reading:
        """What reads the tree that was started with the same ``folder``."""


class Counter(Tool, Protocol):
    """A way to count."""

    @property
    def name(self) -> InstructionCounter:
        """What the two count is never compared."""


COUNTERS: Mapping[str, Callable[[], Counter]] = {
    InstructionCounter.CALLGRIND: callgrind.find,
    InstructionCounter.PERF: perf.find,
}
"""By the name that ``--counter`` takes: looks for the tool on this machine."""
DEFAULT = InstructionCounter.CALLGRIND


def find_counter(name: str = DEFAULT) -> Counter:
    """The counter called ``name``; raises PlanError where there is none, or it cannot count here."""
    if name not in COUNTERS:
        raise PlanError(f"unknown counter {name!r}", remedy=f"--counter {' or '.join(COUNTERS)}")
    return COUNTERS[name]()
