"""How precise the ratios of a run are, and which cells are measured on until they are precise enough."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from report.analysis.contenders import Contender, Group, group_contenders
from report.analysis.metrics import telling_metric
from report.analysis.summary import Summary, summarise, without_reference
from report.fmt import counted
from results.model import FIRST_LOOK, Cell, Load, Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Precision:
    """What was asked of a run's ratios and what they came to."""

    asked_percent: float
    """Half-width of the 95% interval of every ratio to the best of its group, in percent of the ratio."""
    blocks: int
    """Complete ones."""
    ratios: int
    """How many were looked at; none where too few stacks could be measured."""
    wide: tuple[tuple[Cell, float | None], ...]
    """Cells whose ratio is less precise, each with its half-width, or None where it has no interval."""
    undecided: frozenset[Cell]
    """``wide``, the best of their groups, and everyone who is not far from it; with their controls."""

    @property
    def reached(self) -> bool:
        """Whether every ratio is as precise as asked for, and enough blocks were measured to say so."""
        return self.ratios > 0 and self.blocks >= FIRST_LOOK and not self.wide

    @property
    def sentence(self) -> str:
        """What it came to in words."""
        asked, after = f"±{self.asked_percent:g}%", f"after {counted(self.blocks, 'block')}"
        if not self.ratios:
            return f"No two stacks could be compared {after}, so there is no ratio to be within {asked}."
        if self.reached:
            return f"Every ratio is within {asked} {after}."
        if not self.wide:
            return f"Nothing can be said about {asked} {after}: {FIRST_LOOK} are needed."
        cell, half = max(self.wide, key=lambda pair: (pair[1] is None, pair[1] or 0.0, pair[0].slug))
        worst = "has no interval" if half is None else f"is within ±{half:.2g}%"
        ratios = "1 ratio is" if len(self.wide) == 1 else f"{len(self.wide)} ratios are"
        name = f"{cell.framework} on {cell.server} in {cell.scenario}"
        return f"{ratios} not within {asked} {after}; the widest, {name}, {worst}."


def assess_precision(run: Run, summaries: Sequence[Summary] | None = None) -> Precision | None:
    """The precision of the ratios that ``run`` was asked to be precise in; None where it was not asked.

    Blocks are added by the width of intervals alone, never by where they lie, so that they go on to hold the
    truth about as often as they say (Y. S. Chow and H. Robbins, "On the Asymptotic Theory of Fixed-Width
    Sequential Confidence Intervals for the Mean", Annals of Mathematical Statistics 36, 1965).
    """
    asked = run.plan.setup.precision_percent
    if asked is None:
        return None
    summaries = without_reference(summarise(run) if summaries is None else summaries, run.plan)
    return precision_of(summaries, asked, blocks=len(run.blocks), cells=run.plan.cells)


def precision_of(
    summaries: Iterable[Summary], asked: float, *, blocks: int, cells: Iterable[Cell]
) -> Precision:
    """How precise ``summaries`` of so many complete blocks are; ``cells`` are those of the plan.

    Who goes on beside the imprecise is not chosen by the test that ranks them: the error of tiers would grow
    with each look. Everyone who is not far from the best goes on together, see ``ranking.NEAR``.
    """
    looked_at = _asked(summaries)
    groups = [
        (group, wide)
        for group in looked_at
        if (wide := [contender for contender in group.contenders[1:] if _is_wide(contender, asked)])
    ]
    going_on = {cell for group, wide in groups for cell in _going_on(group, wide)}
    copies = {replace(cell, control=True) for cell in going_on}
    return Precision(
        asked_percent=asked,
        blocks=blocks,
        ratios=sum(len(group.contenders) - 1 for group in looked_at),
        wide=tuple(
            (contender.cell, contender.ratio.half_width_percent) for _, wide in groups for contender in wide
        ),
        undecided=frozenset(going_on | copies & set(cells)),
    )


def undecided_cells(run: Run) -> frozenset[Cell]:
    """Cells to be measured in one more block; none where every ratio is as precise as asked for."""
    reached = assess_precision(run)
    return reached.undecided if reached else frozenset()


def widest_ratio_percent(run: Run) -> float | None:
    """Widest half-width of the ratios that a run is about, in percent; None where one has no interval yet.

    Of every run, also of one that was not asked for a precision.
    """
    halves = [
        contender.ratio.half_width_percent
        for group in _asked(without_reference(summarise(run), run.plan))
        for contender in group.contenders[1:]
    ]
    known = [half for half in halves if half is not None]
    return max(known) if known and len(known) == len(halves) else None


def _asked(summaries: Iterable[Summary]) -> list[Group]:
    """Closed load by throughput, or open load by median latency where there is no other.

    Stacks against stacks only where no frameworks compare.
    """
    summaries = tuple(summaries)
    for load, kind in product((Load.CLOSED, Load.OPEN), ("frameworks", "stacks")):
        groups = [
            group
            for group in group_contenders(summaries, telling_metric(load), kind=kind)
            if group.workload.load == load and len(group.contenders) > 1
        ]
        if groups:
            return groups
    return []


def _is_wide(contender: Contender, percent: float) -> bool:
    half = contender.ratio.half_width_percent
    return half is None or half > percent


def _going_on(group: Group, wide: Iterable[Contender]) -> Iterator[Cell]:
    yield group.contenders[0].cell
    yield from (contender.cell for contender in wide)
    yield from (contender.cell for contender in group.contenders if contender.near_best)
