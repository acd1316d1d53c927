"""The sweep: by bisection, the highest rate of an open load whose percentile stays under a limit."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from results.histogram import SAMPLES_BEYOND
from results.model import Arrivals, Cell, Failure, Plan
from runners.errors import HotlapError, LoadError
from runners.experiments.capacity import capacity_of
from runners.experiments.heat import Measurer
from runners.experiments.launchers import launcher_of
from runners.experiments.options import RunOptions
from runners.experiments.orders import stays_awake
from runners.experiments.progress import Watcher
from runners.experiments.run_plan import plan_of
from runners.experiments.slo import Bracket, Slo, bisect, keeps_to
from runners.generator.messages import Order
from runners.generator.starting import generator_of
from runners.launching.launcher import Launcher, RunningServer
from runners.selection import rates
from runners.selection.discovery import discover
from runners.selection.schedule import Visit, hash_seed, trial_seed, visits
from scenarios.exchange import Scenario

LAUNCHES = 3
"""Fresh launches in which every cell is searched, unless --blocks says otherwise."""
BEGIN_SHARE = 0.8
"""Share of closed capacity where a search begins."""
LONGEST_S = 5.0
"""A window is made longer so that it shows the percentile, up to this length."""
LATE_REPEATS = 2
"""How often a window is repeated in which the generator missed its schedule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HighestRate:
    """What the sweep found for one cell."""

    cell: Cell
    launches: tuple[Bracket, ...]
    """The bracket of each launch."""

    @property
    def rate_rps(self) -> float:
        """Median over launches of the highest rate that held."""
        return median(low for low, _ in self.launches)

    @property
    def low_rps(self) -> float:
        """It held at this rate in every launch."""
        return min(low for low, _ in self.launches)

    @property
    def high_rps(self) -> float | None:
        """It held at this rate in no launch; None where a launch found no end."""
        ends = [high for _, high in self.launches]
        return None if None in ends else max(end for end in ends if end is not None)


@dataclass(slots=True, kw_only=True)
class SweepResult:
    """Highest rates of all cells, and what failed."""

    slo: Slo
    arrivals: Arrivals
    rates: list[HighestRate] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """Searches the highest rate of every cell of a plan, in launch after launch."""

    plan: Plan
    """A plan of closed cells: each search begins at the cell's closed capacity."""
    scenarios: Mapping[str, Scenario]
    launcher: Launcher
    generator: Measurer
    watcher: Watcher
    slo: Slo
    arrivals: Arrivals
    cap: int
    """Connections at most."""

    def run(self) -> SweepResult:
        """Search every cell in every launch; one that cannot be measured is a failure of it."""
        result = SweepResult(slo=self.slo, arrivals=self.arrivals)
        launches = visits((cell for cell in self.plan.cells if not cell.control), self.scenarios)
        brackets: dict[Cell, list[Bracket]] = {}
        self.watcher.say(f"searching the highest rate with {self.slo.text}")
        total = len(launches) * self.plan.setup.blocks
        for done in range(total):
            block, visit = done // len(launches), launches[done % len(launches)]
            try:
                self._visit(visit, block, brackets, result)
            except HotlapError as error:
                self._fail(error.failure(visit.stack, block=block), result)
            self.watcher.verified(done + 1, total, "searched")
        result.rates = [
            HighestRate(cell=cell, launches=tuple(launches)) for cell, launches in brackets.items()
        ]
        return result

    def _visit(
        self, visit: Visit, block: int, brackets: dict[Cell, list[Bracket]], result: SweepResult
    ) -> None:
        seed = hash_seed(self.plan.setup.seed, block, visit)
        with self.launcher.start(visit, first=visit.cells[0], hash_seed=seed) as server:
            for cell in visit.cells:
                try:
                    bracket = self._bracket(server, cell, block)
                    brackets.setdefault(cell, []).append(bracket)
                except LoadError as error:
                    error.log_tail = error.log_tail or server.log_tail()
                    self._fail(error.failure(cell.stack, cell, block=block), result)
                    if not server.alive():
                        return

    def _fail(self, failure: Failure, result: SweepResult) -> None:
        result.failures.append(failure)
        self.watcher.failure(failure)

    def _bracket(self, server: RunningServer, cell: Cell, block: int) -> Bracket:
        capacity = capacity_of(cell, server, self.generator, self.plan.setup)
        low, high = bisect(lambda rate: self._holds(server, cell, block, rate), BEGIN_SHARE * capacity)
        if not low and high is None:
            raise LoadError(
                f"{cell.slug}: the generator kept its schedule at no rate: nothing can be said of the stack",
                remedy="a quieter machine, a core of its own for the generator, or more --generators",
            )
        return low, high

    def _holds(self, server: RunningServer, cell: Cell, block: int, rate: float) -> bool | None:
        setup = self.plan.setup
        needed = SAMPLES_BEYOND / (1 - self.slo.percentile / 100) / rate
        order = Order(
            host=server.host,
            port=server.port,
            scenario=cell.scenario,
            seed=trial_seed(setup.seed, block, cell),
            connections=self.cap,
            rate_rps=rate,
            arrivals=self.arrivals,
            warmup_s=setup.warmup_s,
            window_s=min(max(setup.window_s, needed), max(setup.window_s, LONGEST_S)),
            awake=stays_awake(server, setup),
        )
        for _ in range(LATE_REPEATS + 1):
            verdict = keeps_to(self.generator.measure(order), self.slo)
            if verdict is not None:
                return verdict
        return None


def sweep_selection(options: RunOptions, slo: Slo, watcher: Watcher) -> SweepResult:
    """Search the highest rate that keeps to ``slo`` for every cell of a selection; records no run."""
    parts = discover(options.apps)
    plan, environments, failures = plan_of(options, parts, watcher)
    endpoint = options.spread.endpoint()
    with (
        TemporaryDirectory(prefix="hotlap-") as folder,
        generator_of(plan.setup, Path(folder), listen=endpoint, echo=watcher.say) as generator,
        closing(launcher_of(plan, parts, environments, Path(folder))) as launcher,
    ):
        try:
            result = Sweep(
                plan=plan,
                scenarios=parts.scenarios,
                launcher=launcher,
                generator=generator,
                watcher=watcher,
                slo=slo,
                arrivals=options.arrivals,
                cap=max(options.selection.connections, default=rates.OPEN_CONNECTIONS),
            ).run()
        finally:
            watcher.end()
    result.failures[:0] = failures
    return result
