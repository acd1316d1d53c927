"""Clients measured in turn against one server, round after round, with ratios in each round."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from results.model import Ceiling
from runners.errors import LoadError
from runners.experiments.calibration.clients import (
    FAST,
    H2LOAD,
    HOTLAP,
    STOCK,
    WRK,
    MeasuringPoint,
    busy,
    p50_us,
    rps,
)
from runners.generator.messages import Measured

Echo = Callable[[str], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientComparison:
    """Figures by client, one for each round: what a neighbour does to the machine is done to all."""

    against: str
    """``nginx``, or the stack of a floor."""
    shape: str
    connections: int
    rounds: Mapping[str, Sequence[float]]
    """Requests per second."""
    p50_us: Mapping[str, Sequence[float]]
    """Median latency of the clients that tell it."""
    bytes_per_request: float
    """Bytes that the pump sent and received for one request."""
    busy: Sequence[float] = ()
    """Share of its core that the pump used, round by round: with some to spare, the server was the limit."""

    def ratios(self, to: str) -> list[float]:
        """The pump's throughput as a multiple of ``to``'s, round by round; empty where that is missing."""
        pairs = zip(self.rounds[HOTLAP], self.rounds.get(to, ()), strict=False)
        return [ours / theirs for ours, theirs in pairs]

    def slower_us(self) -> list[float]:
        """By how much the pump's median latency exceeds wrk's, round by round."""
        pairs = zip(self.p50_us.get(HOTLAP, ()), self.p50_us.get(WRK, ()), strict=False)
        return [ours - theirs for ours, theirs in pairs]

    @property
    def ceiling(self) -> Ceiling:
        """The most that the pump did, as runs on this machine record it: neighbours only make it less."""
        return Ceiling(
            shape=self.shape,
            connections=self.connections,
            rps=max(self.rounds[HOTLAP]),
            bytes_per_request=self.bytes_per_request,
        )


def compare_clients(
    point: MeasuringPoint, clients: Sequence[str], *, against: str, rounds: int, echo: Echo, notes: list[str]
) -> ClientComparison:
    """Measure the pump and ``clients`` in turn; raises LoadError where the pump fails.

    A client that fails in one round is left out of all of them, and ``notes`` says why.
    """
    rates: dict[str, list[float]] = {HOTLAP: [], **{client: [] for client in clients}}
    medians: dict[str, list[float]] = {}
    measured: list[Measured] = []
    place = f"{against} {point.shape} {point.connections:>4}"
    for number in range(rounds):
        for client in tuple(rates):
            line = f"{place}  round {number + 1}/{rounds}  {client:22}"
            try:
                rate, p50, own = _measure(point, client)
            except LoadError as error:
                if client == HOTLAP:
                    raise
                notes.append(f"{error.message} ({against}, {point.shape}, {point.connections} connections)")
                echo(f"{line}{'not measured':>10}")
                del rates[client]
                medians.pop(client, None)
                continue
            rates[client].append(rate)
            measured += own
            if p50 is not None:
                medians.setdefault(client, []).append(p50)
            echo(f"{line}{rate:10,.0f} requests/s")
    return ClientComparison(
        against=against,
        shape=point.shape,
        connections=point.connections,
        rounds=rates,
        p50_us=medians,
        bytes_per_request=_bytes_per_request(measured),
        busy=list(map(busy, measured)),
    )


def _measure(point: MeasuringPoint, client: str) -> tuple[float, float | None, list[Measured]]:
    """Requests per second, median latency in us where the client tells it, and what the pump measured."""
    if client == HOTLAP:
        measured = point.pump()
        return rps(measured), p50_us(measured), [measured]
    if client == WRK:
        return *point.wrk(), []
    if client == H2LOAD:
        return point.h2load(), None, []
    return point.locust({FAST: "FastHttpUser", STOCK: "HttpUser"}[client]), None, []


def _bytes_per_request(measured: Sequence[Measured]) -> float:
    moved = sum(window.bytes_received + window.bytes_sent for window in measured)
    return moved / max(sum(window.requests for window in measured), 1)
