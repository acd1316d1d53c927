"""What was not measured, and what was seen that is neither right nor wrong."""

from __future__ import annotations

from dataclasses import dataclass

from results.model.cell import Cell
from results.model.values import FailureStage, Int64, SideName

PROTOCOL = "protocol"
"""Scenario of findings about a server alone, whose framework is its interface."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A cell (or a whole stack, or a run) that could not be measured. A record, never a zero."""

    stack: str
    cell: Cell | None
    """None where the whole stack failed."""
    block: Int64 | None
    """None where it failed before the first block."""
    stage: FailureStage
    message: str
    remedy: str = ""
    log_tail: str = ""
    launch: Int64 | None = None
    answered: Int64 | None = None
    """Connections that were served in the warm-up, and went on being so, while all others hung: were neither
    answered nor refused. None: it failed otherwise."""
    side: SideName = SideName.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """An observed behaviour of a framework that is neither right nor wrong by the contract."""

    framework: str
    server: str
    scenario: str
    probe: str
    """What was sent, in words."""
    answer: str
    """What came back, in short: status and the beginning of the body."""
