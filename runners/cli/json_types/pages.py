"""Of the commands that write pages: ``report``, ``site`` and ``site --add``."""

from __future__ import annotations

from typing import TypedDict


class ReportJson(TypedDict):
    """``hotlap report --json``."""

    report: str
    """First page."""
    pages: list[list[str]]
    """Names of the runs that each page is made of."""
    apart: list[str]
    """Why there are not fewer pages, a sentence for each but the first."""


class SiteJson(TypedDict):
    """``hotlap site --json``."""

    site: str
    """The index over its runs."""
    pages: int
    """How many it has, the index included."""
    parquet: bool
    """Whether the data was written as Parquet too, which takes the extra ``hotlap[parquet]``."""


class SiteAddJson(TypedDict):
    """``hotlap site --add --json``."""

    site: str
    """The index over its runs."""
    runs: int
    """How many it lists."""
    made: int
    """How many of their pages were made now."""
    waiting: int
    """How many pages were made by other code, or are not whole, and wait until they are made anew."""
    gone: list[str]
    """What made room for the new runs, a sentence each."""
    aside: list[str]
    """Folders whose record cannot be read, a sentence each."""
    total_bytes: int
    """Of all files."""
