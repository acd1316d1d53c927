"""What is said of runs that are shown as one: which they are, and how far their stacks compare."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

from report import fmt
from report.analysis.merging.looks import SpeedChange
from report.analysis.merging.merge import Merged, Source
from results.model import Cell

WORD = "from different runs"
"""What such a page warns of."""
SHARED_NAMED = 4
"""Shared stacks that are named; of more, how many there are."""


def runs(merged: Merged) -> str:
    """``2 runs: monday (8 blocks of 3 stacks) and tuesday (8 blocks of 2 stacks)``."""
    return f"{fmt.counted(len(merged.sources), 'run')}: {fmt.listed(map(_source, merged.sources))}"


def _source(source: Source) -> str:
    blocks, stacks = fmt.counted(source.blocks, "block"), len({cell.stack for cell in source.cells})
    return f"{source.name} ({blocks} of {fmt.counted(stacks, 'stack')})"


def numbers_of_blocks(source: Source) -> str:
    """Of a source within the merged run: ``9 to 16``."""
    first, last = source.first_block + 1, source.first_block + source.blocks
    return "none" if not source.blocks else str(first) if first == last else f"{first} to {last}"


def care(merged: Merged) -> str:
    """How stacks of different runs are compared, and how well the runs agree."""
    shared = shared_stacks(merged)
    if not shared:
        return (
            "compare with care: these runs asked nothing alike, so each number is of one run, and nothing is "
            "compared across them."
        )
    names = fmt.listed(shared) if len(shared) <= SHARED_NAMED else f"{len(shared)} stacks"
    return (
        "compare with care: only stacks of one run took turns with each other. Those of different runs are "
        f"compared through what several runs measured ({names}), and the interval of such a ratio has the "
        f"error of each step.{_agreement(merged)}{_speed_change(merged.speed_change)}"
    )


def _agreement(merged: Merged) -> str:
    if not merged.agreement.ratios:
        return " No ratio was measured in two of them with an interval, so nothing shows whether they agree."
    ratios, agreeing = fmt.counted(merged.agreement.ratios, "ratio"), merged.agreement.agreeing
    return f" Of {ratios} that two of them measured, {agreeing:,} agree within both intervals."


def _speed_change(change: SpeedChange | None) -> str:
    """What no interval of one run has in it; empty where it is nothing to speak of."""
    if change is None:
        return ""
    faster, differ = (100 * math.expm1(abs(log)) for log in (change.log_speed, change.of_ratio))
    if faster < 1:
        return ""
    return (
        f" The machine ran up to {faster:.0f}% faster in one of them than in another; for that alone ratios "
        f"on one server differ by {differ:.1f}% (standard deviation), which no interval of one run has in it."
    )


def of_cells(merged: Merged, cells: Iterable[Cell]) -> str:
    """What is to be said, behind a space, where no run measured all of ``cells``; else empty."""
    wanted = set(cells)
    if not merged.sources or any(wanted <= set(source.cells) for source in merged.sources):
        return ""
    return f" These are {WORD}: compare with care."


def shared_stacks(merged: Merged) -> tuple[str, ...]:
    """Stacks of which several sources measured the same cell, in order of name; without controls."""
    counts = Counter(cell for source in merged.sources for cell in source.cells if not cell.control)
    stacks = {f"{cell.framework} on {cell.server}" for cell, count in counts.items() if count > 1}
    return tuple(sorted(stacks))
