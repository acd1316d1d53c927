"""The whole of ``hotlap calibrate``: ceilings against nginx, real servers, the upstream, many connections."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from results.model import Ceiling
from runners.errors import LoadError, PlanError, ServiceError
from runners.experiments.calibration.client_comparison import ClientComparison, Echo
from runners.experiments.calibration.clients import FAST, H2LOAD, STOCK, WRK, installed
from runners.experiments.calibration.conditions import Conditions, begin_calibration
from runners.experiments.calibration.delay_line import delay_line
from runners.experiments.calibration.open_load import STALL_PERCENTILES, open_lateness, under_stalls
from runners.experiments.calibration.promises import (
    HELD,
    ON_TIME_RPS,
    SIDE_BY_SIDE,
    Promise,
    on_time,
    promises,
    stalled,
)
from runners.experiments.calibration.real_servers import PLAIN, startable_servers
from runners.experiments.calibration.responder import HOST, TARGETS, responder
from runners.experiments.calibration.scaling import two_processes
from runners.experiments.calibration.stalls import Stalls
from runners.experiments.calibration.upstream_stub import StubRate, ask_stub
from runners.experiments.calibration.websocket_and_sse import echo_messages, hold_streams

CONNECTION_COUNTS = (1, 8, 64, 512)
"""Numbers of connections that every shape is measured with."""
LARGE_ANSWER = "answer-1m"
LARGE_ANSWER_CONNECTIONS = 64
"""Most connections with answers of 1 MB: with more, gigabytes of socket buffers would be measured."""
NGINX = "nginx"
STALLED_RPS, STALLED_PERIODS = 1_000, 3
OPEN_S = 3.0

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Everything that was measured."""

    comparisons: tuple[ClientComparison, ...]
    promises: tuple[Promise, ...]
    stub: StubRate | None = None
    """Of the upstream; None: not measured."""
    notes: tuple[str, ...] = ()
    """What could not be measured, and why."""

    @property
    def ceilings(self) -> tuple[Ceiling, ...]:
        """Of the generator, against a responder that no server measured later passes, and of the upstream."""
        generators = (comparison.ceiling for comparison in self.comparisons if comparison.against == NGINX)
        return (*generators, *((self.stub.ceiling,) if self.stub else ()))


def calibrate_quickly(
    *, shape: str, connections: int, rounds: int, seconds: float, echo: Echo
) -> Calibration:
    """The pump beside every other client, in one place; raises HotlapError where the pump fails."""
    if shape not in TARGETS:
        raise PlanError(f"unknown shape {shape!r}", remedy=f"--shape is one of {', '.join(TARGETS)}")
    with (
        begin_calibration(rounds, seconds, echo) as conditions,
        responder(conditions.folder, conditions.server_cpus) as port,
    ):
        stock = [FAST, STOCK] if _is_get(shape) else []
        clients = [*installed(WRK, H2LOAD), *stock]
        notes: list[str] = []
        comparisons = (conditions.compare(conditions.point(port, shape, connections), clients, NGINX, notes),)
    return Calibration(comparisons=comparisons, promises=promises(comparisons, None), notes=tuple(notes))


def calibrate_fully(*, rounds: int, seconds: float, echo: Echo, held_connections: int = HELD) -> Calibration:
    """Every shape and number of connections, the floors, and ``held_connections`` at once.

    Raises HotlapError where the pump or the responder fails; a floor that cannot be built, or another client
    that fails, is a note.
    """
    notes: list[str] = [f"{name} is not installed" for name in (WRK, H2LOAD) if not installed(name)]
    with begin_calibration(rounds, seconds, echo) as conditions:
        with responder(conditions.folder, conditions.server_cpus) as port:
            two = _noting(
                notes,
                lambda: two_processes(
                    conditions.folder, port, conditions.generator, rounds=rounds, seconds=seconds
                ),
            )
            comparisons = _at_nginx(conditions, port, notes)
            holding = _noting(notes, lambda: _hold_connections(conditions, port, held_connections))
            sent_on_time = _noting(notes, lambda: _send_on_time(conditions, port))
        felt_stalls = _noting(notes, lambda: _feel_stalls(conditions)) or ()
        for stack, start in startable_servers(PLAIN, conditions.folder, echo, notes).items():
            with start() as server:
                point = conditions.point(server.port, "plaintext", SIDE_BY_SIDE, host=server.host)
                comparisons.append(conditions.compare(point, installed(WRK), stack, notes))
        stub = _noting(notes, lambda: ask_stub(conditions))
        echoed = _noting(notes, lambda: echo_messages(conditions, notes))
        streamed = _noting(notes, lambda: hold_streams(conditions, notes))
    return Calibration(
        comparisons=tuple(comparisons),
        promises=(
            *promises(comparisons, holding),
            *((sent_on_time,) if sent_on_time is not None else ()),
            *felt_stalls,
            *(promise for promise in (echoed, streamed, two) if promise is not None),
            *((stub.promise,) if stub else ()),
        ),
        stub=stub,
        notes=tuple(notes),
    )


def _at_nginx(conditions: Conditions, port: int, notes: list[str]) -> list[ClientComparison]:
    """Clients side by side with every shape and number of connections, against the responder."""
    return [
        conditions.compare(
            conditions.point(port, shape, connections), _clients(shape, connections), NGINX, notes
        )
        for shape in TARGETS
        for connections in CONNECTION_COUNTS
        if shape != LARGE_ANSWER or connections <= LARGE_ANSWER_CONNECTIONS
    ]


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


def _hold_connections(conditions: Conditions, port: int, wanted: int) -> int:
    """How many of ``wanted`` connections had a request under way at once, all having been answered."""
    conditions.echo(f"nginx plaintext {wanted:,} connections held")
    point = conditions.point(port, "plaintext", wanted)
    return point.pump().in_flight_end


def _send_on_time(conditions: Conditions, port: int) -> Promise:
    """Whether an open load goes out on time."""
    conditions.echo(f"nginx plaintext open load at {ON_TIME_RPS:,}/s")
    shares = [
        open_lateness(conditions.generator, HOST, port, rate_rps=ON_TIME_RPS, window_s=OPEN_S)
        for _ in range(conditions.rounds)
    ]
    return on_time(shares)


def _feel_stalls(conditions: Conditions) -> tuple[Promise, ...]:
    """Whether an open load feels stalls in full, where others do not."""
    stalls = Stalls()
    conditions.echo(f"delay line, open load at {STALLED_RPS:,}/s, closed load and Locust, with stalls")
    pace = {"capacity_rps": STALLED_RPS / stalls.utilisation, "delay_s": stalls.delay_s}
    with delay_line(conditions.folder, conditions.server_cpus, **pace) as (port, pid):
        point = conditions.point(port, "plaintext", SIDE_BY_SIDE)
        percentiles = under_stalls(point, pid, stalls, rate_rps=STALLED_RPS, periods=STALLED_PERIODS)
    return stalled(percentiles, stalls.expected_us(STALL_PERCENTILES))


def _noting(notes: list[str], measure: Callable[[], T]) -> T | None:
    try:
        return measure()
    except (LoadError, ServiceError) as error:
        notes.append(f"{error.message}; {error.remedy}" if error.remedy else error.message)
        return None
