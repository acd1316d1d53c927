"""Synthetic runs whose closed load was measured in turns, under one speed that all stacks of a heat share."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from results.model import Cell, GateStage, Load, Run, Trial, Turns
from tests.support.synthetic import make_run
from tests.support.synthetic_gate import make_gate

TURN_S = 0.035
SPEED_SPREAD = 0.3
"""Deviation of the logarithm of the machine's speed."""
CORRELATION_S = 0.3
TURN_NOISE = 0.014


def make_relay(
    *,
    heat: int = 12,
    rounds: int = 20,
    speed_spread: float = SPEED_SPREAD,
    in_turns: Callable[[Cell], bool] = lambda cell: cell.load == Load.CLOSED,
    follow: Mapping[str, float] = MappingProxyType({}),
    **changes: object,
) -> Run:
    """A run after ``Recipe(**changes)`` in which ``in_turns`` says of each cell whether it took turns.

    ``follow`` is how much of the machine's speed each framework gains: 1 unless it says.
    """
    quiet = {"launch_noise": 0.01, "trial_noise": 0.01, "troubles": False}
    return to_turns(
        make_run(**{**quiet, **changes}),
        heat=heat,
        rounds=rounds,
        speed_spread=speed_spread,
        in_turns=in_turns,
        follow=follow,
    )


def make_gate_in_turns(*, rounds: int = 20, **changes: object) -> Run:
    """A comparison after ``TwoSides(**changes)`` whose launch pairs are heats of their own."""
    run = make_gate(**changes)
    random = np.random.default_rng(run.plan.setup.seed + 1)
    pairs: dict[tuple[GateStage, int, str], list[Trial]] = {}
    for trial in run.trials:
        pairs.setdefault((trial.stage, trial.block, trial.cell.framework), []).append(trial)
    legs = [leg for members in pairs.values() for leg in _heat(members, 0, rounds, SPEED_SPREAD, random)]
    return replace(run, trials=tuple(replace(leg, windows=1) for leg in legs))


def to_turns(
    run: Run,
    *,
    heat: int,
    rounds: int,
    speed_spread: float,
    in_turns: Callable[[Cell], bool],
    follow: Mapping[str, float] = MappingProxyType({}),
) -> Run:
    """``run`` with its windows made legs: their throughput becomes that at mean speed."""
    random = np.random.default_rng(run.plan.setup.seed + 1)
    together: dict[tuple[int, str, int], list[Trial]] = {}
    for trial in run.trials:
        if in_turns(trial.cell):
            together.setdefault((trial.block, trial.cell.scenario, trial.cell.connections), []).append(trial)
    legs: dict[tuple[int, Cell], Trial] = {}
    for members in together.values():
        for number, start in enumerate(range(0, len(members), heat)):
            lived = members[start : start + heat]
            for leg in _heat(lived, number, rounds, speed_spread, random, follow=follow):
                legs[leg.launch, leg.cell] = leg
    setup = replace(run.plan.setup, turn_s=TURN_S, leg_s=rounds * TURN_S, heat=heat)
    return replace(
        run,
        plan=replace(run.plan, setup=setup),
        trials=tuple(legs.get((trial.launch, trial.cell), trial) for trial in run.trials),
    )


def _heat(
    members: Sequence[Trial],
    number: int,
    rounds: int,
    spread: float,
    random: np.random.Generator,
    *,
    follow: Mapping[str, float] = MappingProxyType({}),
) -> list[Trial]:
    """The legs of one heat, in whose rounds every member takes a turn in random order."""
    order = np.concatenate([random.permutation(len(members)) for _ in range(rounds)])
    log_speed, now_us = float(random.normal(0, spread)), 0
    turns: list[list[tuple[int, int, int, int]]] = [[] for _ in members]
    for place in order.tolist():
        trial = members[place]
        gained = follow.get(trial.cell.framework, 1.0) * log_speed
        speed = math.exp(gained + random.normal(0, TURN_NOISE))
        requests = max(round(trial.requests / trial.window_s * TURN_S), 2)
        span_us = round(requests / (trial.requests / trial.window_s * speed) * 1e6)
        turns[place].append((now_us, span_us, requests, round(0.97 * span_us)))
        now_us += span_us + 1_000
        kept = math.exp(-span_us / 1e6 / CORRELATION_S)
        log_speed = kept * log_speed + math.sqrt(1 - kept**2) * float(random.normal(0, spread))
    return [_leg(trial, own, number, len(members), now_us) for trial, own in zip(members, turns, strict=True)]


def _leg(
    trial: Trial, own: Sequence[tuple[int, int, int, int]], number: int, live: int, heat_us: int
) -> Trial:
    begun, span, requests, cpu = (tuple(column) for column in zip(*own, strict=True))
    window_s = sum(span) / 1e6
    generator_s = min(sum(requests) * 14e-6, 0.8 * window_s)
    return replace(
        trial,
        turns=Turns(
            begun_us=begun,
            span_us=span,
            requests=requests,
            cpu_us=cpu,
            rest_cpu_us=round(1e-4 * (heat_us - sum(span))),
        ),
        heat=number,
        live=live,
        memory_before_bytes=trial.memory_pss_bytes,
        window_s=window_s,
        requests=sum(requests),
        bytes_received=160 * sum(requests),
        bytes_sent=60 * sum(requests),
        connections_opened=sum(requests) if trial.connections_opened else 0,
        server_cpu_ns=sum(cpu) * 1000,
        generator_cpu_ns=int(generator_s * 1e9),
        generator_idle_s=window_s - generator_s,
        in_flight_mean=0.9 * trial.cell.connections,
        busy_ticks=None,
        steal_ticks=None,
    )


def using(leg: Trial, share: float, *, robbed: float = 1.0, every: int = 2) -> Trial:
    """``leg`` of a server that uses so much of its CPU; in most turns (``every``) only a part of that."""
    if leg.turns is None:
        raise ValueError("no turns")
    shares = [share * (robbed if number % every else 1.0) for number in range(len(leg.turns.span_us))]
    cpu_us = tuple(int(part * span) for part, span in zip(shares, leg.turns.span_us, strict=True))
    return replace(leg, turns=replace(leg.turns, cpu_us=cpu_us))
