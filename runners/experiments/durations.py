"""How long launches and trials take, as first guesses; the clock corrects them from the first block on."""

from __future__ import annotations

from functools import cache
from math import ceil
from random import Random

from results.model import Cell, Load, Setup
from runners.generator.window.pace import LEAD_IN_S, LONGEST_LEAD_IN_S
from runners.generator.window.relay_runner import LEAST_CYCLES, LEAST_TURNS
from runners.generator.window.warm_up import LEARNING_RPS, LEARNING_S, SETTLED_ROUNDS
from runners.selection.loading import why_whole
from runners.selection.matrix import Parts, family
from scenarios.exchange import Scenario

LAUNCH_S = 0.8
"""What a launch costs besides its trials."""
VERIFY_S = 3.0
"""What a launch that is verified takes."""
VERIFIED_AT_ONCE = 2
"""Launches that verify side by side: nothing is timed there."""
LEG_S = 0.15
"""What a leg costs besides its warm-up and its turns, where they are as long as they should be."""


def verifying_seconds(launches: int) -> float:
    """What it takes to verify so many launches."""
    return launches * VERIFY_S / VERIFIED_AT_ONCE


def trial_seconds(cell: Cell, setup: Setup, parts: Parts) -> float:
    """What one trial of ``cell`` takes, warm-up included: longer where it is expected to answer slowly."""
    scenario, rate_rps = parts.scenarios[cell.scenario], expected_rps(cell, parts)
    warmup_s = setup.warmup_s if rate_rps is None else _warm_up_seconds(cell, setup, scenario, rate_rps)
    open_s = setup.open_window_s or setup.window_s
    whole_s = warmup_s + (setup.window_s if cell.load == Load.CLOSED else open_s)
    if why_whole(cell, scenario, setup):
        return whole_s
    turns_s = open_s if cell.load == Load.OPEN else _turns_seconds(cell, setup, rate_rps)
    return warmup_s + turns_s + LEG_S + (whole_s if scenario.beside is not None else 0.0)


def expected_rps(cell: Cell, parts: Parts) -> float | None:
    """Answers a second that are expected of ``cell``; None: so many that nothing takes longer for it.

    Its framework's file knows best, then its scenario.
    """
    scenario = parts.scenarios[cell.scenario]
    own = parts.frameworks[cell.framework].expected_rps.get(family(scenario), scenario.expected_rps)
    return None if own is None else own * max(cell.workers, 1)


def _warm_up_seconds(cell: Cell, setup: Setup, scenario: Scenario, rate_rps: float) -> float:
    """Every connection answered, then the time over, the load settled and the ring learnt."""
    settled_s = SETTLED_ROUNDS * cell.connections / rate_rps
    learnt_s = 0.0
    if rate_rps >= LEARNING_RPS:
        learnt_s = min((ring_length(scenario) + cell.connections) / rate_rps, setup.warmup_s + LEARNING_S)
    return cell.connections / rate_rps + max(setup.warmup_s, settled_s, learnt_s)


def _turns_seconds(cell: Cell, setup: Setup, rate_rps: float | None) -> float:
    """All turns of a leg, each led in.

    Where one takes longer than it should there are fewer, down to ``LEAST_TURNS``.
    """
    leg_s, turn_s = setup.leg_s or 0.0, setup.turn_s or 0.0
    if not turn_s:
        return leg_s
    rounds = max(1, round(leg_s / turn_s))
    if rate_rps is None:
        return rounds * (turn_s + LONGEST_LEAD_IN_S)
    length_s = max(turn_s, LEAST_CYCLES * cell.connections / rate_rps)
    every = max(1, min(round(length_s / turn_s), rounds // LEAST_TURNS))
    led_in_s = max(LEAD_IN_S, 1 / rate_rps, min(cell.connections / rate_rps, LONGEST_LEAD_IN_S))
    return ceil(rounds / every) * (length_s + led_in_s)


@cache
def ring_length(scenario: Scenario) -> int:
    """Entries of its ring."""
    return len(scenario.ring(Random(0)))
