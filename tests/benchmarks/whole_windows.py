"""Bias of turns against whole windows: one pair of live stacks, measured in both ways again and again.

Windows are cut by the clock, taken in the order a b b a, so that a speed that changes evenly favours none.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from runners.generator.client import Generator
from runners.generator.messages import Relay
from tests.benchmarks.live_stacks import LiveStack, Track, stack_turns, take_turns
from tests.benchmarks.turn_levels import Heat

WINDOW_S = 0.5
QUADS = 5
"""Times a b b a in a block."""
TURN_S = 0.035
ROUNDS = 80
"""Turns of each of the two in a block, half of them before the windows and half after."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowsBlock:
    """One block: fresh launches of the pair."""

    turns: Heat
    """Of the relay before the windows and of that after it, as one."""
    by_turns: float
    """Log ratio of the first stack to the second."""
    by_windows: float

    @property
    def difference(self) -> float:
        """Log ratio by turns less that by windows."""
        return self.by_turns - self.by_windows


def measure_pair(
    track: Track, pair: tuple[LiveStack, LiveStack], generator: Generator, scenario: str, block: int
) -> WindowsBlock:
    """Turns, windows, and turns again."""

    def relay() -> Heat:
        order = Relay(
            legs=tuple(track.order(stack, scenario, seed=block) for stack in pair),
            groups=(0, 0),
            rounds=ROUNDS // 2,
            turn_s=TURN_S,
            seed=block,
        )
        return Heat(number=block, legs=stack_turns(pair, take_turns(generator, order)))

    def log_rate(stack: LiveStack) -> float:
        measured = generator.measure(track.order(stack, scenario, seed=block, window_s=WINDOW_S))
        return math.log(measured.requests / measured.window_s)

    before, windows = relay(), 0.0
    a, b = pair
    for _ in range(QUADS):
        windows += log_rate(a) - log_rate(b) - log_rate(b) + log_rate(a)
    after = relay()
    by_turns = [float(fit.levels[0] - fit.levels[1]) for fit in (before.fit(), after.fit())]
    return WindowsBlock(turns=before, by_turns=sum(by_turns) / 2, by_windows=windows / (2 * QUADS))
