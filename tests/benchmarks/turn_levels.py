"""What turns say, however they were taken: levels of a heat, and how the machine's speed varied meanwhile."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from report.stats.launches import LaunchLevel
from report.stats.turns import HeatFit, fit_turns
from results.model import Turns

Floats = NDArray[np.float64]
WINDOW_S = 0.7
"""Length of a window that was measured whole before there were turns: the machine's noise is told for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StackTurns:
    """The turns of one launch in one heat."""

    stack: str
    variant: str
    """Only stacks of one server variant are compared."""
    turns: Turns


@dataclass(frozen=True, slots=True, kw_only=True)
class Heat:
    """Launches that took turns, in one scenario."""

    number: Hashable
    legs: tuple[StackTurns, ...]

    def log_rates(self) -> Floats:
        """(T,) log of requests per second of every turn, leg after leg."""
        turns = [leg.turns for leg in self.legs]
        requests = np.concatenate([np.array(leg.requests, dtype=np.float64) for leg in turns])
        return np.log(requests / self.spans_s())

    def spans_s(self) -> Floats:
        """(T,) length of every turn."""
        return np.concatenate([np.array(leg.turns.span_us) / 1e6 for leg in self.legs])

    def at_s(self) -> Floats:
        """(T,) the middle of every turn, since the first."""
        begun_s = np.concatenate([np.array(leg.turns.begun_us) / 1e6 for leg in self.legs])
        return np.asarray(begun_s + self.spans_s() / 2, dtype=np.float64)

    def owners(self) -> NDArray[np.intp]:
        """(T,) the number of the leg that each turn is of."""
        return np.repeat(np.arange(len(self.legs)), [len(leg.turns.requests) for leg in self.legs])

    def fit(self) -> HeatFit:
        """Levels of the legs, in their order; raises ValueError where there are too few turns."""
        return fit_turns(self.log_rates(), self.owners(), self.at_s())

    def launch_levels(self) -> list[LaunchLevel]:
        """Level of each launch, comparable within its server variant."""
        fit = self.fit()
        return [
            LaunchLevel(
                together=(self.number, leg.variant),
                stack=leg.stack,
                level=float(fit.levels[place]),
                variance=float(fit.variances[place]),
            )
            for place, leg in enumerate(self.legs)
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedNoise:
    """How the speed of the machine varied, as deviations of its logarithm."""

    turn: float
    """Of one turn."""
    turn_s: float
    """Median length of a turn."""
    window: float
    """Of ``WINDOW_S`` of turns, one right after the other."""

    def __str__(self) -> str:
        """One line."""
        return (
            f"the machine's speed varied by {100 * self.window:.1f}% from one window of {WINDOW_S:g} s to "
            f"another, by {100 * self.turn:.1f}% from turn to turn ({1000 * self.turn_s:.0f} ms)"
        )


def speed_noise(scenarios: Iterable[Sequence[Heat]]) -> SpeedNoise:
    """The machine's noise from turns: their rates over those of their stack in the whole run.

    ``scenarios`` are the heats of one scenario each: a stack has a rate of its own in each scenario.
    """
    speeds: list[float] = []
    spans_s: list[float] = []
    windows: list[float] = []
    for heats in scenarios:
        levels = _mean_levels(heats)
        for heat in heats:
            owners = [levels[heat.legs[owner].stack] for owner in heat.owners()]
            order = np.argsort(heat.at_s())
            own = (heat.log_rates() - np.array(owners))[order]
            lengths_s = heat.spans_s()[order]
            speeds += own.tolist()
            spans_s += lengths_s.tolist()
            windows += _windows(own, lengths_s)
    return SpeedNoise(
        turn=float(np.std(speeds)),
        turn_s=float(np.median(spans_s)),
        window=float(np.std(windows)) if len(windows) > 1 else float("nan"),
    )


def _mean_levels(heats: Sequence[Heat]) -> Mapping[str, float]:
    """Mean log rate of each stack over all of its turns in all heats."""
    rates: defaultdict[str, list[float]] = defaultdict(list)
    for heat in heats:
        for owner, rate in zip(heat.owners(), heat.log_rates(), strict=True):
            rates[heat.legs[owner].stack].append(float(rate))
    return {stack: float(np.mean(values)) for stack, values in rates.items()}


def _windows(log_speeds: Floats, spans_s: Floats) -> list[float]:
    """Log of the mean speed of each window made of turns that followed each other."""
    windows: list[float] = []
    done_s = work_s = 0.0
    for log_speed, span_s in zip(log_speeds, spans_s, strict=True):
        done_s += span_s
        work_s += span_s * np.exp(log_speed)
        if done_s >= WINDOW_S:
            windows.append(float(np.log(work_s / done_s)))
            done_s = work_s = 0.0
    return windows
