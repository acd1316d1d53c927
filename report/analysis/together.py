"""What took turns, or was measured in the same blocks, held together: ratios and levels over launches.

Step two of the estimation (docs/method.md, section 5), the same for legs and for whole windows; step one,
which gives each leg its value, is ``report.analysis.heats``.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from report.stats.launches import LaunchLevel, fit_launches
from report.stats.levels import BLOCKS_FOR_INTERVAL, CONFIDENCE, Level
from report.stats.stack_fit import StackFit
from results.model import Cell, Interface


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchValue:
    """What one launch says of one metric of one cell."""

    block: int
    heat: int = 0
    """Within the block; 0 for whole windows, of which a block is compared as one."""
    value: float
    """Positive, in the unit of the metric."""
    variance: float = 0.0
    """Of its logarithm, from the turns of its heat."""


LaunchValues = Mapping[Cell, Sequence[LaunchValue]]
"""The launches of each cell; all cells were asked the same, in one way of measuring."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """Cells that were asked the same, by one metric."""

    fit: StackFit
    """Its stacks are the slugs of cells."""
    blocks: Mapping[str, int]
    """Of each slug: blocks with a value."""
    by_heat: bool
    """Whether a set is what lived together in one heat; else, where nobody did, a block."""

    def ratio(self, cell: Cell, other: Cell, confidence: float = CONFIDENCE) -> Level | None:
        """``cell`` to ``other``; None where they never met, nor whom both did.

        Without an interval where either has too few blocks for one.
        """
        a, b = cell.slug, other.slug
        if a not in self.blocks or b not in self.blocks or not self.fit.are_comparable(a, b):
            return None
        contrast = self.fit.difference(a, b)
        if min(self.blocks[a], self.blocks[b]) < BLOCKS_FOR_INTERVAL:
            return Level(value=math.exp(contrast.mean), n=contrast.n)
        return contrast.ratio(confidence)

    def level(self, cell: Cell) -> Level:
        """Level of a cell at the mean speed of the run, with the interval of the cell alone."""
        value, contrast = math.exp(self.fit.absolute(cell.slug)), self.fit.alone(cell.slug)
        if contrast.freedom < 1 or self.blocks[cell.slug] < BLOCKS_FOR_INTERVAL:
            return Level(value=value, n=contrast.n)
        relative = contrast.ratio()
        scale = value / relative.value
        low, high = (None if bound is None else bound * scale for bound in (relative.low, relative.high))
        return Level(value=value, low=low, high=high, n=contrast.n)

    def at_mean_speed(self, cell: Cell, launches: Sequence[LaunchValue]) -> tuple[float, ...]:
        """Launches of a cell as they would have been had all sets been as fast; not within servers."""
        mean = self.fit.mean_set(cell.slug)
        effects = (self.effect_of(launch.block, launch.heat) for launch in launches)
        return tuple(
            launch.value * math.exp(mean - effect) for launch, effect in zip(launches, effects, strict=True)
        )

    def effect_of(self, block: int, heat: int) -> float:
        """Of what lived in a heat, on the scale of ``fit``; 0 where it is not known. Not within servers."""
        return self.fit.sets.get((block, heat if self.by_heat else 0), 0.0)


def fit_together(launches: LaunchValues, *, within_servers: bool) -> Together | None:
    """Cells held together; None where none has a value.

    ``within_servers``: only what shares a server variant and interface is compared, though the error of all
    is pooled; else all that lived at the same time. Where each heat held one stack alone, they are compared
    within blocks as whole windows are.
    """
    lived = Counter((launch.block, launch.heat) for values in launches.values() for launch in values)
    by_heat = any(count > 1 for count in lived.values())
    measured = tuple(
        LaunchLevel(
            together=(
                launch.block,
                launch.heat if by_heat else 0,
                *(_variant(cell) if within_servers else ()),
            ),
            stack=cell.slug,
            level=math.log(launch.value),
            variance=launch.variance,
        )
        for cell, values in launches.items()
        for launch in values
    )
    if not measured:
        return None
    blocks = {cell.slug: len({launch.block for launch in values}) for cell, values in launches.items()}
    return Together(
        fit=_fit(measured), blocks={slug: count for slug, count in blocks.items() if count}, by_heat=by_heat
    )


def _variant(cell: Cell) -> tuple[str, Interface]:
    return cell.server, cell.interface


@lru_cache(maxsize=512)
def _fit(launches: tuple[LaunchLevel, ...]) -> StackFit:
    """Of the same launches once, however many ask."""
    return fit_launches(launches)
