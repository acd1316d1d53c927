"""Slopes of what was read again and again, with intervals that allow for readings much like the last one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import statsmodels.api as sm

from report.stats.levels import CONFIDENCE, Level

WARM_UP = 0.25
"""Share of the time at the beginning that is left out."""
FEWEST = 12
"""Readings that a slope takes."""


def slope(at: Sequence[float], values: Sequence[float], confidence: float = CONFIDENCE) -> Level | None:
    """Slope of ``values`` over ``at`` behind the warm-up; None for too few readings.

    Least squares, its error by Newey and West (1987) with 4 (n/100)^(2/9) lags.
    """
    x, y = np.asarray(at, dtype=np.float64), np.asarray(values, dtype=np.float64)
    if not len(x) or len(x) != len(y):
        return None
    late = x >= x[0] + WARM_UP * (x[-1] - x[0])
    x, y = x[late], y[late]
    if len(x) < FEWEST:
        return None
    if np.ptp(y) == 0:
        return Level(value=0.0, low=0.0, high=0.0, n=len(x))
    lags = int(4 * (len(x) / 100) ** (2 / 9))
    fitted = sm.OLS(y, sm.add_constant(x)).fit(
        cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": True}
    )
    low, high = fitted.conf_int(alpha=1 - confidence)[1]
    return Level(value=float(fitted.params[1]), low=float(low), high=float(high), n=len(x))
