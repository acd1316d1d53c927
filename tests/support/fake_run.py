"""A fake server, launcher, generator and watcher, and a small plan: a whole run in a second."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import cycle
from pathlib import Path
from typing import Any, ClassVar

from results.histogram import Latency
from results.model import CpuSource, Environment, Failure, Machine, Plan, Setup, Turns
from runners.errors import LaunchError, LoadError, ServiceError
from runners.experiments.progress import Watcher
from runners.generator.messages import Leg, Measured, Order, Relay
from runners.selection.heats import launch_order
from runners.selection.matrix import Selection, control_of, expand
from runners.selection.schedule import Visit, visits
from runners.services.services import Leases
from runners.verify.contract import Verified
from tests.support.small_matrix import parts

MACHINE = Machine(
    cpu_model="a CPU",
    logical_cpus=2,
    physical_cores=2,
    smt=False,
    governor=None,
    memory_bytes=2**34,
    kernel="6",
    system="Linux",
    container=None,
)


SETUP = Setup(blocks=3, warmup_s=0.1, window_s=0.5, seed=1, server_cpus=(1,), generator_cpus=(0,), heat=12)
"""Whole windows."""
IN_TURNS = replace(SETUP, turn_s=0.035, leg_s=0.175)
"""The same, in legs of five turns."""


@dataclass
class FakeServer:
    """A running server without a process."""

    stack: str
    host: str = "127.0.0.1"
    port: int = field(default_factory=cycle(range(20_000, 30_000)).__next__)
    pid: int = 1
    cgroup: None = None
    tasks: ClassVar[Path | None] = None
    argv: tuple[str, ...] = ("python", "-m", "server")
    first_answer_s: float = 0.3
    living: bool = True
    leases: Leases = field(default_factory=Leases)

    def alive(self) -> bool:
        return self.living

    def ended(self) -> str:
        return "" if self.living else "exit status 1"

    def pss_bytes(self) -> int:
        return 50_000_000

    def log_tail(self, _lines: int = 20) -> str:
        return "the last line"


@dataclass
class FakeLauncher:
    """Launches fake servers, all but that of the stack ``broken``."""

    scenarios: Any
    broken: str = ""
    shares_clock: bool = True
    started: list[tuple[str, str]] = field(default_factory=list)
    running: list[FakeServer] = field(default_factory=list)
    refused: dict[str, ServiceError] = field(default_factory=dict)
    """By what scenarios need: why it cannot be had."""
    closed: bool = False

    @contextmanager
    def start(self, visit: Visit, *, hash_seed: str, **_more: object) -> Iterator[FakeServer]:
        if visit.stack == self.broken:
            raise LaunchError(f"{visit.stack} died at import", remedy="look", log_tail="ImportError")
        self.started.append((visit.key, hash_seed))
        server = FakeServer(visit.stack)
        self.running.append(server)
        yield server
        self.running.remove(server)

    def target(self, visit: Visit) -> str:
        return f"apps.{visit.stack}:app"

    def lacking(self, needs: str) -> ServiceError | None:
        return self.refused.get(needs)

    def close(self) -> None:
        self.closed = True


def verifying_all(verified: Verified) -> Callable[..., dict[str, Verified]]:
    """In place of ``verify_all``: every scenario is ``verified``."""
    return lambda *args, **_more: dict.fromkeys((scenario.name for scenario in args[2]), verified)


class FakeGenerator:
    """Measures without time; ``act`` gets the number of the window, or leg, before it is answered."""

    def __init__(self, act: Callable[[int], None] = lambda _count: None) -> None:
        self.count = 0
        self.act = act
        self.relays: list[Relay] = []

    def relay(self, order: Relay) -> tuple[Leg, ...]:
        self.relays.append(order)
        return tuple(self._leg(leg, order) for leg in order.legs)

    def _leg(self, order: Order, relay: Relay) -> Leg:
        try:
            measured = self.measure(order)
        except LoadError as error:
            return Leg(failed=error.message, remedy=error.remedy, answered=error.answered)
        if order.rate_rps is not None:
            return Leg(measured=measured, windows=relay.rounds)
        share, rounds = measured.requests // relay.rounds, relay.rounds
        turns = Turns(
            begun_us=tuple(number * 100_000 for number in range(rounds)),
            span_us=(round(relay.turn_s * 1e6),) * rounds,
            requests=(share,) * rounds,
            cpu_us=(round(relay.turn_s * 0.98e6),) * rounds,
            rest_cpu_us=0,
        )
        window_s = relay.turn_s * rounds
        return Leg(measured=replace(measured, requests=share * rounds, window_s=window_s), turns=turns)

    def measure(self, order: Order) -> Measured:
        self.count += 1
        self.act(self.count)
        requests = random.Random(self.count).randrange(1900, 2100)
        return Measured(
            started_unix_s=1e9,
            warmup_s=order.warmup_s,
            warmup_slope=0.0,
            window_s=order.window_s,
            requests=requests,
            latency=Latency().encode(),
            in_flight_mean=float(order.connections),
            in_flight_end=order.connections,
            checked_full=0,
            server_cpu_ns=490_000_000,
            server_cpu_source=CpuSource.PROCESS_CLOCK,
            generator_cpu_ns=100_000_000,
            generator_idle_s=0.4,
            generator_wait_us=5.0,
        )


class Heard(Watcher):
    """Keeps what it hears."""

    def __init__(self) -> None:
        self.failures: list[Failure] = []
        self.said: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)

    def failure(self, failure: Failure) -> None:
        self.failures.append(failure)


def plan(setup: Setup = SETUP) -> Plan:
    """A plan of the small matrix in two scenarios, with its control."""
    known = parts()
    cells = expand(Selection(scenarios=("plaintext", "json"), connections=(8,)), known).cells
    cells += control_of(cells, known)
    launches = visits(cells, known.scenarios)
    return Plan(
        name="a-run",
        created_unix_s=1e9,
        setup=setup,
        environment=Environment(machine=MACHINE, harness={}, frameworks=()),
        cells=cells,
        order=tuple(
            launch_order(launches, most=setup.heat, seed=setup.seed, block=block)
            for block in range(setup.blocks)
        ),
    )
