"""Real stacks that live at once, and a generator that loads them: what benchmarks of the relay measure on."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from results.model import Cell, Setup, Turns
from runners.environments.provision import Provisioned, provision_all
from runners.errors import LoadError
from runners.experiments.options import QUICK
from runners.generator.client import Generator
from runners.generator.messages import Leg, Order, Relay
from runners.launching.launcher import RunningServer
from runners.launching.local import LocalLauncher
from runners.machine.placement import choose_cpus, may_stay_awake
from runners.selection.discovery import discover
from runners.selection.matrix import Selection, Stack, expand
from runners.selection.schedule import Visit, visits
from tests.benchmarks.turn_levels import Heat, StackTurns

WARMUP_S = 0.15
"""Least warm-up before turns: every launch is warmed up again for each relay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveStack:
    """One launch that answers."""

    name: str
    cells: tuple[Cell, ...]
    server: RunningServer

    @property
    def variant(self) -> str:
        """Its server variant."""
        return self.cells[0].server

    def serves(self, scenario: str) -> bool:
        """Whether it has the routes of ``scenario``."""
        return any(cell.scenario == scenario for cell in self.cells)


@dataclass(slots=True, kw_only=True)
class Track:
    """The stacks of a selection, each in its environment; ``live`` launches them all at once."""

    selection: Selection
    folder: Path
    """Logs of the servers and of the generator."""
    seed: int = 1
    _launcher: LocalLauncher = field(init=False)
    _visits: tuple[Visit, ...] = field(init=False)
    _cpus: tuple[tuple[int, ...], tuple[int, ...]] = field(init=False)
    _launches: int = 0

    def __post_init__(self) -> None:
        """Build the environments; raises ProvisionError where one cannot be built."""
        parts = discover()
        cells = expand(self.selection, parts).cells
        self._cpus = choose_cpus(1)
        self._visits = visits(cells, parts.scenarios)
        used = {cell.framework: parts.frameworks[cell.framework] for cell in cells}
        environments: dict[str, Provisioned] = {}
        for name, result in provision_all(list(used.values()), echo=print).items():
            if not isinstance(result, Provisioned):
                raise result
            environments[name] = result
        self._launcher = LocalLauncher(
            stacks={
                cell.stack: Stack(
                    framework=parts.frameworks[cell.framework], variant=parts.servers[cell.server]
                )
                for cell in cells
            },
            environments=environments,
            scenarios=parts.scenarios,
            setup=Setup(
                blocks=1,
                warmup_s=WARMUP_S,
                window_s=0,
                seed=self.seed,
                server_cpus=self._cpus[0],
                generator_cpus=self._cpus[1],
            ),
            folder=self.folder,
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Slugs of the stacks."""
        return tuple(visit.stack for visit in self._visits)

    def generator(self) -> Generator:
        """A load generator on CPUs of its own; a context manager."""
        return Generator(cpus=self._cpus[1], log=self.folder / "generator.log")

    @contextlib.contextmanager
    def live(self, names: Sequence[str] = (), copies: int = 1) -> Iterator[tuple[LiveStack, ...]]:
        """Launch all stacks, or those of ``names``, each so many times; they are killed at the end."""
        with contextlib.ExitStack() as servers:
            yield tuple(
                LiveStack(
                    name=visit.stack if copies == 1 else f"{visit.stack}#{copy}",
                    cells=visit.cells,
                    server=servers.enter_context(self._start(visit, copy)),
                )
                for copy in range(copies)
                for visit in self._visits
                if not names or visit.stack in names
            )

    def _start(self, visit: Visit, copy: int) -> contextlib.AbstractContextManager[RunningServer]:
        self._launches += 1
        hash_seed = str(Random(f"{self.seed}/{self._launches}").randrange(1, 2**32))
        launcher = replace(self._launcher, folder=self.folder / f"copy-{copy}")
        return launcher.start(visit, first=visit.cells[0], hash_seed=hash_seed)

    def order(self, stack: LiveStack, scenario: str, *, seed: int, window_s: float = 0.0) -> Order:
        """What the generator is to measure on ``stack``: turns, or one window of ``window_s``."""
        cell = next(cell for cell in stack.cells if cell.scenario == scenario)
        return Order(
            host=stack.server.host,
            port=stack.server.port,
            scenario=scenario,
            seed=seed,
            connections=cell.connections,
            warmup_s=WARMUP_S,
            window_s=window_s,
            server_pid=stack.server.pid,
            cgroup=stack.server.cgroup,
            cpus=tuple(sorted({*self._cpus[0], *self._cpus[1]})),
            awake=may_stay_awake(*self._cpus),
        )


def quick_heat(
    track: Track, generator: Generator, live: Sequence[LiveStack], scenario: str, number: int
) -> Heat:
    """A heat of ``live``, in which all are compared, with legs and turns as long as those of a quick run."""
    order = Relay(
        legs=tuple(track.order(stack, scenario, seed=number) for stack in live),
        groups=(0,) * len(live),
        rounds=round((QUICK.leg_s or QUICK.window_s) / QUICK.turn_s),
        turn_s=QUICK.turn_s,
        seed=number,
    )
    return Heat(number=number, legs=stack_turns(live, take_turns(generator, order)))


def take_turns(generator: Generator, relay: Relay) -> tuple[Turns, ...]:
    """Turns of every leg of ``relay``; raises LoadError where a leg did not get to its end."""
    return tuple(map(turns_of, take_legs(generator, relay)))


def take_legs(generator: Generator, relay: Relay) -> tuple[Leg, ...]:
    """Every leg of ``relay``, whatever became of it."""
    return tuple(generator.relay(relay))


def turns_of(leg: Leg) -> Turns:
    """Its turns; raises LoadError where it did not get to its end."""
    if leg.failed or leg.turns is None:
        raise LoadError(leg.failed or "no turn", remedy=leg.remedy)
    return leg.turns


def stack_turns(stacks: Sequence[LiveStack], turns: Sequence[Turns]) -> tuple[StackTurns, ...]:
    """Turns with the stacks that took them."""
    return tuple(
        StackTurns(stack=stack.name, variant=stack.variant, turns=leg)
        for stack, leg in zip(stacks, turns, strict=True)
    )
