"""The sweep: by bisection, the highest rate of an open load whose percentile stays under a limit."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median

from results.histogram import Latency
from results.model import Cell, Failure, Plan
from runners.errors import HotlapError, LoadError, PlanError
from runners.experiments.blocks import Measurer
from runners.experiments.capacity import capacity_of
from runners.experiments.progress import Watcher
from runners.generator.messages import Measured, Order
from runners.launching.launcher import Launcher, RunningServer
from runners.selection.schedule import Visit, hash_seed, trial_seed, visits
from scenarios.exchange import Scenario

LAUNCHES = 3
"""Fresh launches that are each searched, unless --blocks says otherwise."""
BEGIN_SHARE, GROWTH = 0.8, 1.25
"""Of closed capacity, where a search begins; and how it goes on while everything holds."""
LEAST_SHARE = 0.05
"""Of where it began: a search that comes below finds nothing."""
PRECISION, PROBES = 0.05, 12
"""A search ends with a bracket of this relative width, or after so many windows."""
SAMPLES_BEYOND = 10
"""Arrivals wanted beyond the percentile, so that a window shows it; up to ``LONGEST_S``."""
LONGEST_S = 5.0
REPEATS = 2
"""How often a window is repeated in which the generator missed its schedule."""
LATE_SHARE, SERVED_SHARE = 0.01, 0.95
_UNITS_MS = {"us": 1e-3, "ms": 1.0, "s": 1e3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Slo:
    """A limit to the waiting of users."""

    percentile: float
    limit_ms: float

    @property
    def text(self) -> str:
        """As ``--slo`` takes it."""
        return f"p{self.percentile:g}={self.limit_ms:g}ms"


@dataclass(frozen=True, slots=True, kw_only=True)
class Highest:
    """What the sweep found for one cell."""

    cell: Cell
    launches: tuple[tuple[float, float | None], ...]
    """Of each: the highest rate that held (0: none did) and the lowest that did not (None: not seen)."""

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
        """It held at this rate in no launch; None where one found no end."""
        ends = [high for _, high in self.launches]
        return None if None in ends else max(end for end in ends if end is not None)


@dataclass(slots=True, kw_only=True)
class Swept:
    """All that a sweep found."""

    slo: Slo
    arrivals: str
    found: list[Highest] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)


def parse(text: str) -> Slo:
    """``p99=50ms``; raises PlanError, saying what is understood."""
    match = re.fullmatch(r"p(\d+(?:\.\d+)?)=(\d+(?:\.\d+)?)(us|ms|s)", text.strip())
    if not match or not 0 < float(match[1]) < 100 or not float(match[2]):  # noqa: PLR2004 - percent
        raise PlanError(f"--slo {text!r} is no limit", remedy="--slo p99=50ms (also p99.9, us, s)")
    return Slo(percentile=float(match[1]), limit_ms=float(match[2]) * _UNITS_MS[match[3]])


def bisect(holds: Callable[[float], bool | None], begin_rps: float) -> tuple[float, float | None]:
    """Highest rate seen to hold (0: none) and lowest seen not to (None: none), searched from ``begin_rps``.

    ``holds`` says None where nothing can be said of a rate: then the search goes on below it.
    """
    low, high, limit, rate = 0.0, None, float("inf"), begin_rps
    for _ in range(PROBES):
        held = holds(rate)
        if held:
            low = rate
        else:
            limit, high = rate, (rate if held is False else high)
        if low >= (1 - PRECISION) * limit or limit < begin_rps * LEAST_SHARE:
            break
        rate = min(low * GROWTH, (low + limit) / 2) if low else limit / 2
    return low, high


def held(measured: Measured, slo: Slo) -> bool | None:
    """Whether a window kept to ``slo``; None where the generator missed its schedule."""
    arrivals = measured.arrivals or 0
    if (measured.late_sends or 0) > LATE_SHARE * arrivals:
        return None
    if measured.errors or measured.requests < SERVED_SHARE * arrivals:
        return False
    within = Latency.decode(measured.latency).percentiles([slo.percentile])[0]
    return bool(within <= slo.limit_ms * 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """Everything that a sweep needs at hand."""

    plan: Plan
    """Of closed cells: each begins at its closed capacity."""
    scenarios: Mapping[str, Scenario]
    launcher: Launcher
    generator: Measurer
    watcher: Watcher
    slo: Slo
    arrivals: str
    cap: int
    """Connections at most."""

    def run(self) -> Swept:
        """Search every cell in every launch; one that cannot be measured is a failure of it."""
        swept = Swept(slo=self.slo, arrivals=self.arrivals)
        launches = visits((cell for cell in self.plan.cells if not cell.control), self.scenarios)
        brackets: dict[Cell, list[tuple[float, float | None]]] = {}
        self.watcher.say(f"searching the highest rate with {self.slo.text}")
        total = len(launches) * self.plan.setup.blocks
        for done in range(total):
            block, visit = done // len(launches), launches[done % len(launches)]
            try:
                self._visit(visit, block, brackets, swept)
            except HotlapError as error:
                swept.failures.append(error.failure(visit.stack, block=block))
                self.watcher.failure(swept.failures[-1])
            self.watcher.verified(done + 1, total, "searched")
        swept.found = [Highest(cell=cell, launches=tuple(each)) for cell, each in brackets.items()]
        return swept

    def _visit(
        self,
        visit: Visit,
        block: int,
        brackets: dict[Cell, list[tuple[float, float | None]]],
        swept: Swept,
    ) -> None:
        seed = hash_seed(self.plan.setup.seed, block, visit)
        with self.launcher.start(visit, first=visit.cells[0], hash_seed=seed) as server:
            for cell in visit.cells:
                try:
                    bracket = self._bracket(server, cell, block)
                    brackets.setdefault(cell, []).append(bracket)
                except LoadError as error:
                    error.log_tail = error.log_tail or server.log_tail()
                    swept.failures.append(error.failure(cell.stack, cell, block=block))
                    self.watcher.failure(swept.failures[-1])
                    if not server.alive():
                        return

    def _bracket(self, server: RunningServer, cell: Cell, block: int) -> tuple[float, float | None]:
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
        )
        for _ in range(REPEATS + 1):
            said = held(self.generator.measure(order), self.slo)
            if said is not None:
                return said
        return None
