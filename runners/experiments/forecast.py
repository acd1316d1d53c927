"""What a run would be: its cells, minutes and memory, and what it leaves out; nothing is built for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from results.model import NotApplicable, Plan
from runners.environments.lock import pins
from runners.environments.yardstick import Chosen
from runners.experiments.durations import verifying_seconds
from runners.experiments.live import MEMORY_RESERVE_BYTES
from runners.experiments.open_rates import with_quick_rates, with_rates
from runners.experiments.options import RunOptions
from runners.experiments.progress import Amount, amount_of
from runners.experiments.provisioning import lacking_cells, unsupported_cells, without
from runners.experiments.run_plan import (
    expand_all,
    interpreters_of,
    must_fit_together,
    must_have_ratios,
    named,
    planned,
)
from runners.machine import facts
from runners.selection.heats import draw_heats
from runners.selection.matrix import Apart, Matrix, Parts, apart
from runners.selection.schedule import Visit, visits
from runners.servers.versions import Versions

WORKER_BYTES = 64 * 2**20
"""First guess of what a worker takes, its share of what it has in common with others included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """A run before it is made."""

    plan: Plan
    """With all of its cells, and without environments."""
    matrix: Matrix
    unmet: tuple[NotApplicable, ...]
    """Cells whose locked versions are too old."""
    no_interface: tuple[Apart, ...]
    """Frameworks and servers that were both asked for and do not meet."""
    amount: Amount
    interpreters: Mapping[str, Chosen]
    """By what cells call them."""
    verifying_s: float
    heats: tuple[tuple[Visit, ...], ...]
    """Launches that live at once, of the first block."""
    available_bytes: int
    """Memory that a heat may take."""

    @property
    def live(self) -> int:
        """Servers that live at once, at most."""
        return max(map(len, self.heats))

    @property
    def memory_bytes(self) -> int:
        """Guess of what they take."""
        return max(sum(map(_memory_bytes, heat)) for heat in self.heats)


def forecast(options: RunOptions, parts: Parts) -> Forecast:
    """What a run with ``options`` would be, by the versions that are locked.

    Its minutes are those that the run itself begins with. Raises PlanError where it would.
    """
    must_fit_together(options)
    interpreters = interpreters_of(options, parts)
    matrix = expand_all(options, parts, named(interpreters))
    must_have_ratios(options.timing, matrix.cells)
    unmet = unsupported_cells(matrix.cells, interpreters, parts)
    unmet += lacking_cells(without(matrix.cells, unmet), _locked(interpreters, matrix, parts), parts)
    cells, absent = without(matrix.cells, unmet), (*matrix.not_applicable, *unmet)
    plan = _with_rates(planned(options, parts, cells=cells, not_applicable=absent), options, parts)
    launches, setup = visits(plan.cells, parts.scenarios), plan.setup
    available = max(facts.memory_available() - MEMORY_RESERVE_BYTES, 0)
    return Forecast(
        plan=plan,
        matrix=matrix,
        unmet=unmet,
        no_interface=apart(options.selection, parts),
        interpreters=interpreters,
        amount=amount_of(
            plan.cells,
            launches=len(launches),
            blocks=range(setup.blocks),
            setup=setup,
            parts=parts,
        ),
        verifying_s=verifying_seconds(sum(not visit.cells[0].control for visit in launches)),
        heats=draw_heats(
            launches,
            most=setup.heat,
            seed=setup.seed,
            block=0,
            memory_bytes={visit.key: _memory_bytes(visit) for visit in launches},
            available_bytes=available,
            everywhere=setup.reference,
        ),
        available_bytes=available,
    )


def _memory_bytes(visit: Visit) -> int:
    return visit.cells[0].workers * WORKER_BYTES


def _locked(interpreters: Mapping[str, Chosen], matrix: Matrix, parts: Parts) -> Mapping[str, Versions]:
    """Versions by ``Cell.environment``, as locked; without a lock it is taken to have what it needs."""
    return {
        cell.environment: pins(
            lock.read_text(encoding="utf-8"), interpreters[cell.python].interpreter.markers
        )
        for cell in {cell.environment: cell for cell in matrix.cells}.values()
        if (lock := parts.frameworks[cell.framework].lock).is_file()
    }


def _with_rates(plan: Plan, options: RunOptions, parts: Parts) -> Plan:
    """``plan`` with the cells of an open load; where rates depend on capacities, of any capacity."""
    if options.rates:
        return with_rates(plan, options, parts, dict.fromkeys(plan.cells, 1.0))
    return with_quick_rates(plan, parts) if options.selection.quick else plan
