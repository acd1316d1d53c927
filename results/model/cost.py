"""Instructions that were counted, and where they go."""

from __future__ import annotations

from dataclasses import dataclass

from results.model.cell import Cell
from results.model.values import InstructionCounter, Int64, SharesBy, SideName

IN_PROCESS = "in-process"
"""Server of a cell whose app is called without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Instructions between two readings of a counter."""

    instructions: Int64
    """User-space instructions, summed over all processes and threads of the tree."""
    seconds: float
    """Monotonic time between the readings."""
    requests: Int64
    """Right answers in between; 0: nothing was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostRecord:
    """Instructions of one cell in lock-step on one connection, counted within one launch."""

    cell: Cell
    """With ``load`` ``lockstep``, and server ``in-process`` where the app was called without one."""
    side: SideName = SideName.NONE
    repeat: Int64 = 0
    """From 0; each is a launch of its own."""
    attempt: Int64 = 0
    """How often it was begun anew because its intervals did not agree."""
    started_unix_s: float
    seconds: float
    """From launch to end."""
    counter: InstructionCounter
    tool: str
    """The counter's name and version."""
    intervals: tuple[Interval, ...]
    idle: Interval | None = None
    """While nothing was asked; its rate is taken off. None in process, where nothing idles."""
    uncounted_requests: Int64 = 0
    """Asked before counting began, to be warm."""
    processes: Int64 = 1
    target: str = ""
    argv: tuple[str, ...] = ()
    """The server's command line with machine paths shortened."""
    hash_seed: str = "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class CostShares:
    """Where the instructions of one cell go, shares only, as it was recorded until schema 1.7."""

    cell: Cell
    side: SideName = SideName.NONE
    by: SharesBy
    shares: dict[str, float]
    """0 to 1 by name of boundary function or shared object."""
    tool: str
    python: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CostSamples:
    """Where the time of one cell goes: stacks of functions, sampled in a launch of its own (schema 1.8)."""

    cell: Cell
    side: SideName = SideName.NONE
    requests: Int64
    """Right answers while stacks were sampled; their number was fixed before."""
    seconds: float
    """That these took."""
    rate_per_s: Int64
    """How often every process was looked at."""
    cpu_s: float | None = None
    """CPU time that the server took meanwhile; None in process, where it also did what is not sampled."""
    stacks: str
    """Every stack that was at work, with how often it was seen, packed by ``results.stacks``."""
    tool: str
    """The sampler's name and version."""
    python: str
