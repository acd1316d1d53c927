"""What the upstream says, and how often an answer asks it."""

from __future__ import annotations

from apps.contract_client import ITEMS, UPSTREAM_MS, upstream_item
from scenarios.exchange import Effects

__all__ = ["CALLS", "ITEMS", "UPSTREAM_MS", "upstream_item"]

CALLS = Effects(count="calls", noun="calls of the upstream")
"""Each right answer has asked once."""
