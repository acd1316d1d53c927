"""The capacity pass: short closed windows of each cell, for open rates that are shares of what was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median

from results.model import Cell, Failure, Plan, Setup
from runners.errors import HotlapError, LaunchError, LoadError
from runners.experiments.blocks import Measurer
from runners.experiments.progress import Watcher
from runners.generator.messages import Order
from runners.launching.launcher import Launcher, RunningServer
from runners.selection.schedule import Visit, hash_seed, trial_seed, visits
from scenarios.exchange import Scenario

WINDOWS = 3
"""Of one launch: a neighbour that disturbs one of them does not decide."""
WARMUP_S, WINDOW_S, WARM_S = 0.5, 0.5, 0.1
"""Warm-up and length of a window, and the warm-up of those behind the first; or a run's own where shorter."""
BLOCK = -1
"""Stands for the pass where seeds come from the number of a block; its further windows count down."""


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
class Pass:
    """Everything that measuring capacities needs at hand."""

    plan: Plan
    """Of closed cells; the control's are left to its original."""
    scenarios: Mapping[str, Scenario]
    launcher: Launcher
    generator: Measurer
    watcher: Watcher

    def run(self) -> Capacities:
        """Measure every cell once; one that cannot be is a failure of it."""
        found = Capacities()
        launches = visits((cell for cell in self.plan.cells if not cell.control), self.scenarios)
        self.watcher.say(f"measuring the closed capacity of {sum(len(v.cells) for v in launches)} cells")
        for done, visit in enumerate(launches, 1):
            try:
                self._visit(visit, found)
            except HotlapError as error:
                self._fail(error, visit.stack, None, found)
            self.watcher.verified(done, len(launches), "measured capacity of")
        if not found.windows:
            raise LoadError(
                "no capacity could be measured, so no rate can be a share of it: "
                + "; ".join(failure.message for failure in found.failures[:3]),
                remedy="mend what failed, or give rates per second: --rate 500",
            )
        return found

    def _visit(self, visit: Visit, found: Capacities) -> None:
        seed = hash_seed(self.plan.setup.seed, BLOCK, visit)
        with self.launcher.start(visit, first=visit.cells[0], hash_seed=seed) as server:
            for cell in visit.cells:
                try:
                    found.windows[cell] = windows_of(cell, server, self.generator, self.plan.setup)
                except LoadError as error:
                    error.log_tail = error.log_tail or server.log_tail()
                    self._fail(error, cell.stack, cell, found)
                    if not server.alive():
                        raise LaunchError(
                            f"{cell.slug}: the server died under load",
                            remedy="see its log",
                            log_tail=server.log_tail(),
                        ) from error

    def _fail(self, error: HotlapError, stack: str, cell: Cell | None, found: Capacities) -> None:
        error.message = f"capacity could not be measured: {error.message}"
        found.failures.append(error.failure(stack, cell))


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
            seed=trial_seed(setup.seed, BLOCK - number, cell),
            connections=cell.connections,
            warmup_s=min(setup.warmup_s, WARM_S if number else WARMUP_S),
            window_s=min(setup.window_s, WINDOW_S),
        )
    )
    if not measured.requests:
        raise LoadError(f"{cell.slug}: no right answer came", remedy="see the server's log")
    return measured.requests / measured.window_s
