"""What happens while a run is made, for whoever watches it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from results.model import Cell, Failure, Load, Setup, Trial
from runners.selection.loading import why_whole
from scenarios.exchange import Scenario

LAUNCH_S = 0.8
"""First guess of what a launch costs besides its trials; the clock corrects it from the first block on."""
VERIFY_S = 3.0
"""First guess of what a launch that is verified takes."""
VERIFIED_AT_ONCE = 2
"""Launches that verify side by side: nothing is timed there."""
LEG_S = 0.15
"""First guess of what a leg costs besides its warm-up and its turns."""


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


def trial_seconds(cell: Cell, scenario: Scenario, setup: Setup) -> float:
    """Guess of what one trial of ``cell`` takes, warm-up included."""
    open_s = setup.open_window_s or setup.window_s
    whole_s = setup.warmup_s + (setup.window_s if cell.load == Load.CLOSED else open_s)
    if why_whole(cell, scenario, setup):
        return whole_s
    turns_s = open_s if cell.load == Load.OPEN else setup.leg_s or 0.0
    return setup.warmup_s + turns_s + LEG_S + (whole_s if scenario.beside is not None else 0.0)


def amount_of(
    cells: Collection[Cell],
    *,
    launches: int,
    blocks: Sequence[int],
    setup: Setup,
    scenarios: Mapping[str, Scenario],
) -> Amount:
    """How much it is to measure ``cells`` in so many ``launches`` in each of ``blocks``, which follow on."""
    return Amount(
        blocks=len(blocks),
        before=blocks[0],
        launches=launches,
        trials=len(cells),
        trials_s=sum(trial_seconds(cell, scenarios[cell.scenario], setup) for cell in cells),
    )


def verifying_seconds(launches: int) -> float:
    """Guess of what it takes to verify so many launches."""
    return launches * VERIFY_S / VERIFIED_AT_ONCE


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
