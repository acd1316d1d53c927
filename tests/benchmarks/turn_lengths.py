"""Bias of turns by their length: the same live stacks take turns of several lengths in the same rounds.

Every length has connections of its own to every stack, so that one relay holds all of them and they meet
the same launches and the same speed of the machine. In each block (fresh launches) each length has its
own ratios; how much they differ from those of the longest one is the bias, and its interval comes from the
blocks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from report.stats.levels import student
from runners.generator.client import Generator
from runners.generator.messages import Relay
from tests.benchmarks.live_stacks import LiveStack, Track, stack_turns, take_turns
from tests.benchmarks.turn_levels import Heat, StackTurns

LENGTHS_S = (0.025, 0.05, 0.1, 0.25)
"""Of turns; where a stack's wave of answers takes longer, its turns are longer."""
ROUNDS = 10
"""Turns of each stack and length in one relay."""
EQUIVALENCE_CONFIDENCE = 0.90
"""Two one-sided tests at 5%: the 90% interval lies inside the bounds (Schuirmann, 1987)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean over blocks with the half-width of its interval."""

    mean: float
    half_width: float
    """NaN with less than two blocks."""

    @property
    def farthest(self) -> float:
        """The end of the interval that is farther from 0, without its sign."""
        return abs(self.mean) + self.half_width


def estimate(values: Sequence[float], confidence: float = EQUIVALENCE_CONFIDENCE) -> Estimate:
    """Student's interval of the mean of ``values``, one from each block."""
    if len(values) < 2:
        return Estimate(mean=float(np.mean(values)), half_width=float("nan"))
    error = float(np.std(values, ddof=1)) / len(values) ** 0.5
    return Estimate(mean=float(np.mean(values)), half_width=student(confidence, len(values) - 1) * error)


@dataclass(frozen=True, slots=True, kw_only=True)
class LengthsBlock:
    """Turns of one block in one scenario."""

    block: int
    by_length: tuple[tuple[StackTurns, ...], ...]
    """By ``LENGTHS_S``: a leg of each stack."""

    def heats(self) -> Iterator[Heat]:
        """One for each length, as if there were no other."""
        return (Heat(number=self.block, legs=legs) for legs in self.by_length)

    def all_lengths(self) -> Heat:
        """All turns together, of each length those of every stack."""
        return Heat(number=self.block, legs=tuple(leg for legs in self.by_length for leg in legs))


def measure_lengths(
    track: Track, stacks: Sequence[LiveStack], generator: Generator, scenario: str, block: int
) -> LengthsBlock:
    """One relay in which every stack that serves ``scenario`` has a leg of every length."""
    stacks = [stack for stack in stacks if stack.serves(scenario)]
    places = [(length, stack) for length in range(len(LENGTHS_S)) for stack in stacks]
    turns = take_turns(
        generator,
        Relay(
            legs=tuple(  # CPU is not read: a server also works in the turns of its other lengths
                replace(track.order(stack, scenario, seed=block), server_pid=None, cgroup=None)
                for _, stack in places
            ),
            groups=tuple(length for length, _ in places),
            rounds=ROUNDS,
            turn_s=max(LENGTHS_S),
            lengths_s=tuple(LENGTHS_S[length] for length, _ in places),
            seed=block,
        ),
    )
    size = len(stacks)
    by_length = [turns[start : start + size] for start in range(0, len(places), size)]
    return LengthsBlock(block=block, by_length=tuple(stack_turns(stacks, legs) for legs in by_length))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bias:
    """How much the ratio of two stacks at one length of turn differs from that at the longest, log scale."""

    pair: tuple[str, str]
    length_s: float
    bias: Estimate


def biases(blocks: Sequence[LengthsBlock]) -> list[Bias]:
    """Of every pair of stacks and every length but the longest."""
    levels = [[heat.fit().levels for heat in block.heats()] for block in blocks]
    names = [leg.stack for leg in blocks[0].by_length[0]]
    return [
        Bias(
            pair=(names[a], names[b]),
            length_s=LENGTHS_S[length],
            bias=estimate(
                [float(own[length][a] - own[length][b] - own[-1][a] + own[-1][b]) for own in levels]
            ),
        )
        for a, b in combinations(range(len(names)), 2)
        for length in range(len(LENGTHS_S) - 1)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class StartingCost:
    """What a turn takes beside its answers at full rate: starting, less what the drain gives back."""

    stack: str
    milliseconds: Estimate
    spans_s: tuple[float, ...]
    """Median length of a turn by ``LENGTHS_S``, as it was."""


def starting_costs(blocks: Sequence[LengthsBlock]) -> list[StartingCost]:
    """Of every stack, from span = cost + answers / rate at the shortest and the longest length.

    All turns of a block are fitted together, so that both rates are at one speed of the machine.
    """
    n_stacks, n_lengths = len(blocks[0].by_length[0]), len(LENGTHS_S)
    costs: list[list[float]] = [[] for _ in range(n_stacks)]
    for block in blocks:
        seconds_an_answer = np.exp(-block.all_lengths().fit().levels).reshape(n_lengths, -1)
        for place in range(n_stacks):
            short, long = (float(np.mean(own[place].turns.requests)) for own in _ends(block))
            rates = seconds_an_answer[0, place] - seconds_an_answer[-1, place]
            if short < long:
                costs[place].append(1000 * float(rates) / (1 / short - 1 / long))
    return [
        StartingCost(
            stack=blocks[0].by_length[0][place].stack,
            milliseconds=estimate(costs[place], 0.95) if costs[place] else estimate([float("nan")]),
            spans_s=tuple(_median_s(blocks, length, place) for length in range(n_lengths)),
        )
        for place in range(n_stacks)
    ]


def _ends(block: LengthsBlock) -> tuple[tuple[StackTurns, ...], tuple[StackTurns, ...]]:
    return block.by_length[0], block.by_length[-1]


def _median_s(blocks: Sequence[LengthsBlock], length: int, place: int) -> float:
    """Median length of the turns of one stack that were to be of one length."""
    spans_us = [block.by_length[length][place].turns.span_us for block in blocks]
    return float(np.median(np.concatenate(spans_us))) / 1e6
