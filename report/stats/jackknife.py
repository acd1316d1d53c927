"""The jackknife: how uncertain a number is that only all samples together give."""

from __future__ import annotations

import math
from collections.abc import Mapping


def pseudo_values(whole: float, without: Mapping[int, float]) -> dict[int, float]:
    """Tukey's pseudo-values of a positive number, on the log scale, by number of the part left out.

    ``whole`` is the number from all n parts, ``without`` what it is with each part left out:
    n ln(whole) - (n - 1) ln(without). Their mean and standard error are treated as those of independent
    values. Parts must hold many samples each where the number is a percentile: leaving out single samples
    does not give a percentile's error, leaving out groups does (Shao and Wu, Annals of Statistics 17, 1989).
    """
    n = len(without)
    return {
        part: math.exp(n * math.log(whole) - (n - 1) * math.log(value)) for part, value in without.items()
    }
