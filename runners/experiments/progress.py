"""What happens while a run is made, for whoever watches it."""

from __future__ import annotations

from dataclasses import dataclass

from results.model import Failure, Trial
from runners.selection.schedule import Visit

LAUNCH_S = 1.0
"""First guess of what a launch costs besides its windows; the clock corrects it from the first block on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """How much there is to measure."""

    blocks: int
    launches: int
    """Launches of one block."""
    trials: int
    """Trials of one block."""
    trial_s: float
    """Warm-up and window together."""
    before: int = 0
    """Blocks that are over already."""

    @property
    def last(self) -> int:
        """Number of the last block, the first being 1."""
        return self.before + self.blocks

    @property
    def seconds(self) -> float:
        """Guess of the whole duration in seconds."""
        return self.blocks * (self.launches * LAUNCH_S + self.trials * self.trial_s)


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

    def launched(self, visit: Visit) -> None:
        """A launch, with everything in it, is over."""

    def trial(self, trial: Trial) -> None:
        """A trial was recorded."""

    def counting(self, launches: int, seconds: float) -> None:
        """Counting instructions begins: so many launches, ``seconds`` long by a first guess."""

    def counted(self, done: int, about: str) -> None:
        """So many of these launches are over; ``about`` is the last one."""

    def failure(self, failure: Failure) -> None:
        """A failure was recorded."""

    def end(self) -> None:
        """Measuring is over, or was interrupted."""
