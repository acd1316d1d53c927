"""How cells are loaded: in the turns of a relay, or in whole windows. The two are never compared."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence

from results.model import Cell, Load, Setup
from scenarios.exchange import SERVICES, Scenario

MOST_CONNECTIONS_IN_TURNS = 256
"""With more, one and a half waves of answers (what a turn has at least) would take far longer than a turn."""


def why_whole(cell: Cell, scenario: Scenario, setup: Setup) -> str:
    """Why ``cell`` is measured in whole windows; empty where it is measured in turns.

    A turn goes from rest to rest, so there must be rest: nothing under way that the generator did not ask
    for, and nothing that answers wait for but the server.
    """
    reasons = {
        "whole windows were asked for": setup.turn_s is None or setup.leg_s is None,
        "an open load follows its schedule": cell.load == Load.OPEN and setup.open_turn_s is None,
        "a server that hotlap did not start may serve others too": setup.url is not None,
        "several generators cannot let a server rest at the same instant": setup.generators + setup.joined
        > 1,
        f"{scenario.title} cannot be cut into turns": not scenario.turns,
        f"a wave of {cell.connections} answers takes longer than a turn": (
            cell.load == Load.CLOSED and cell.connections > MOST_CONNECTIONS_IN_TURNS
        ),
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


MOST_TOGETHER = 4
"""Workloads that take turns together: the generator keeps the right answers of each, of every stack."""


def why_alone(cell: Cell, scenario: Scenario, setup: Setup) -> str:
    """Why no other workload takes turns with that of ``cell``; empty where others of its kind do.

    The longer a leg lasts, the less its ratios depend on what the machine did meanwhile (docs/adr/0013):
    turns of several workloads go round together where none leaves something to do behind an answer.
    """
    reasons = {
        "it is measured in whole windows": bool(why_whole(cell, scenario, setup)),
        "an open load has a rate of its own": cell.load == Load.OPEN,
        f"what the {scenario.needs} does behind an answer would fall into another's turn": (
            scenario.needs in SERVICES
        ),
        "its tasks run behind its answers": scenario.deferred is not None,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def kind_of_turns(cell: Cell) -> Hashable:
    """What workloads have in common that may take turns together."""
    return cell.connections, cell.reuse, cell.workers


def batches(
    workloads: Iterable[Sequence[Cell]], scenarios: Mapping[str, Scenario], setup: Setup
) -> tuple[tuple[int, ...], ...]:
    """Which of ``workloads`` take turns together, by their places, in the order of the first of each."""
    made: list[list[int]] = []
    open_ones: dict[Hashable, list[int]] = {}
    for place, cells in enumerate(workloads):
        first = cells[0]
        batch = open_ones.get(kind_of_turns(first), [])
        alone = why_alone(first, scenarios[first.scenario], setup)
        if alone or not batch or len(batch) == MOST_TOGETHER:
            made.append(batch := [])
        if not alone:
            open_ones[kind_of_turns(first)] = batch
        batch.append(place)
    return tuple(map(tuple, made))
