"""Power: which differences a test can see, and how many launch pairs it needs to see one."""

from __future__ import annotations

import math
from functools import cache
from itertools import count

from scipy import stats

ALPHA = 0.01
"""A regression is claimed, and excluded, only with less than this risk of being wrong (one-sided)."""
POWER = 0.90
"""Probability with which a difference that is there is to be seen."""
PLANNED_EFFECT = 0.10
"""On the log scale: the difference that confirmation must be able to see."""
MOST_PAIRS = 200
"""No plan has more launch pairs than this."""
LOST_FREEDOM = 2
"""Degrees of freedom of pairs that the difference and the bias of place take."""


@cache
def visible_in_errors(freedom: float, alpha: float = ALPHA, power: float = POWER) -> float:
    """Smallest difference, in standard errors, that a one-sided t test at ``alpha`` finds with ``power``.

    The non-centrality at which the power of the noncentral t reaches ``power``.
    """
    from scipy import optimize  # noqa: PLC0415 - most readers of a record never need it

    critical = float(stats.t.ppf(1 - alpha, freedom))

    def missing(noncentrality: float) -> float:
        return _power(noncentrality, critical, freedom) - power

    return float(optimize.brentq(missing, 0, 10 * (critical + 1)))


@cache
def needed_pairs(
    deviation: float, effect: float = PLANNED_EFFECT, alpha: float = ALPHA, power: float = POWER
) -> int:
    """Fewest pairs whose test at ``alpha`` finds ``effect`` with ``power``; ``MOST_PAIRS`` at most.

    ``deviation`` is that of one pair; both are on the log scale. Deviations of 0.075, 0.10 and 0.15 need 11,
    17 and 33 pairs (docs/method.md, section 6).
    """
    if deviation < effect / 1_000:
        return LOST_FREEDOM + 2
    normal = float(stats.norm.ppf(1 - alpha) + stats.norm.ppf(power))
    too_few = int((normal * deviation / effect) ** 2)  # Student's t never needs fewer than the normal
    for n in count(max(LOST_FREEDOM + 2, min(too_few, MOST_PAIRS))):
        critical, error = float(stats.t.ppf(1 - alpha, n - LOST_FREEDOM)), deviation / math.sqrt(n)
        if n >= MOST_PAIRS or _power(effect / error, critical, n - LOST_FREEDOM) >= power:
            return n
    raise AssertionError  # pragma: no cover - counting never ends


def _power(noncentrality: float, critical: float, freedom: float) -> float:
    return float(stats.nct.sf(critical, freedom, noncentrality))
