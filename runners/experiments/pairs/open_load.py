"""Open loads of two sides: both are offered one rate, as asked for or a share of what the base serves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from results.model import Cell, Load, Pairing, SideName
from runners.errors import LoadError, PlanError, of_side
from runners.experiments.capacity import Capacities, CapacityPass
from runners.experiments.launchers import local_launcher
from runners.experiments.pairs.options import PairOptions
from runners.experiments.pairs.prepared import Prepared
from runners.experiments.progress import Watcher
from runners.generator.client import Generator
from runners.selection import rates

GATE_SHARE = 0.25
"""Of the base's capacity: waiting is seen best where requests seldom wait for each other, and a head that is
slower, or a machine that is for a while, still serves it."""
GATE_RATES = (rates.Rate(kind="closed"), rates.Rate(kind="share", value=GATE_SHARE))
"""What a gate measures of a sentinel, unless asked otherwise."""
CAPACITY_WINDOW_S = 0.15
"""Length of the windows that tell the capacity: it need not be known well, only be the same for both."""
LEAST_DUE = 50
"""A rate at which fewer requests are due in one trial tells nothing of latency."""


def with_open_load(prepared: Prepared, options: PairOptions, watcher: Watcher) -> Prepared:
    """``prepared`` with the pairings of the rates asked for in place of its closed ones.

    Raises PlanError where no cell is left. Pairings that are counted stay.
    """
    for warning in rates.warnings(options.rates):
        watcher.say(f"warning: {warning}")
    capacities = Capacities()
    if rates.need_capacity(options.rates) and prepared.loads():
        capacities = _capacities(prepared, watcher)
    plan = prepared.plan
    counted = [pairing for pairing in plan.pairings if pairing.head.load == Load.LOCKSTEP]
    closed = [pairing for pairing in plan.pairings if pairing.head.load == Load.CLOSED]
    loaded = tuple(_telling(_offered(closed, options, capacities.by_cell), plan.setup.open_window_s, watcher))
    if closed and not loaded:
        raise PlanError("no cell is left to offer a rate to", remedy="a higher --rate, or --rate closed")
    pairings = (*counted, *loaded)
    return replace(
        prepared,
        plan=replace(
            plan,
            pairings=pairings,
            cells=tuple(pairing.head for pairing in pairings),
            capacities_rps={cell.slug: rps for cell, rps in capacities.by_cell.items()},
            capacity_windows_rps={cell.slug: rps for cell, rps in capacities.windows.items()},
        ),
        failures=(
            *prepared.failures,
            *(of_side(failure, SideName.BASE) for failure in capacities.failures),
        ),
    )


def _offered(
    closed: Iterable[Pairing], options: PairOptions, capacities: Mapping[Cell, float]
) -> Iterator[Pairing]:
    """Each of ``closed`` under each load, on as many connections; the head is offered what the base is."""
    for pairing in closed:
        for cell in rates.open_cells(
            (pairing.base,),
            options.rates,
            arrivals=options.arrivals,
            caps=(pairing.base.connections,),
            capacities=capacities,
        ):
            yield Pairing(base=cell, head=_loaded_as(pairing.head, cell))


def _loaded_as(cell: Cell, other: Cell) -> Cell:
    return replace(
        cell,
        load=other.load,
        connections=other.connections,
        rate_rps=other.rate_rps,
        arrivals=other.arrivals,
    )


def _telling(pairings: Iterable[Pairing], open_s: float | None, watcher: Watcher) -> Iterator[Pairing]:
    """Those at whose rate enough requests are due; the others are named."""
    for pairing in pairings:
        rate_rps = pairing.head.rate_rps
        if rate_rps is not None and open_s is not None and rate_rps * open_s < LEAST_DUE:
            watcher.say(
                f"{pairing.head.slug} is left out: in {open_s:g} s too few requests are due to tell latency"
            )
        else:
            yield pairing


def _capacities(prepared: Prepared, watcher: Watcher) -> Capacities:
    """What the base serves under closed load, and the failures of what could not be measured."""
    plan, base = prepared.plan, prepared.sides[SideName.BASE]
    cells = tuple(dict.fromkeys(pairing.base for pairing in prepared.loads()))
    setup = replace(plan.setup, window_s=CAPACITY_WINDOW_S)
    try:
        with (
            TemporaryDirectory(prefix="hotlap-") as folder,
            Generator(cpus=setup.generator_cpus, log=Path(folder) / "generator.log") as generator,
            closing(
                local_launcher(cells, base.parts, prepared.environments[SideName.BASE], setup, Path(folder))
            ) as launcher,
        ):
            return CapacityPass(
                plan=replace(plan, cells=cells, setup=setup),
                scenarios=base.parts.scenarios,
                launcher=launcher,
                generator=generator,
                watcher=watcher,
            ).run()
    except LoadError as error:
        return Capacities(failures=[error.failure(cell.stack, cell) for cell in cells])
    finally:
        watcher.end()
