"""Medians of a few values with intervals that assume no distribution."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import stats

from report.stats.levels import CONFIDENCE, Level


def median(values: Sequence[float], confidence: float = CONFIDENCE) -> Level:
    """The median with the interval between two order statistics; without one where values are too few.

    The ranks are those of the binomial distribution (Conover, Practical Nonparametric Statistics, 3.2): six
    values are the fewest that give 95%, between the least and the greatest of them; of ten it lies between
    the second and the ninth, which holds 97.9%.
    """
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    n, middle = len(ordered), float(np.median(ordered))
    rank = int(stats.binom.ppf((1 - confidence) / 2, n, 0.5))
    if rank < 1:
        return Level(value=middle, n=n)
    return Level(value=middle, low=float(ordered[rank - 1]), high=float(ordered[n - rank]), n=n)
