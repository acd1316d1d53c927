"""Ceilings: what generator and upstream could have done at most in a trial, by the last calibration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean

import numpy as np

from results.model import UPSTREAM, Ceiling, Load, Trial


def of_generator(ceilings: Sequence[Ceiling]) -> tuple[Ceiling, ...]:
    """Those of the generator."""
    return tuple(ceiling for ceiling in ceilings if ceiling.shape != UPSTREAM)


def upstream_rps(ceilings: Sequence[Ceiling]) -> float | None:
    """The most that the upstream answers per second; None where it is not known."""
    return max((ceiling.rps for ceiling in ceilings if ceiling.shape == UPSTREAM), default=None)


def ceiling_rps(trial: Trial, ceilings: Sequence[Ceiling]) -> float | None:
    """Requests per second of the generator at the trial's connections and bytes; None where not known.

    Interpolated on logarithms, first over connections, then over bytes; outside the points that were
    calibrated the nearest one holds. Of closed load only: an open one has a pace of its own.
    """
    if trial.cell.load != Load.CLOSED or not trial.requests:
        return None
    size = (trial.bytes_received + trial.bytes_sent) / trial.requests
    by_shape: dict[str, list[Ceiling]] = {}
    for ceiling in of_generator(ceilings):
        by_shape.setdefault(ceiling.shape, []).append(ceiling)
    rps_by_size = {
        fmean(ceiling.bytes_per_request for ceiling in same_shape): _interpolate(
            trial.cell.connections, {ceiling.connections: ceiling.rps for ceiling in same_shape}
        )
        for same_shape in by_shape.values()
    }
    return _interpolate(size, rps_by_size) if rps_by_size else None


def _interpolate(x: float, points: Mapping[float, float] | Mapping[int, float]) -> float:
    """The value at ``x``, by straight lines between ``points`` on logarithmic axes."""
    at, values = zip(*sorted(points.items()), strict=True)
    return float(np.exp(np.interp(np.log(max(x, 1.0)), np.log(at), np.log(values))))
