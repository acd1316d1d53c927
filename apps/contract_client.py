"""What apps that call another service have in common: its address, what it says, what is answered."""

from __future__ import annotations

import os
from typing import Any

ITEMS = 100_000
"""Items that the upstream knows, with ids from 1; of others it says 404."""
UPSTREAM_MS = 5
"""After so long it answers."""
CONNECTIONS = 256
"""That the client of each process may open and keep: none is closed because many are under way."""
TIMEOUT_S = 10.0


def upstream_url() -> str:
    """Address of the upstream, which items stand behind: ``<address>/items/<id>``."""
    return os.environ["HOTLAP_UPSTREAM_URL"]


def upstream_item(item_id: int) -> dict[str, Any]:
    """What the upstream says of an item."""
    return {"id": item_id, "name": f"Item number {item_id}", "price_cents": item_id * 7919 % 100_000}


def offer(item: dict[str, Any]) -> dict[str, Any]:
    """Answer of ``upstream``: the item with what it costs taxed."""
    return {**item, "taxed_cents": item["price_cents"] * 119 // 100}
