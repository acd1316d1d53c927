"""What only answers watched as they arrive have: time to the first piece, and jitter between pieces."""

from __future__ import annotations

from array import array
from typing import Any

import numpy as np

from results.histogram import Latency
from runners.generator.pump.tally import Tally


def facts(tally: Tally) -> dict[str, Any]:
    """Fields of ``Measured`` that only watched answers have."""
    return {"first_byte": _histogram(tally.first_ns), "jitter": _histogram(tally.jitter_ns)}


def _histogram(values_ns: array[int]) -> str | None:
    if not values_ns:
        return None
    found = Latency()
    found.record_ns(np.array(values_ns, dtype=np.int64))
    return found.encode()
