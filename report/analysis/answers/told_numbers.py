"""Numbers of answers, each with its interval and the cells that it rests on, and where they come from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from report.analysis.metrics import THROUGHPUT
from report.analysis.summary import Summary, fit_metric, group_by_workload
from report.analysis.together import Together
from report.analysis.workload import Workload
from report.stats.levels import Level
from results.model import Cell

RATIO = "ratio"
"""Unit of a number that is one cell relative to another."""
PERCENT = "%"


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number of an answer."""

    value: Level
    unit: str
    """``RATIO``, ``PERCENT`` or that of a metric."""
    cell: Cell
    other: Cell | None = None
    """What it is relative to."""
    about: str = ""
    """What it is of, where that is no ratio and no throughput."""


class Ratios:
    """Ratios of throughput between cells that were asked the same; what is held together is fitted once."""

    def __init__(self, summaries: Iterable[Summary]) -> None:
        self._asked = group_by_workload(summaries)
        self._workloads = {
            summary.cell: workload for workload, members in self._asked.items() for summary in members
        }
        self._fits: dict[tuple[Workload, bool], Together | None] = {}

    def ratio(self, cell: Cell, other: Cell) -> Number | None:
        """``cell`` to ``other``, as the tables of the page have it.

        Cells on one server variant are held together with what is on it, others with all that was asked the
        same. None where they were not asked the same, or never met.
        """
        workload = self._workloads.get(cell)
        if workload is None or workload != self._workloads.get(other):
            return None
        same = (cell.server, cell.interface) == (other.server, other.interface)
        together = self._fit(workload, within_servers=same)
        ratio = together.ratio(cell, other) if together else None
        return None if ratio is None else Number(value=ratio, unit=RATIO, cell=cell, other=other)

    def _fit(self, workload: Workload, *, within_servers: bool) -> Together | None:
        key = workload, within_servers
        if key not in self._fits:
            self._fits[key] = fit_metric(
                self._asked[workload], THROUGHPUT, workload, within_servers=within_servers
            )
        return self._fits[key]
