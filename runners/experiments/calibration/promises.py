"""What hotlap promises of its load generator, each as one figure beside its bar."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from runners.experiments.calibration.client_comparison import ClientComparison
from runners.experiments.calibration.clients import FAST, HOTLAP, WRK
from runners.experiments.calibration.open_load import STALL_PERCENTILES, StalledPercentiles

SIDE_BY_SIDE = 64
"""Connections of the comparison with other clients."""
OF_WRK, OF_STOCK = 0.9, 15.0
"""Throughput of the pump as a multiple of wrk's and of Locust's FastHttpUser's."""
SLOWER_SHARE, SLOWER_US = 0.10, 15.0
"""Median latency above wrk's with one connection: the larger of a share of it and so many us."""
HELD = 10_000
"""Connections that one generator holds, all answering."""
ON_TIME_RPS, ON_TIME = 5_000, 0.995
"""Rate of an open load, and the share of its requests that go out within 1 ms of when they are due."""
STALLED_PERCENT = 5.0
"""By how much percentiles may be off arithmetic where a server is stopped now and then."""
MESSAGES, STREAMS = 20_000, 1_000
"""WebSocket messages a second per core of the generator, and event streams that one core holds."""
TWO_PROCESSES = 1.8
"""Load of two generator processes on two free cores, as a multiple of the load of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A figure and the bar it is held against."""

    what: str
    value: float
    bar: float
    unit: str = ""
    at_least: bool = True
    digits: int = 2
    """Printed behind the point."""
    detail: str = ""
    """What the figure is made of."""

    @property
    def kept(self) -> bool:
        """Whether the figure is on the right side of its bar."""
        return self.value >= self.bar if self.at_least else self.value <= self.bar


@dataclass(frozen=True, slots=True, kw_only=True)
class EchoRate:
    """WebSocket messages that came back from one floor."""

    stack: str
    per_s: float
    busy: float
    """Share of a core that the generator used for them."""

    @property
    def per_core(self) -> float:
        """What a whole core would do at this price; more at once is cheaper, so at least."""
        return self.per_s / self.busy


def promises(comparisons: Sequence[ClientComparison], connections: int | None = None) -> tuple[Promise, ...]:
    """The promises that can be judged: one whose client is not installed, or not measured, is left out."""
    side_by_side = [
        comparison
        for comparison in comparisons
        if comparison.connections == SIDE_BY_SIDE and comparison.shape == "plaintext"
    ]
    judged = [
        _of_wrk(side_by_side),
        _of_stock(side_by_side),
        _median(comparisons),
        None if connections is None else _holding(connections),
    ]
    return tuple(promise for promise in judged if promise is not None)


def on_time(shares: Sequence[float]) -> Promise:
    """Shares of the sends of an open load within 1 ms of when they were due, round by round."""
    return Promise(
        what=f"open load at {ON_TIME_RPS:,}/s: share sent within 1 ms",
        value=statistics.median(shares),
        bar=ON_TIME,
        digits=4,
        detail=", ".join(f"{share:.4f}" for share in shares),
    )


def stalled(percentiles: StalledPercentiles, expected_us: Sequence[float]) -> tuple[Promise, ...]:
    """Percentiles of a server that is stopped again and again, beside what follows from arithmetic.

    The open load is to give them; that the others miss them shows that there were stalls to be felt.
    """
    where = "server stopped 0.5 s of 5 s: percentiles off arithmetic"
    named = f"{' '.join(f'p{percentile:g}' for percentile in STALL_PERCENTILES)} in ms"
    open_load = Promise(
        what=f"open load, {where}, the worst",
        value=_off_percent(percentiles.open_us, expected_us),
        bar=STALLED_PERCENT,
        unit="%",
        at_least=False,
        detail=f"{named}: {_ms(percentiles.open_us)}, by arithmetic {_ms(expected_us)}",
    )
    others = {"closed load": percentiles.closed_us, f"{FAST} at a constant pace": percentiles.stock_us}
    return open_load, *(
        Promise(
            what=f"{name}, the same: misses them",
            value=_off_percent(client_us, expected_us),
            bar=STALLED_PERCENT,
            unit="%",
            detail=f"{named}: {_ms(client_us)}",
        )
        for name, client_us in others.items()
    )


def echoing(echoes: EchoRate) -> Promise:
    """What one core of the generator echoes, as its share tells while the server is what limits."""
    return Promise(
        what=f"WebSocket echo, {SIDE_BY_SIDE} connections: messages/s per generator core",
        value=echoes.per_core,
        bar=MESSAGES,
        detail=f"{echoes.stack}: {echoes.per_s:,.0f} messages/s at {echoes.busy:.2f} of a core",
    )


def streaming(stack: str, streams: int, ended_per_s: float, busy: float) -> Promise:
    """``streams`` event streams under way at once, every one that ended right."""
    return Promise(
        what="event streams held by one generator core, none wrong",
        value=streams,
        bar=STREAMS,
        detail=f"{stack}: {ended_per_s:,.0f} streams of 20 events ended a second, {busy:.2f} of a core used",
    )


def scaling(ratios: Sequence[float]) -> Promise:
    """The load of two generator processes as a multiple of one's, round by round."""
    return Promise(
        what="two generator processes: throughput as a multiple of one's",
        value=statistics.median(ratios),
        bar=TWO_PROCESSES,
        unit="x",
        detail=", ".join(f"{ratio:.2f}" for ratio in ratios),
    )


def _off_percent(measured_us: Sequence[float], expected_us: Sequence[float]) -> float:
    pairs = zip(measured_us, expected_us, strict=True)
    return max(100 * abs(measured / expected - 1) for measured, expected in pairs)


def _ms(values_us: Sequence[float]) -> str:
    return " ".join(f"{value / 1e3:.3g}" for value in values_us)


def _of_wrk(comparisons: Iterable[ClientComparison]) -> Promise | None:
    ratios = {
        comparison.against: statistics.median(comparison.ratios(WRK))
        for comparison in comparisons
        if comparison.ratios(WRK)
    }
    if not ratios:
        return None
    return Promise(
        what=f"throughput as a share of wrk's, {SIDE_BY_SIDE} connections, geometric mean",
        value=statistics.geometric_mean(ratios.values()),
        bar=OF_WRK,
        unit="x",
        detail=", ".join(f"{name} {ratio:.2f}" for name, ratio in ratios.items()),
    )


def _of_stock(comparisons: Iterable[ClientComparison]) -> Promise | None:
    ratios = [ratio for comparison in comparisons for ratio in comparison.ratios(FAST)]
    if not ratios:
        return None
    busy = [share for comparison in comparisons if comparison.ratios(FAST) for share in comparison.busy]
    used = f"; the pump used {statistics.median(busy):.2f} of its core" if busy else ""
    return Promise(
        what=f"throughput as a multiple of {FAST}'s, {SIDE_BY_SIDE} connections",
        value=statistics.median(ratios),
        bar=OF_STOCK,
        unit="x",
        detail=", ".join(f"{ratio:.1f}" for ratio in ratios) + used,
    )


def _median(comparisons: Iterable[ClientComparison]) -> Promise | None:
    """With one connection nothing queues: the difference is what the client itself takes."""
    alone = [
        comparison
        for comparison in comparisons
        if comparison.connections == 1 and comparison.shape == "plaintext"
    ]
    differences = [difference_us for comparison in alone for difference_us in comparison.slower_us()]
    if not differences:
        return None
    ours, theirs = (
        [p50_us for comparison in alone for p50_us in comparison.p50_us[client]] for client in (HOTLAP, WRK)
    )
    return Promise(
        what="median latency above wrk's, 1 connection",
        value=statistics.median(differences),
        bar=max(SLOWER_US, SLOWER_SHARE * statistics.median(theirs)),
        unit="us",
        at_least=False,
        detail=f"{statistics.median(ours):.0f} us, wrk {statistics.median(theirs):.0f} us",
    )


def _holding(connections: int) -> Promise:
    return Promise(what="connections held by one generator, all answering", value=connections, bar=HELD)
