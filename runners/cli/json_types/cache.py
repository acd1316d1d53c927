"""Of ``hotlap cache --json``."""

from __future__ import annotations

from typing import TypedDict


class BuiltJson(TypedDict):
    """A folder that was built for runs and kept."""

    name: str
    bytes: int
    unused_days: float
    removed: bool


class CacheJson(TypedDict):
    """``hotlap cache --json``."""

    folder: str
    built: list[BuiltJson]
