"""The whole of ``hotlap calibrate``: ceilings against nginx, floors, one connection, ten thousand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from results.model import Ceiling
from runners.errors import LoadError, PlanError
from runners.experiments.calibration.client_comparison import ClientComparison, Echo
from runners.experiments.calibration.clients import FAST, H2LOAD, STOCK, WRK, installed
from runners.experiments.calibration.conditions import Means, means
from runners.experiments.calibration.delay_line import delay_line
from runners.experiments.calibration.open_load import PERCENTILES, open_lateness, under_stalls
from runners.experiments.calibration.promises import (
    HELD,
    ON_TIME_RPS,
    SIDE_BY_SIDE,
    Promise,
    on_time,
    promises,
    stalled,
)
from runners.experiments.calibration.real_servers import PLAIN, floors
from runners.experiments.calibration.responder import HOST, TARGETS, responder
from runners.experiments.calibration.scaling import two_processes
from runners.experiments.calibration.stalls import Stalls
from runners.experiments.calibration.websocket_and_sse import echoes, events

CONNECTIONS = (1, 8, 64, 512)
LARGE = "answer-1m"
LARGE_CONNECTIONS = 64
"""With more, answers of 1 MB fill gigabytes of socket buffers, and that would be measured."""
NGINX = "nginx"
STALLED_RPS, STALLED_PERIODS = 1_000, 3
OPEN_S = 3.0

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Everything that was measured."""

    comparisons: tuple[ClientComparison, ...]
    promises: tuple[Promise, ...]
    notes: tuple[str, ...] = ()
    """What could not be measured, and why."""

    @property
    def ceilings(self) -> tuple[Ceiling, ...]:
        """Of the trivial responder: nothing that is measured later can ask more of the generator."""
        return tuple(each.ceiling for each in self.comparisons if each.against == NGINX)


def quick(*, shape: str, connections: int, rounds: int, seconds: float, echo: Echo) -> Calibration:
    """The pump beside every other client, in one place; raises HotlapError where the pump fails."""
    if shape not in TARGETS:
        raise PlanError(f"unknown shape {shape!r}", remedy=f"--shape is one of {', '.join(TARGETS)}")
    with means(rounds, seconds, echo) as given, responder(given.folder, given.server_cpus) as port:
        stock = [FAST, STOCK] if _is_get(shape) else []
        clients = [*installed(WRK, H2LOAD), *stock]
        notes: list[str] = []
        comparisons = (given.hold(given.bench(port, shape, connections), clients, NGINX, notes),)
    return Calibration(comparisons=comparisons, promises=promises(comparisons, None), notes=tuple(notes))


def full(*, rounds: int, seconds: float, echo: Echo, held: int = HELD) -> Calibration:
    """Every shape and number of connections, the floors, and ``held`` connections at once.

    Raises HotlapError where the pump or the responder fails; a floor that cannot be built, or another client
    that fails, is a note.
    """
    notes: list[str] = [f"{name} is not installed" for name in (WRK, H2LOAD) if not installed(name)]
    with means(rounds, seconds, echo) as given:
        with responder(given.folder, given.server_cpus) as port:
            two = _noting(
                notes,
                lambda: two_processes(given.folder, port, given.generator, rounds=rounds, seconds=seconds),
            )
            comparisons = [
                given.hold(given.bench(port, shape, connections), _clients(shape, connections), NGINX, notes)
                for shape in TARGETS
                for connections in CONNECTIONS
                if shape != LARGE or connections <= LARGE_CONNECTIONS
            ]
            holding = _noting(notes, lambda: _held(given, port, held))
            opened = _noting(notes, lambda: _opened(given, port)) or ()
        stalls = _noting(notes, lambda: _stalled(given)) or ()
        for stack, start in floors(PLAIN, given.folder, echo, notes).items():
            with start() as server:
                bench = given.bench(server.port, "plaintext", SIDE_BY_SIDE, host=server.host)
                comparisons.append(given.hold(bench, installed(WRK), stack, notes))
        talking = [_noting(notes, lambda: echoes(given, notes)), _noting(notes, lambda: events(given, notes))]
    return Calibration(
        comparisons=tuple(comparisons),
        promises=(
            *promises(comparisons, holding),
            *opened,
            *stalls,
            *(each for each in (*talking, two) if each is not None),
        ),
        notes=tuple(notes),
    )


def _is_get(shape: str) -> bool:
    """Whether Locust's own users are asked to do it: they are measured by a GET."""
    return not shape.startswith("post")


def _clients(shape: str, connections: int) -> list[str]:
    """Who is measured beside the pump: wrk everywhere, h2load and Locust's users at selected points."""
    everywhere = installed(WRK)
    if connections != SIDE_BY_SIDE:
        return everywhere
    stock = [FAST, STOCK] if shape == "plaintext" else []
    return [*everywhere, *installed(H2LOAD), *stock]


def _held(given: Means, port: int, wanted: int) -> int:
    """How many of ``wanted`` connections had a request under way at once, all having been answered."""
    given.echo(f"nginx plaintext {wanted:,} connections held")
    bench = given.bench(port, "plaintext", wanted)
    return bench.pump().in_flight_end


def _opened(given: Means, port: int) -> tuple[Promise, ...]:
    """Whether an open load goes out on time."""
    given.echo(f"nginx plaintext open load at {ON_TIME_RPS:,}/s")
    shares = [
        open_lateness(given.generator, HOST, port, rate_rps=ON_TIME_RPS, window_s=OPEN_S)
        for _ in range(given.rounds)
    ]
    return (on_time(shares),)


def _stalled(given: Means) -> tuple[Promise, ...]:
    """Whether an open load feels stalls in full, where others do not."""
    stalls = Stalls()
    given.echo(f"delay line, open load at {STALLED_RPS:,}/s, closed load and Locust, with stalls")
    pace = {"capacity_rps": STALLED_RPS / stalls.utilisation, "delay_s": stalls.delay_s}
    with delay_line(given.folder, given.server_cpus, **pace) as (port, pid):
        bench = given.bench(port, "plaintext", SIDE_BY_SIDE)
        felt = under_stalls(bench, pid, stalls, rate_rps=STALLED_RPS, periods=STALLED_PERIODS)
    return stalled(felt, stalls.expected_us(PERCENTILES))


def _noting(notes: list[str], measure: Callable[[], T]) -> T | None:
    try:
        return measure()
    except LoadError as error:
        notes.append(f"{error.message}; {error.remedy}" if error.remedy else error.message)
        return None
