"""What a stack does besides serving load."""

from __future__ import annotations

from dataclasses import dataclass, field

from results.model.cell import Cell
from results.model.values import Int64


@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleRecord:
    """What one probe of a lifecycle saw of one stack, in launches of its own (schema 1.7)."""

    cell: Cell
    """With ``load`` ``probe`` and the probe's name as ``scenario``."""
    repeat: Int64 = 0
    """From 0; each is made of fresh launches."""
    started_unix_s: float
    seconds: float
    """From the first launch to the end of the last one."""
    values: dict[str, float] = field(default_factory=dict)
    """Measured, by a name that ends with its unit, such as ``first_answer_s``."""
    answers: dict[str, str] = field(default_factory=dict)
    """What was seen, in words, by what was looked at, such as ``keep-alive``."""
    absent: dict[str, str] = field(default_factory=dict)
    """Why a value that the probe has elsewhere is missing, by its name."""
    series: dict[str, tuple[float, ...]] = field(default_factory=dict)
    """What was read again and again, by a name that ends with its unit; all of one length."""
    documents: dict[str, str] = field(default_factory=dict)
    """What a stack says of itself, part by part, to be compared with what others say."""
    target: str = ""
    argv: tuple[str, ...] = ()
    """The server's command line in the first launch, with machine paths shortened."""
    hash_seed: str = ""
    log_tail: str = ""
    """The server's log where anything was odd."""
