"""The capacity pass: short closed windows of every cell, for open rates that are shares of a capacity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median

from results.model import Cell, Failure, Plan, Setup
from runners.errors import HotlapError, LaunchError, LoadError
from runners.experiments.heat import Measurer
from runners.experiments.orders import stays_awake
from runners.experiments.progress import Watcher
from runners.generator.messages import Order
from runners.launching.launcher import Launcher, RunningServer
from runners.selection.schedule import Visit, hash_seed, trial_seed, visits
from scenarios.exchange import Scenario

WINDOWS = 3
"""Windows of a cell within one launch: a neighbour that disturbs one of three does not move the median."""
FIRST_WARMUP_S, FURTHER_WARMUP_S, WINDOW_S = 0.5, 0.1, 0.5
"""Warm-up before the first window, before the others, and length of a window; a run's own where shorter."""
CAPACITY_BLOCK = -1
"""Number of a block that seeds of the pass come from, in its first window; further windows count down."""


@dataclass(slots=True, kw_only=True)
class Capacities:
    """What the pass found."""

    windows: dict[Cell, tuple[float, ...]] = field(default_factory=dict)
    """Right answers per second of each closed cell, window by window."""
    failures: list[Failure] = field(default_factory=list)

    @property
    def by_cell(self) -> dict[Cell, float]:
        """The median of each cell's windows."""
        return {cell: median(rates) for cell, rates in self.windows.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityPass:
    """Measures the closed capacity of every cell of a plan."""

    plan: Plan
    """A plan of closed cells; cells of the control are left out."""
    scenarios: Mapping[str, Scenario]
    launcher: Launcher
    generator: Measurer
    watcher: Watcher

    def run(self) -> Capacities:
        """Measure every cell once; one that cannot be measured is a recorded failure."""
        capacities = Capacities()
        launches = visits((cell for cell in self.plan.cells if not cell.control), self.scenarios)
        self.watcher.say(
            f"measuring the closed capacity of {sum(len(visit.cells) for visit in launches)} cells"
        )
        for done, visit in enumerate(launches, 1):
            try:
                self._visit(visit, capacities)
            except HotlapError as error:
                self._fail(error, visit.stack, None, capacities)
            self.watcher.verified(done, len(launches), "measured capacity of")
        if not capacities.windows:
            raise LoadError(
                "no capacity could be measured, so no rate can be a share of it: "
                + "; ".join(failure.message for failure in capacities.failures[:3]),
                remedy="mend what failed, or give rates per second: --rate 500",
            )
        return capacities

    def _visit(self, visit: Visit, capacities: Capacities) -> None:
        seed = hash_seed(self.plan.setup.seed, CAPACITY_BLOCK, visit)
        with self.launcher.start(visit, first=visit.cells[0], hash_seed=seed) as server:
            for cell in visit.cells:
                try:
                    capacities.windows[cell] = windows_of(cell, server, self.generator, self.plan.setup)
                except LoadError as error:
                    self._fail(error.retold(log_tail=server.log_tail()), cell.stack, cell, capacities)
                    if not server.alive():
                        raise LaunchError(
                            f"{cell.slug}: the server died under load",
                            remedy="see its log",
                            log_tail=server.log_tail(),
                        ) from error

    def _fail(self, error: HotlapError, stack: str, cell: Cell | None, capacities: Capacities) -> None:
        told = error.retold(f"capacity could not be measured: {error.message}")
        capacities.failures.append(told.failure(stack, cell))


def capacity_of(cell: Cell, server: RunningServer, generator: Measurer, setup: Setup) -> float:
    """Median of ``windows_of``."""
    return median(windows_of(cell, server, generator, setup))


def windows_of(cell: Cell, server: RunningServer, generator: Measurer, setup: Setup) -> tuple[float, ...]:
    """Right answers per second in short closed windows; raises LoadError where one has none."""
    return tuple(_window_rps(cell, server, generator, setup, number) for number in range(WINDOWS))


def _window_rps(cell: Cell, server: RunningServer, generator: Measurer, setup: Setup, number: int) -> float:
    measured = generator.measure(
        Order(
            host=server.host,
            port=server.port,
            scenario=cell.scenario,
            seed=trial_seed(setup.seed, CAPACITY_BLOCK - number, cell),
            connections=cell.connections,
            warmup_s=min(setup.warmup_s, FURTHER_WARMUP_S if number else FIRST_WARMUP_S),
            window_s=min(setup.window_s, WINDOW_S),
            awake=stays_awake(server, setup),
        )
    )
    if not measured.requests:
        raise LoadError(f"{cell.slug}: no right answer came", remedy="see the server's log")
    return measured.requests / measured.window_s
