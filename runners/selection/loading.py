"""How cells are loaded: in the turns of a relay, or in whole windows. The two are never compared."""

from __future__ import annotations

from results.model import Cell, Load, Setup
from scenarios.exchange import Scenario

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
