"""What the generator does with WebSockets and event streams, against real servers."""

from __future__ import annotations

import statistics
from dataclasses import replace

from runners.errors import LoadError
from runners.experiments.calibration.clients import busy, rps
from runners.experiments.calibration.conditions import Conditions
from runners.experiments.calibration.promises import (
    SIDE_BY_SIDE,
    STREAMS,
    EchoRate,
    Promise,
    echoing,
    streaming,
)
from runners.experiments.calibration.real_servers import ECHO, EVENTS, startable_servers

STREAMS_S = 3.0
"""A busy server takes more than a second for a round of them."""


def echo_messages(conditions: Conditions, notes: list[str]) -> Promise:
    """Messages that come back, by the floor that echoes most; raises LoadError where none can be asked."""
    rates = []
    for stack, start in startable_servers(ECHO, conditions.folder, conditions.echo, notes).items():
        with start() as server:
            point = conditions.point(server.port, "websocket", SIDE_BY_SIDE, host=server.host)
            windows = [point.pump() for _ in range(conditions.rounds)]
        rate = EchoRate(
            stack=stack,
            per_s=statistics.median(map(rps, windows)),  # one message is one exchange
            busy=statistics.median(map(busy, windows)),
        )
        conditions.echo(f"{stack} websocket {SIDE_BY_SIDE:>4}  {rate.per_s:10,.0f} messages/s")
        rates.append(rate)
    if not rates:
        raise LoadError("WebSocket echo: no floor could be started")
    return echoing(max(rates, key=lambda rate: rate.per_s))


def hold_streams(conditions: Conditions, notes: list[str]) -> Promise:
    """Event streams under way at once; raises LoadError where no stack could be asked, or one was wrong."""
    for stack, start in startable_servers(EVENTS, conditions.folder, conditions.echo, notes).items():
        conditions.echo(f"{stack} {STREAMS:,} event streams held")
        with start() as server:
            point = conditions.point(server.port, "sse", STREAMS, host=server.host)
            window = replace(point, seconds=STREAMS_S).pump()
        return streaming(stack, window.in_flight_end, rps(window), busy(window))
    raise LoadError("event streams: no stack could be started")
