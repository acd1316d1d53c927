"""The one value that every output of the gate is written from."""

from __future__ import annotations

from dataclasses import dataclass

from report.analysis.flames import FlameGraph
from report.analysis.two_sides.judged_changes import JudgedChange
from report.analysis.two_sides.verdicts import Verdict
from report.analysis.two_sides.waivers import Waiver
from results.model import Machine, Side

FINE, REGRESSION, UNMEASURED, INCONCLUSIVE = 0, 1, 3, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """What one tier could see."""

    name: str
    cells: int
    noise_percent: float | None
    """Median deviation of one launch pair or count."""
    visible_percent: float | None
    """Smallest difference that would have been found with 90% power: the median over its cells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the gate says of a run."""

    run: str
    """Name of the run's folder."""
    base: Side
    head: Side
    machine: Machine
    harness: dict[str, str]
    command: tuple[str, ...]
    """Arguments of ``hotlap`` that measured it."""
    differences: tuple[str, ...]
    """What differs between the environments of the two sides, in words."""
    rows: tuple[JudgedChange, ...]
    tiers: tuple[Tier, ...]
    problems: tuple[str, ...] = ()
    """What keeps the whole run from being judged."""
    expired: tuple[Waiver, ...] = ()
    unused: tuple[Waiver, ...] = ()
    flames: tuple[FlameGraph, ...] = ()
    """Files of what differs between the stacks of both sides, once they are written."""

    def having(self, verdict: Verdict) -> tuple[JudgedChange, ...]:
        """Deciding rows with this verdict."""
        return tuple(row for row in self.rows if row.decides and row.verdict == verdict)

    @property
    def inconclusive(self) -> tuple[JudgedChange, ...]:
        """Deciding rows that are neither fine nor a regression."""
        return tuple(row for row in self.rows if row.decides and row.inconclusive)

    def exit_code(self, fail_on_inconclusive: bool = False) -> int:  # noqa: FBT001, FBT002 - the option's own
        """1 regression or expired waiver, 3 could not measure, 4 inconclusive where asked, else 0."""
        if self.having(Verdict.REGRESSION) or self.expired:
            return REGRESSION
        if self.problems or self.having(Verdict.UNMEASURED):
            return UNMEASURED
        if fail_on_inconclusive and self.inconclusive:
            return INCONCLUSIVE
        return FINE
