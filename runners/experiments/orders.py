"""What the generator is ordered to do with a launch: one whole window, or turns beside those of others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from results.model import Cell, Load, Setup
from runners.experiments.live import LiveServer
from runners.generator.messages import Order, Relay, ServiceTree
from runners.launching.launcher import RunningServer
from runners.machine.placement import service_cpus
from runners.selection.schedule import trial_seed


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrant:
    """A server of the heat, and the cell that is measured of it."""

    live: LiveServer
    cell: Cell
    position: int
    """Place of the cell among those that its launch is asked, from 0."""
    place: int | None = None
    """In a comparison: 0 where its server was launched first, else 1."""


def relay_of(entrants: Sequence[Entrant], setup: Setup, block: int) -> Relay:
    """Turns of ``entrants``: those that are compared take theirs one after the other."""
    neighbours = list(dict.fromkeys(map(_neighbours, entrants)))
    turn_s, whole_s = turns_of(entrants[0].cell, setup)
    return Relay(
        legs=tuple(
            replace(order_for(entrant.live.server, entrant.cell, setup, block), cpus=())
            for entrant in entrants
        ),
        groups=tuple(map(neighbours.index, map(_neighbours, entrants))),
        rounds=max(1, round(whole_s / turn_s)),
        turn_s=turn_s,
        seed=trial_seed(setup.seed, block, entrants[0].cell),
    )


def _neighbours(entrant: Entrant) -> tuple[str, str]:
    """What legs have in common that take their turns one after the other: ratios are shown within it."""
    return entrant.cell.scenario, entrant.cell.server


def turns_of(cell: Cell, setup: Setup) -> tuple[float, float]:
    """How long a turn of ``cell`` is to be, and all of its turns in one launch."""
    if cell.load == Load.OPEN:
        turn_s, whole_s = setup.open_turn_s, setup.open_window_s or setup.window_s
    else:
        turn_s, whole_s = setup.turn_s, setup.leg_s or 0.0
    assert turn_s is not None  # noqa: S101 - else why_whole has a reason
    return turn_s, whole_s


def order_for(server: RunningServer, cell: Cell, setup: Setup, block: int) -> Order:
    """What the generator is to measure of ``cell`` on ``server`` in ``block``."""
    window_s = setup.window_s if cell.rate_rps is None else setup.open_window_s or setup.window_s
    return Order(
        host=server.host,
        port=server.port,
        scenario=cell.scenario,
        seed=trial_seed(setup.seed, block, cell),
        connections=cell.connections,
        rate_rps=cell.rate_rps,
        arrivals=cell.arrivals,
        reuse=cell.reuse,
        warmup_s=setup.warmup_s,
        window_s=window_s,
        server_pid=server.pid,
        cgroup=server.cgroup,
        services=tuple(
            ServiceTree(name=name, pid=root.pid, cgroup=root.cgroup)
            for name, root in server.leases.roots.items()
        ),
        cpus=tuple(sorted({*setup.server_cpus, *setup.generator_cpus})),
        awake=stays_awake(server, setup),
    )


def stays_awake(server: RunningServer, setup: Setup) -> bool:
    """Whether the generator may keep its CPU busy: nothing that the server talks to needs it."""
    _, has_own_cpus = service_cpus(setup.server_cpus, setup.generator_cpus)
    return setup.generator_awake and (has_own_cpus or not server.leases.roots)
