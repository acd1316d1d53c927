"""Values by block that scatter as measurements do."""

from __future__ import annotations

import numpy as np


def noisy(random: np.random.Generator, centre: float, blocks: int, noise: float = 0.1) -> dict[int, float]:
    """Log-normal about ``centre``, one value a block; ``noise`` is the deviation of the logarithms."""
    values = centre * np.exp(random.normal(0, noise, blocks))
    return {block: float(value) for block, value in enumerate(values)}
