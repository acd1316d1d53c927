"""Of ``hotlap lifecycle --json``."""

from __future__ import annotations

from typing import TypedDict

from report.stats.levels import Level
from report.views.json_types.run import GapJson
from results.model import Failure


class LifecycleCellJson(TypedDict):
    """What one probe saw of one stack."""

    slug: str
    stack: str
    probe: str
    connections: int
    workers: int
    repeats: int
    values: dict[str, Level]
    """Medians over repeats, by a name that ends with its unit."""
    answers: dict[str, str]
    """What was seen, in words, by what was looked at."""
    absent: dict[str, str]
    """Why a value is missing from at least one repeat, by its name."""


class LifecycleJson(TypedDict):
    """``hotlap lifecycle --json``."""

    run: str
    """Folder of the record."""
    scope: str
    """What the values are, in words."""
    cells: list[LifecycleCellJson]
    not_applicable: list[GapJson]
    """What stacks lack by design."""
    openapi_frameworks: list[str]
    """Frameworks whose OpenAPI documents were recorded."""
    openapi_differences: list[str]
    """What these say differently of paths, parameters, bodies and success answers; empty: they are equal."""
    older_servers: list[str]
    """What older servers were started with otherwise, a sentence each."""
    failures: list[Failure]
    problems: list[str]
    """What of the record could not be read."""
