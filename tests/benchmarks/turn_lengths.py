"""Bias of turns by their length: what starting one costs each stack, and ratios by turns of several lengths.

A turn tells what it costs to start (less what its drain gives back): how much longer it takes than all of its
answers at the rate of its steady part. Both are of the same turn and at the same speed of the machine, so
this is precise. What it does to the ratio of two stacks at some length of turn follows.

As a check by other means, the same live stacks take turns of several lengths in the same rounds; how much
ratios by one of them differ from those by the longest is the bias again, if vaguely. All intervals come from
blocks (fresh launches).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from report.stats.levels import student
from results.model import Turns
from runners.experiments.options import QUICK
from runners.generator.client import Generator
from runners.generator.messages import Relay, SteadyPart
from runners.selection.matrix import CLOSED_CONNECTIONS
from tests.benchmarks.live_stacks import LiveStack, Track, stack_turns, take_legs, turns_of
from tests.benchmarks.turn_levels import Heat, StackTurns

LENGTHS_S = (0.025, 0.05, 0.1, 0.25)
"""Of turns; where a stack's wave of answers takes longer, its turns are longer."""
USED_S = QUICK.turn_s
"""How long a run's turns are, where a stack's wave of answers is not longer."""
SHOWN_S = tuple(sorted({*LENGTHS_S[:-1], USED_S}))
"""Lengths whose bias is told."""
ROUNDS = 3
"""Turns of each stack and length in one relay."""
START_S = {"plaintext": 0.06, "json": 0.06, "orders": 0.12, "items": 0.22}
"""Turns that tell what starting costs: as short as they may be and have a steady part on every stack, for the
less of the machine's own variation is in each and the more of them there are."""
START_ROUNDS = 20
"""Of these, of each stack in a block: intervals come from blocks, so rather more blocks than turns."""
STEADY_CYCLES = 3
"""A turn tells of its start only where so many cycles are steady: answers come in waves."""
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
    costs_s: tuple[float, ...]
    """Of each stack: what a turn takes beside its answers at their steady rate; NaN where none tells."""

    def heats(self) -> Iterator[Heat]:
        """One for each length, as if there were no other."""
        return (Heat(number=self.block, legs=legs) for legs in self.by_length)

    def span_s(self, length: int, place: int) -> float:
        """Median length, as it was, of the turns of one stack that were to be of one length."""
        return float(np.median(self.by_length[length][place].turns.span_us)) / 1e6

    def start_bias(self, length_s: float, place: int) -> float:
        """What starting does to the log rate of a stack by turns of one length, less that by the longest.

        A turn is no shorter than the stack's shortest was.
        """
        spans_s = max(length_s, self.span_s(0, place)), self.span_s(-1, place)
        short, long = (float(np.log1p(-self.costs_s[place] / span_s)) for span_s in spans_s)
        return short - long

    def all_lengths(self) -> Heat:
        """All turns together, of each length those of every stack."""
        return Heat(number=self.block, legs=tuple(leg for legs in self.by_length for leg in legs))


def measure_lengths(
    track: Track, stacks: Sequence[LiveStack], generator: Generator, scenario: str, block: int
) -> LengthsBlock:
    """Two relays of the stacks that serve ``scenario``: turns of each length, and those that tell starts."""
    stacks = [stack for stack in stacks if stack.serves(scenario)]
    orders = [  # CPU is not read: a server also works in the turns of its other lengths
        replace(track.order(stack, scenario, seed=block), server_pid=None, cgroup=None) for stack in stacks
    ]
    size = len(stacks)
    legs = take_legs(
        generator,
        Relay(
            legs=tuple(orders) * len(LENGTHS_S),
            groups=tuple(length for length in range(len(LENGTHS_S)) for _ in orders),
            rounds=ROUNDS,
            turn_s=max(LENGTHS_S),
            lengths_s=tuple(length_s for length_s in LENGTHS_S for _ in orders),
            seed=block,
        ),
    )
    starts = take_legs(
        generator,
        Relay(
            legs=tuple(orders),
            groups=(0,) * size,
            rounds=START_ROUNDS,
            turn_s=START_S[scenario],
            steady_parts=True,
            seed=block,
        ),
    )
    return LengthsBlock(
        block=block,
        by_length=tuple(
            stack_turns(stacks, [turns_of(leg) for leg in legs[start : start + size]])
            for start in range(0, len(legs), size)
        ),
        costs_s=tuple(starting_cost_s(turns_of(leg), leg.steady_parts) for leg in starts),
    )


def starting_cost_s(turns: Turns, parts: Sequence[SteadyPart | None]) -> float:
    """Median over the turns of one stack that have a steady part long enough; NaN where none has.

    Where the machine changes its speed within a turn, its start looks dear or cheap by several times what it
    costs, as often the one as the other: the median does not hear of it.

    ``parts`` are of ``turns``, over as many connections as a closed load has.
    """
    costs_s = [
        (span_us - requests * part.span_us / part.requests) / 1e6
        for span_us, requests, part in zip(turns.span_us, turns.requests, parts, strict=True)
        if part and part.requests >= STEADY_CYCLES * CLOSED_CONNECTIONS
    ]
    return float(np.median(costs_s)) if costs_s else float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bias:
    """How much the ratio of two stacks at one length of turn differs from that at the longest, log scale."""

    pair: tuple[str, str]
    length_s: float
    by_start: Estimate
    """As what starting a turn costs each of them has it."""
    by_length: Estimate | None
    """As turns of both lengths have it; None where there were none of this one."""


def biases(blocks: Sequence[LengthsBlock]) -> list[Bias]:
    """Of every pair of stacks, at the lengths of ``SHOWN_S``."""
    levels = [[heat.fit().levels for heat in block.heats()] for block in blocks]
    names = [leg.stack for leg in blocks[0].by_length[0]]

    def by_length(length_s: float, a: int, b: int) -> Estimate | None:
        if length_s not in LENGTHS_S:
            return None
        own = LENGTHS_S.index(length_s)
        return estimate([float(each[own][a] - each[own][b] - each[-1][a] + each[-1][b]) for each in levels])

    return [
        Bias(
            pair=(names[a], names[b]),
            length_s=length_s,
            by_start=estimate(
                [block.start_bias(length_s, a) - block.start_bias(length_s, b) for block in blocks]
            ),
            by_length=by_length(length_s, a, b),
        )
        for a, b in combinations(range(len(names)), 2)
        for length_s in SHOWN_S
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class StartingCost:
    """What a turn takes beside its answers at full rate: starting, less what the drain gives back."""

    stack: str
    milliseconds: Estimate
    spans_s: tuple[float, ...]
    """Median length of a turn by ``LENGTHS_S``, as it was."""


def starting_costs(blocks: Sequence[LengthsBlock]) -> list[StartingCost]:
    """Of every stack, with the 95% interval of its mean over blocks."""
    return [
        StartingCost(
            stack=leg.stack,
            milliseconds=estimate([1000 * block.costs_s[place] for block in blocks], 0.95),
            spans_s=tuple(
                float(np.median([block.span_s(length, place) for block in blocks]))
                for length in range(len(LENGTHS_S))
            ),
        )
        for place, leg in enumerate(blocks[0].by_length[0])
    ]
