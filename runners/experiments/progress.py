"""What happens while a run is made, for whoever watches it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from results.model import Cell, Failure, Setup, Trial
from runners.experiments.durations import LAUNCH_S, trial_seconds
from runners.selection.matrix import Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """How much there is to measure."""

    blocks: int
    launches: int
    """Launches of one block."""
    trials: int
    """Trials of one block."""
    trials_s: float
    """Of all trials of one block, warm-ups included."""
    before: int = 0
    """Blocks that are over already."""

    @property
    def last(self) -> int:
        """Number of the last block, the first being 1."""
        return self.before + self.blocks

    @property
    def seconds(self) -> float:
        """Guess of the whole duration in seconds."""
        return self.blocks * (self.launches * LAUNCH_S + self.trials_s)


def amount_of(
    cells: Collection[Cell],
    *,
    launches: int,
    blocks: Sequence[int],
    setup: Setup,
    parts: Parts,
) -> Amount:
    """How much it is to measure ``cells`` in so many ``launches`` in each of ``blocks``, which follow on."""
    return Amount(
        blocks=len(blocks),
        before=blocks[0],
        launches=launches,
        trials=len(cells),
        trials_s=sum(trial_seconds(cell, setup, parts) for cell in cells),
    )


class Watcher:
    """Told of everything that happens in a run; this one keeps silent."""

    def say(self, text: str) -> None:
        """A stage begins, or something is worth a line."""

    def verified(self, done: int, total: int, what: str = "verified") -> None:
        """So many launches of the verify stage (or of another before measuring: ``what``) are over."""

    def begin(self, amount: Amount) -> None:
        """Measuring begins."""

    def block(self, block: int) -> None:
        """A block begins."""

    def trial(self, trial: Trial) -> None:
        """A trial was recorded."""

    def counting(self, launches: int, seconds: float, what: str = "counting instructions") -> None:
        """Launches without blocks begin: so many of them, ``seconds`` long by a first guess."""

    def counted(self, done: int, about: str) -> None:
        """So many of these launches are over; ``about`` is the last one."""

    def reached(self, percent: float | None) -> None:
        """A block is over; half-width of the widest ratio until now, None where there is no interval yet."""

    def failure(self, failure: Failure) -> None:
        """A failure was recorded."""

    def end(self) -> None:
        """Measuring is over, or was interrupted."""
