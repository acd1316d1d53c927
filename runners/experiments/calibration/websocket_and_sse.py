"""What the generator does with WebSockets and event streams, against real servers."""

from __future__ import annotations

import statistics
from dataclasses import replace

from runners.errors import LoadError
from runners.experiments.calibration.clients import busy, rps
from runners.experiments.calibration.conditions import Means
from runners.experiments.calibration.promises import (
    SIDE_BY_SIDE,
    STREAMS,
    Echoes,
    Promise,
    echoing,
    streaming,
)
from runners.experiments.calibration.real_servers import ECHO, EVENTS, floors

STREAMS_S = 3.0
"""A busy server takes more than a second for a round of them."""


def echoes(given: Means, notes: list[str]) -> Promise:
    """Messages that come back, by the floor that echoes most; raises LoadError where none can be asked."""
    found = []
    for stack, start in floors(ECHO, given.folder, given.echo, notes).items():
        with start() as server:
            bench = given.bench(server.port, "websocket", SIDE_BY_SIDE, host=server.host)
            windows = [bench.pump() for _ in range(given.rounds)]
        echo = Echoes(
            stack=stack,
            per_s=statistics.median(map(rps, windows)),  # one message is one exchange
            busy=statistics.median(map(busy, windows)),
        )
        given.echo(f"{stack} websocket {SIDE_BY_SIDE:>4}  {echo.per_s:10,.0f} messages/s")
        found.append(echo)
    if not found:
        raise LoadError("WebSocket echo: no floor could be started")
    return echoing(max(found, key=lambda echo: echo.per_s))


def events(given: Means, notes: list[str]) -> Promise:
    """Event streams under way at once; raises LoadError where no stack could be asked, or one was wrong."""
    for stack, start in floors(EVENTS, given.folder, given.echo, notes).items():
        given.echo(f"{stack} {STREAMS:,} event streams held")
        with start() as server:
            bench = given.bench(server.port, "sse", STREAMS, host=server.host)
            found = replace(bench, seconds=STREAMS_S).pump()
        return streaming(stack, found.in_flight_end, rps(found), busy(found))
    raise LoadError("event streams: no stack could be started")
