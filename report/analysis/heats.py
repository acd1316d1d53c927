"""Heats: what took turns together, each leg's value at the mean speed of the machine, and that speed.

Step one of the estimation (docs/method.md, section 5): within a heat, the speed that all turns share is told
from the levels of its stacks by ``report.stats.turns``. What the levels of several launches come to is step
two, in ``report.analysis.together``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from report.analysis.metric_types import PerTurn
from report.analysis.own_turns import own_turns
from report.stats.turns import HeatFit, fit_turns
from results.model import GateStage, Load, Trial, Turns

Floats = NDArray[np.float64]

BEST_TURNS = 0.1
"""Share of a leg's turns that tell how much of its CPUs its server can use."""
SPARE_TURNS = 2
"""Turns that a heat needs beyond one a leg for its noise to be told."""


class HeatName(NamedTuple):
    """What the legs of one heat have in common: they were loaded in turn in one and the same workload."""

    block: int
    stage: GateStage
    heat: int
    attempt: int
    scenario: str
    load: Load
    connections: int
    workers: int
    reuse: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LegValue:
    """What one leg says of one metric."""

    value: float
    """In the unit of the metric, at the mean speed of the machine over the heat."""
    variance: float = 0.0
    """Of its logarithm less the mean of its heat, from the turns; 0 where they were too few to tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heat:
    """What the legs of one heat say of one metric."""

    legs: tuple[LegValue | None, ...]
    """In their order; None where a leg did not measure the metric."""
    speeds: tuple[float, ...] = ()
    """Logarithm of what the speed of the machine did to the value of each turn, 0 at the mean speed."""


def heat_name(trial: Trial) -> HeatName:
    """The heat of a leg."""
    cell = trial.cell
    return HeatName(
        trial.block,
        trial.stage,
        trial.heat,
        trial.attempt,
        cell.scenario,
        cell.load,
        cell.connections,
        cell.workers,
        cell.reuse,
    )


def group_heats(trials: Iterable[Trial]) -> dict[HeatName, list[Trial]]:
    """The legs among ``trials`` by their heat, in the order of the record."""
    heats: dict[HeatName, list[Trial]] = {}
    for trial in trials:
        if trial.turns is not None:
            heats.setdefault(heat_name(trial), []).append(trial)
    return heats


def occupied_in_heat(legs: Sequence[Trial]) -> tuple[float | None, ...]:
    """Of each leg of a heat: share of its CPUs that its server used in its best turns, of what could be had.

    Others take their part of some turns, and a server that waits for something else waits in all of them. On
    a machine that is crowded throughout, whoever used most of the CPUs tells what could be had, all of one
    CPU at most. None where its CPU time was not measured.
    """
    used = [best_share(leg) for leg in legs]
    most = min(max((share for share in used if share is not None), default=1.0), 1.0)
    return tuple(None if share is None else share / most if most > 0 else 0.0 for share in used)


def best_share(leg: Trial) -> float | None:
    """Share of its CPUs that the server of a leg used in its best turns; None where it was not measured."""
    turns = leg.turns
    if turns is None or not turns.cpu_us:
        return None
    shares = np.array(turns.cpu_us) / np.array(turns.span_us) / leg.cell.workers
    return float(np.quantile(shares, 1 - BEST_TURNS))


@lru_cache(maxsize=8_192)
def fit_heat(legs: tuple[Turns, ...], ratio: PerTurn) -> Heat:
    """The values of a heat's legs, read from each turn by ``ratio``.

    A leg of which a turn has no positive value is left out of the fit, and so are all where turns are too
    few: their values are ratios of sums then. Only ``own_turns`` count. Fitted once for the same turns.
    """
    legs = tuple(map(own_turns, legs))
    fitted = [place for place, turns in enumerate(legs) if is_complete(turns, ratio)]
    n_turns = sum(len(ratio.denominators(legs[place])) for place in fitted)
    if not fitted or n_turns < len(fitted) + SPARE_TURNS:
        return Heat(legs=tuple(_sums(turns, ratio) for turns in legs))
    values, weights, stacks, at_s = turn_by_turn([legs[place] for place in fitted], ratio)
    fit = fit_turns(values, stacks, at_s)
    mean = _log_mean(fit, weights, stacks)
    by_place = {
        place: LegValue(value=math.exp(level + mean) * ratio.scale, variance=float(variance))
        for place, level, variance in zip(fitted, fit.levels.tolist(), fit.variances, strict=True)
    }
    return Heat(
        legs=tuple(by_place.get(place) or _sums(turns, ratio) for place, turns in enumerate(legs)),
        speeds=tuple((fit.speed - mean).tolist()),
    )


def is_complete(turns: Turns, ratio: PerTurn) -> bool:
    """Whether every turn has a positive value."""
    numerators, denominators = ratio.numerators(turns), ratio.denominators(turns)
    same = len(numerators) == len(denominators) == len(turns.begun_us) == len(turns.span_us)
    return same and bool(numerators) and min(*numerators, *denominators) > 0


def _sums(turns: Turns, ratio: PerTurn) -> LegValue | None:
    """All turns as one; None where the metric was not measured."""
    numerator, denominator = sum(ratio.numerators(turns)), sum(ratio.denominators(turns))
    if numerator <= 0 or denominator <= 0:
        return None
    return LegValue(value=numerator / denominator * ratio.scale)


def turn_by_turn(legs: Sequence[Turns], ratio: PerTurn) -> tuple[Floats, Floats, NDArray[np.intp], Floats]:
    """Of each turn: logarithm of its ratio, its denominator, the number of its leg, and its middle in s."""
    numerators, denominators = (
        np.concatenate([np.array(read(turns), float) for turns in legs])
        for read in (ratio.numerators, ratio.denominators)
    )
    stacks = np.repeat(np.arange(len(legs)), [len(turns.span_us) for turns in legs])
    middles = [np.array(turns.begun_us, float) + np.array(turns.span_us, float) / 2 for turns in legs]
    return np.log(numerators / denominators), denominators, stacks, np.concatenate(middles) / 1e6


def _log_mean(fit: HeatFit, weights: Floats, stacks: NDArray[np.intp]) -> float:
    """Logarithm of the mean that a ratio of sums would have over this heat, on the scale of ``fit.speed``.

    Each turn weighs by its denominator (rates by time), each stack alike.
    """
    total = np.bincount(stacks, weights)[stacks]
    return math.log(float(np.sum(weights / total * np.exp(fit.speed))) / (int(stacks.max()) + 1))
