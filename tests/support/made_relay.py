"""Heats of a relay made without measuring: stacks that take turns on a CPU whose speed changes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from results.model import Turns
from tests.support.machine_speed import Floats, MachineSpeed


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """What differs beside the machine's speed, as deviations on log scale."""

    launch: float = 0.015
    """Between launches of one stack."""
    turn: float = 0.02
    """Between turns of one launch."""
    louder: Mapping[str, float] | None = None
    """Launches of these stacks differ by so many times as much."""
    speeds: Floats | None = None
    """Of the machine by millisecond, as recorded, to take pieces from; None: drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long is measured."""

    turn_s: float = 0.035
    pause_s: float = 0.0012
    leg_s: float = 1.0


def make_turns(
    rates: Mapping[str, float],
    variants: Mapping[str, str],
    random: np.random.Generator,
    *,
    noise: Noise | None = None,
    timing: Timing | None = None,
    leaves: Mapping[str, float] | None = None,
) -> dict[str, Turns]:
    """Turns of one heat's launches, by stack; ``leaves`` after a share of the rounds.

    ``rates`` are in requests per second at the machine's mean speed.
    """
    noise, timing, leaves = noise or Noise(), timing or Timing(), leaves or {}
    louder = noise.louder or {}
    launch = {name: random.normal(0, noise.launch * louder.get(name, 1)) for name in rates}
    rounds = max(3, round(timing.leg_s / timing.turn_s))
    length_s = 4 * rounds * len(rates) * (timing.turn_s + timing.pause_s)
    machine = MachineSpeed(random, length_s, noise.speeds)
    made: dict[str, list[tuple[int, int, int]]] = {name: [] for name in rates}
    now_s = 0.0
    for number in range(rounds):
        for name in _order(list(rates), variants, random):
            if number >= leaves.get(name, 1) * rounds:
                continue
            requests = max(1, round(rates[name] * timing.turn_s))
            work_s = requests / rates[name] * math.exp(-launch[name] - random.normal(0, noise.turn))
            end_s = machine.when_s(machine.done_s(now_s) + work_s)
            made[name].append((round(1e6 * now_s), round(1e6 * (end_s - now_s)), requests))
            now_s = end_s + timing.pause_s
    return {name: _turns(own) for name, own in made.items()}


def _turns(made: Sequence[tuple[int, int, int]]) -> Turns:
    begun_us, span_us, requests = zip(*made, strict=True)
    return Turns(begun_us=begun_us, span_us=span_us, requests=requests)


def _order(names: Sequence[str], variants: Mapping[str, str], random: np.random.Generator) -> list[str]:
    """One round: server variants in random order, and within each its stacks."""
    groups = list(dict.fromkeys(variants[name] for name in names))
    random.shuffle(groups)
    order = []
    for group in groups:
        members = [name for name in names if variants[name] == group]
        random.shuffle(members)
        order += members
    return order
