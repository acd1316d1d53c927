"""The counters there are, by the name that ``--counter`` takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from runners.errors import PlanError
from runners.experiments.counting import callgrind, perf
from runners.experiments.counting.counter import Counter

COUNTERS: Mapping[str, Callable[[], Counter]] = {"callgrind": callgrind.find, "perf": perf.find}
"""By name: looks for the tool on this machine, PlanError where it cannot count here."""
DEFAULT = "callgrind"


def find(name: str = DEFAULT) -> Counter:
    """The counter called ``name``; raises PlanError where there is none, or it cannot count here."""
    if name not in COUNTERS:
        raise PlanError(f"unknown counter {name!r}", remedy=f"--counter {' or '.join(COUNTERS)}")
    return COUNTERS[name]()
