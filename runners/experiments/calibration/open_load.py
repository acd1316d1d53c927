"""What open load promises, as measurements: requests on time, and stalls felt in full."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from results.histogram import Latency
from results.model import Arrivals
from runners.errors import LoadError
from runners.experiments.calibration.clients import CLIENT_WARMUP_S, MeasuringPoint
from runners.experiments.calibration.stalls import Stalls, stopping
from runners.experiments.heat import Measurer
from runners.generator.messages import Measured, Order
from runners.selection.rates import OPEN_CONNECTIONS

STALL_PERCENTILES = (50.0, 90.0, 99.0, 99.9)
"""Percentiles that are held against arithmetic where a server is stopped."""
SPARE_USERS = 1.2
"""Users of stock Locust, as a multiple of those that wait between stalls: enough to keep the rate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StalledPercentiles:
    """Percentiles in us of one server under stalls, as three clients tell them."""

    open_us: tuple[float, ...]
    closed_us: tuple[float, ...]
    stock_us: tuple[float, ...]


def open_lateness(generator: Measurer, host: str, port: int, *, rate_rps: float, window_s: float) -> float:
    """Share of requests that went out within 1 ms of when they were due; raises LoadError."""
    order = Order(
        host=host,
        port=port,
        scenario="plaintext",
        seed=0,
        connections=64,
        rate_rps=rate_rps,
        arrivals=Arrivals.CONSTANT,
        warmup_s=CLIENT_WARMUP_S,
        window_s=window_s,
    )
    measured = _measure(generator, order)
    if not measured.arrivals or measured.late_sends is None:
        raise LoadError("the generator did not say how many requests went out late")
    return 1 - measured.late_sends / measured.arrivals


def under_stalls(
    point: MeasuringPoint, pid: int, stalls: Stalls, *, rate_rps: float, periods: int
) -> StalledPercentiles:
    """Percentiles over whole periods of the server of ``point``, a delay line whose process is stopped.

    An open load, a closed one with as many connections as the same rate needs between stalls, and stock
    Locust, its users at a constant pace, take turns.
    """
    waiting = round(rate_rps * stalls.delay_s)
    whole = replace(point, seconds=periods * stalls.every_s)
    begun = Order(
        host=point.host,
        port=point.port,
        scenario="plaintext",
        seed=0,
        connections=waiting,
        warmup_s=stalls.every_s,  # a period that is over before: those it left waiting are in the window
        window_s=whole.seconds,
    )
    offered = replace(begun, connections=OPEN_CONNECTIONS, rate_rps=rate_rps, arrivals=Arrivals.CONSTANT)

    def felt(load: Callable[[], Latency]) -> tuple[float, ...]:
        with stopping(pid, stalls):
            return tuple(load().percentiles(STALL_PERCENTILES).tolist())

    return StalledPercentiles(
        open_us=felt(lambda: Latency.decode(_measure(point.generator, offered).latency)),
        closed_us=felt(lambda: Latency.decode(_measure(point.generator, begun).latency)),
        stock_us=felt(lambda: whole.waits(users=round(SPARE_USERS * waiting), rate_rps=rate_rps)),
    )


def _measure(generator: Measurer, order: Order) -> Measured:
    """One window; raises LoadError where any answer was not right."""
    measured = generator.measure(order)
    if measured.errors:
        raise LoadError(f"errors while calibrating: {measured.errors}; {measured.error_example}")
    return measured
