"""Of ``hotlap verify --json``, also with ``--protocol``."""

from __future__ import annotations

from typing import TypedDict

from results.model import Failure, Finding


class VerifyJson(TypedDict):
    """``hotlap verify --json``."""

    passed: list[str]
    """Slugs of the cells that answer rightly."""
    failures: list[Failure]
    findings: list[Finding]
    launches: int
    """That were to be verified."""
    seconds: float
    """Wall time of all of them, some of which were verified at once."""


class SentJson(TypedDict):
    """Something odd that was sent, and what came back."""

    sent: str
    """In words."""
    answers: dict[str, str]
    """In short, by server variant: statuses, how the connection ended, what the application saw."""


class ProtocolJson(TypedDict):
    """``hotlap verify --protocol --json``."""

    servers: list[str]
    """Server variants that were asked."""
    sent: list[SentJson]
    failures: list[Failure]
    """Servers that did not start, or lack what hotlap's own load relies on."""
