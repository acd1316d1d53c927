"""Heats of a relay made without measuring: stacks that take turns on a CPU whose speed changes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from report.stats.launches import LaunchLevel
from report.stats.turns import fit_turns
from tests.support.machine_speed import MachineSpeed


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """What differs beside the machine's speed, as deviations on log scale."""

    launch: float = 0.015
    """Between launches of one stack."""
    turn: float = 0.02
    """Between turns of one launch."""
    louder: Mapping[str, float] | None = None
    """Launches of these stacks differ by so many times as much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long is measured."""

    turn_s: float = 0.035
    pause_s: float = 0.0012
    leg_s: float = 1.0


def heat(
    rates: Mapping[str, float],
    variants: Mapping[str, str],
    random: np.random.Generator,
    *,
    number: int,
    noise: Noise | None = None,
    timing: Timing | None = None,
    leaves: Mapping[str, float] | None = None,
) -> list[LaunchLevel]:
    """Levels of one heat's launches, estimated from their turns; ``leaves`` after a share of the rounds."""
    noise, timing, leaves = noise or Noise(), timing or Timing(), leaves or {}
    names = list(rates)
    louder = noise.louder or {}
    launch = {name: random.normal(0, noise.launch * louder.get(name, 1)) for name in names}
    rounds = max(3, round(timing.leg_s / timing.turn_s))
    machine = MachineSpeed(random, 4 * rounds * len(names) * (timing.turn_s + timing.pause_s))
    log_rates, stacks, at_s = [], [], []
    now_s = 0.0
    for place in range(rounds):
        for name in _order(names, variants, random):
            if place >= leaves.get(name, 1) * rounds:
                continue
            work_s = timing.turn_s * math.exp(-launch[name] - random.normal(0, noise.turn))
            end_s = machine.when_s(machine.done_s(now_s) + work_s)
            log_rates.append(math.log(rates[name] * timing.turn_s / (end_s - now_s)))
            stacks.append(names.index(name))
            at_s.append((now_s + end_s) / 2)
            now_s = end_s + timing.pause_s
    fit = fit_turns(np.array(log_rates), np.array(stacks, dtype=np.intp), np.array(at_s))
    return [
        LaunchLevel(
            together=(number, variants[name]),
            stack=name,
            level=float(fit.levels[index]),
            variance=float(fit.variances[index]),
        )
        for index, name in enumerate(names)
    ]


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
