"""What runs say each by itself, before they are shown as one: how noisy each was, and whether they agree."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from report.analysis.machine_speed import SpeedRange, speed_between, speed_range
from report.analysis.metrics import THROUGHPUT
from report.analysis.speed_dependence import speed_dependence
from report.analysis.summary import Summary, fit_metric, group_by_workload, summarise
from report.analysis.together import Together
from report.stats.levels import BLOCKS_FOR_INTERVAL, CONFIDENCE, student
from report.stats.stack_fit import Contrast
from results.model import Interface, Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Ratios of throughput that two runs measured, each by itself."""

    ratios: int
    """Of stacks on one server variant, to the first that both runs have there."""
    agreeing: int
    """Of these, the two results are no farther apart than both 95% intervals allow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedChange:
    """The machine was faster or slower in the second of two runs."""

    log_speed: float
    """Logarithm of how much faster."""
    of_ratio: float
    """Standard deviation of what log ratios on one server changed by for it."""


class Looks:
    """Summaries of runs, each made once."""

    def __init__(self) -> None:
        self._summaries: dict[int, tuple[Run, tuple[Summary, ...]]] = {}

    def summaries(self, run: Run) -> tuple[Summary, ...]:
        """Of all cells of ``run``."""
        if id(run) not in self._summaries:
            self._summaries[id(run)] = run, summarise(run)
        return self._summaries[id(run)][1]

    def speed(self, run: Run) -> SpeedRange | None:
        """How much the machine varied; None where nothing took turns."""
        return speed_range(run, self.summaries(run))

    def speed_change(self, first: Run, second: Run) -> SpeedChange | None:
        """What another speed of the machine makes of ratios; None where that is not known."""
        log_speed = speed_between(self.summaries(first), self.summaries(second))
        known = [own for own in map(speed_dependence, (first, second)) if own]
        if log_speed is None or not known:
            return None
        variance = sum(own.of_ratio(log_speed) ** 2 for own in known) / len(known)
        return SpeedChange(log_speed=log_speed, of_ratio=math.sqrt(variance))

    def largest_speed_change(self, runs: Sequence[Run]) -> SpeedChange | None:
        """Between the two of ``runs`` where it changes ratios by most."""
        changes = [self.speed_change(first, second) for first, second in combinations(runs, 2)]
        return max(filter(None, changes), key=lambda change: change.of_ratio, default=None)

    def agreement(self, runs: Sequence[Run]) -> Agreement:
        """How many ratios every two of ``runs`` have in common, and how many agree."""
        within = [
            agrees
            for first, second in combinations(runs, 2)
            for agrees in _agree(self.summaries(first), self.summaries(second))
        ]
        return Agreement(ratios=len(within), agreeing=sum(within))


def _agree(ours: Sequence[Summary], theirs: Sequence[Summary]) -> Iterator[bool]:
    others = group_by_workload(theirs)
    for workload, members in group_by_workload(ours).items():
        if workload in others and workload.load in THROUGHPUT.loads:
            fits = [
                fit_metric(side, THROUGHPUT, workload, within_servers=True)
                for side in (members, others[workload])
            ]
            if fits[0] and fits[1]:
                yield from _agree_in(members, fits[0], fits[1])


def _agree_in(members: Sequence[Summary], ours: Together, theirs: Together) -> Iterator[bool]:
    """Each stack to the first on its server variant that both have."""
    references: dict[tuple[str, Interface], str] = {}
    for cell in (summary.cell for summary in members if not summary.cell.control):
        slug = cell.slug
        if slug not in ours.blocks or slug not in theirs.blocks:
            continue
        reference = references.setdefault((cell.server, cell.interface), slug)
        contrasts = [_contrast(side, slug, reference) for side in (ours, theirs)]
        if contrasts[0] and contrasts[1] and slug != reference:
            difference = contrasts[0].mean - contrasts[1].mean
            yield abs(difference) <= math.hypot(_half(contrasts[0]), _half(contrasts[1]))


def _contrast(together: Together, slug: str, reference: str) -> Contrast | None:
    """None where there is no interval."""
    blocks = min(together.blocks[slug], together.blocks[reference])
    if blocks < BLOCKS_FOR_INTERVAL or not together.fit.are_comparable(slug, reference):
        return None
    contrast = together.fit.difference(slug, reference)
    return contrast if contrast.freedom >= 1 else None


def _half(contrast: Contrast) -> float:
    """Half-width of the 95% interval, on log scale."""
    return student(CONFIDENCE, contrast.freedom) * contrast.error
