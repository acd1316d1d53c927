"""What the generator could do at most in the place of a trial: between the points of the last calibration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean

import numpy as np

from results.model import Ceiling, Load, Trial


def ceiling_rps(trial: Trial, ceilings: Sequence[Ceiling]) -> float | None:
    """Requests per second at the trial's connections and bytes per request; None where it is not known.

    Interpolated on logarithms, first over connections, then over bytes; outside the points that were
    calibrated the nearest one holds. Of closed load only: an open one has a pace of its own.
    """
    if trial.cell.load != Load.CLOSED or not trial.requests:
        return None
    size = (trial.bytes_received + trial.bytes_sent) / trial.requests
    by_shape: dict[str, list[Ceiling]] = {}
    for each in ceilings:
        by_shape.setdefault(each.shape, []).append(each)
    points = {
        fmean(each.bytes_per_request for each in shape): _between(
            trial.cell.connections, {each.connections: each.rps for each in shape}
        )
        for shape in by_shape.values()
    }
    return _between(size, points) if points else None


def _between(place: float, points: Mapping[float, float] | Mapping[int, float]) -> float:
    at, values = zip(*sorted(points.items()), strict=True)
    return float(np.exp(np.interp(np.log(max(place, 1.0)), np.log(at), np.log(values))))
