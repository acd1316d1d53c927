"""A fresh start of a stack, and what it talked to."""

from __future__ import annotations

from dataclasses import dataclass, field

from results.model.values import Int64, SideName


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceFacts:
    """What an app talked to while it was measured, as a database (schema 1.7)."""

    name: str
    """What scenarios need it by, such as ``database``."""
    title: str
    """Product and version."""
    settings: dict[str, str] = field(default_factory=dict)
    storage: str = ""
    """What its files were on: ``tmpfs``, ``disk``, or empty where that is not known."""
    cpus: tuple[Int64, ...] = ()
    """Those that it was bound to; empty: hotlap did not start it."""
    own_cpus: bool = False
    """Whether neither server nor generator were on them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """One fresh start of a stack within a block."""

    id: Int64
    """Unique within a run, counting every launch ever made in it."""
    block: Int64
    """From 0."""
    stack: str
    target: str
    """Dotted module and name that was served, such as ``apps.fastapi_app:app``."""
    argv: tuple[str, ...]
    """The server's command line with machine paths shortened."""
    mounted: tuple[str, ...]
    """Route groups mounted, in contract order."""
    first_answer_s: float | None
    """From the start of the process to the first right answer; None: hotlap did not start it."""
    hash_seed: str
    loadavg_1m: float
    """Before the launch."""
    memory_available_bytes: Int64
    """Before the launch."""
    side: SideName = SideName.NONE
    services: tuple[ServiceFacts, ...] = ()
    """What it talked to (schema 1.7)."""
