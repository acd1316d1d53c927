"""Correction for multiple tests: many cells at once give no more false alarms than one."""

from __future__ import annotations

import gc
from collections.abc import Iterable


def holm(p_values: Iterable[float]) -> list[float]:
    """``p_values`` corrected for how many there are, by S. Holm's step-down (Scand. J. Statist. 6, 1979)."""
    uncorrected = list(p_values)
    if len(uncorrected) < 2:  # noqa: PLR2004 - one alone is not multiple, and the import takes seconds
        return uncorrected
    from statsmodels.stats.multitest import multipletests  # noqa: PLC0415 - takes seconds

    gc.freeze()  # it collects garbage each time, which takes longer than everything else here
    try:
        return [float(p) for p in multipletests(uncorrected, method="holm")[1]]
    finally:
        gc.unfreeze()
