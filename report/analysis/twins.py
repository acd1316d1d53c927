"""What one thing costs: a scenario over its twin, which is the same without that thing, on the same stack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from report.analysis.contenders import is_floor
from report.analysis.layers import Count, Place, Step, place, step_over


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """A scenario, and the same one without one thing."""

    thing: str
    """In words that follow "what" and "cost", such as ``validation``."""
    costs: str = "costs"
    """``cost`` where ``thing`` is several."""
    scenario: str
    without: str

    @property
    def key(self) -> str:
        """For anchors."""
        return self.thing.replace(" ", "-")


TWINS = (
    Twin(thing="validation", scenario="orders", without="orders-raw"),
    Twin(thing="five middlewares", costs="cost", scenario="middleware", without="middleware-none"),
    Twin(thing="a plain function", scenario="json-sync", without="json"),
    Twin(thing="a thread to compute in", scenario="cpu", without="cpu-inline"),
    Twin(thing="the last of 200 routes", scenario="routing-last", without="routing-first"),
    Twin(thing="the last of 20 includes", scenario="include-last", without="include-first"),
)


def find_twins(
    counts: Sequence[Count], below: Mapping[str, str]
) -> tuple[tuple[Twin, tuple[Step, ...]], ...]:
    """What each thing costs each stack that both were counted of, in the order of ``TWINS``; none is empty.

    ``below`` is what frameworks stand on.
    """
    by_place = {place(count.cell): count for count in counts}
    steps = ((twin, tuple(_steps(twin, counts, by_place, below))) for twin in TWINS)
    return tuple((twin, own) for twin, own in steps if own)


def _steps(
    twin: Twin,
    counts: Sequence[Count],
    by_place: Mapping[Place, Count],
    below: Mapping[str, str],
) -> list[Step]:
    steps = []
    for count in counts:
        cell = count.cell
        without = by_place.get(place(replace(cell, scenario=twin.without)))
        if cell.scenario == twin.scenario and without is not None and not is_floor(cell):
            steps.append(step_over(count, without, below.get(cell.framework, "")))
    return steps
