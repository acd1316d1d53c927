"""A run as it is read back, and the lines that it is made of."""

from __future__ import annotations

from dataclasses import dataclass

from results.model.cost import CostRecord, CostSamples, CostShares
from results.model.failure import Failure, Finding
from results.model.launch import Launch
from results.model.lifecycle import LifecycleRecord
from results.model.plan import Plan
from results.model.trial import Trial
from results.model.values import Int64


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockEnd:
    """Says that a block is complete; a block without it is run again whole by ``--resume``."""

    block: Int64
    seconds_measuring: float
    """Warm-up and windows of the block together."""
    seconds_total: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockStart:
    """Says that a block begins; records of the same block before it are partial."""

    block: Int64
    started_unix_s: float


Record = (
    Launch
    | Trial
    | CostRecord
    | CostShares
    | CostSamples
    | LifecycleRecord
    | Failure
    | Finding
    | BlockStart
    | BlockEnd
)
"""Everything that may follow line 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run as read back."""

    plan: Plan
    launches: tuple[Launch, ...] = ()
    trials: tuple[Trial, ...] = ()
    """Those that count: complete blocks and the last one begun, the last attempt of each block and cell."""
    partial: tuple[Trial, ...] = ()
    """Trials of blocks that were begun again, and attempts that were repeated."""
    costs: tuple[CostRecord, ...] = ()
    """The last attempt of each cell, side and repeat."""
    shares: tuple[CostShares, ...] = ()
    samples: tuple[CostSamples, ...] = ()
    """The last of each cell and side."""
    lifecycles: tuple[LifecycleRecord, ...] = ()
    """The last one of each cell and repeat."""
    failures: tuple[Failure, ...] = ()
    findings: tuple[Finding, ...] = ()
    blocks: tuple[BlockEnd, ...] = ()
    problems: tuple[str, ...] = ()
    """Lines that could not be read, each with its number and the reason."""
    label: str = ""
    """What its maker says of it, from the file ``label.txt`` beside the record."""
