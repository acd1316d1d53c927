"""Of ``hotlap claims --json``."""

from __future__ import annotations

from typing import TypedDict

from report.stats.levels import Level


class MeasuredClaimJson(TypedDict):
    """What a run says of a claim."""

    sentence: str
    value: Level | None
    """The number in the sentence; None where the answer is a yes or a no."""
    unit: str
    """Of the value; ``ratio`` where it is of two cells, empty where there is none."""
    cells: list[str]
    """Slugs of the cells that it rests on."""


class ClaimJson(TypedDict):
    """Something that is said of these stacks."""

    name: str
    says: str
    wants: str
    """Which cells tell, in words."""
    command: str
    """What measures them."""
    run: str | None
    """Name of the run that tells, or of those that tell together, with commas; None: none has the cells."""
    measured: list[MeasuredClaimJson]


class ClaimsJson(TypedDict):
    """``hotlap claims --json``."""

    claims: list[ClaimJson]
    """Every claim, once for each run that tells."""
