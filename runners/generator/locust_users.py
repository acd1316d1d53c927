"""Locust's users, which are connections of one pump, and its statistics, which the pump fills in bulk."""

from __future__ import annotations

import time

import gevent
from gevent.monkey import get_original
from locust import User, constant, task
from locust.runners import LocalRunner
from locust.stats import RequestStats, StatsEntry, StatsError, bucket_response_time

from runners.errors import LoadError
from runners.generator.locust_stats import Span
from runners.generator.pump.connection import Connection
from runners.generator.pump.open_pump import OpenPump
from runners.generator.pump.tally import Tally
from runners.processes.descriptors import make_room
from scenarios.exchange import Exchange

SPAWN_S = 30.0
"""So long may Locust take to start users; it starts 10,000 in half a second."""
FOREVER_S = 10**6
"""A user waits for so long between two tasks of nothing."""


def _pump() -> OpenPump:
    return OpenPump(
        gevent.idle,
        socket_type=get_original("socket", "socket"),
        epoll_type=get_original("select", "epoll"),
    )


PUMP = _pump()
"""Drives all users of this process where there is one server."""
_PUMPS = [PUMP]
"""One for each server of a relay; driven in turn, never two at the same time."""
_USERS: set[ConnectionUser] = set()
"""Users that Locust has started and not stopped."""


class ConnectionUser(User):
    """A user is a connection: it joins the pump when Locust starts it, and leaves when it is stopped.

    In a relay it is a connection to each of the servers, of which one is used at a time.
    """

    wait_time = constant(FOREVER_S)
    connections: list[Connection]
    """One of each pump, in their order."""

    def on_start(self) -> None:
        """Join the pumps, which open the connection once they have a load."""
        self.connections = [pump.join() for pump in reversed(_PUMPS)][::-1]
        _USERS.add(self)

    @task
    def hold(self) -> None:
        """Do nothing: the pump does the work."""

    def on_stop(self) -> None:
        """Leave the pumps, which close the connection."""
        _USERS.discard(self)
        for pump, connection in zip(_PUMPS, self.connections, strict=True):
            pump.leave(connection)


def pumps(count: int) -> list[OpenPump]:
    """So many pumps, with all users on each."""
    while len(_PUMPS) < count:
        pump = _pump()
        for user in _USERS:
            user.connections.append(pump.join())
        _PUMPS.append(pump)
    return _PUMPS[:count]


def spawn_users(runner: LocalRunner, users: int, sockets: int | None = None) -> None:
    """Have Locust start or stop users until there are ``users``; raises LoadError where it does not."""
    make_room(sockets or users)
    if runner.target_user_count != users:
        runner.start(users, spawn_rate=max(users, len(PUMP.connections)))  # a second at most, up or down
        gevent.wait([runner.spawning_greenlet], SPAWN_S)
    wait_for_users(users)


def wait_for_users(users: int) -> None:
    """Wait until ``users`` have joined the pump; raises LoadError where they do not."""
    deadline_s = time.monotonic() + SPAWN_S
    while len(PUMP.connections) != users:
        if time.monotonic() > deadline_s:
            raise LoadError(
                f"Locust brought {len(PUMP.connections)} of {users} users within {SPAWN_S:.0f} s",
                remedy="ask for fewer connections",
            )
        gevent.idle()


def add_to_statistics(stats: RequestStats, exchanges: tuple[Exchange, ...], name: str, tally: Tally) -> None:
    """Add a stretch of load to Locust's statistics in bulk, as if each request had been logged just now."""
    span, method, now = Span.from_tally(tally), _method(exchanges), time.time()
    entry = StatsEntry(stats, name, method)
    entry.num_requests = span.right + span.wrong
    entry.num_none_requests = entry.num_failures = span.wrong
    if span.right:
        entry.min_response_time, entry.max_response_time = span.least_ms, span.most_ms
    entry.total_response_time = span.total_ms
    for latency_ms, count in span.by_ms.items():
        entry.response_times[bucket_response_time(latency_ms)] += count
    entry.num_reqs_per_sec[int(now)] = entry.num_requests
    entry.num_fail_per_sec[int(now)] = span.wrong
    entry.total_content_length = span.received
    entry.last_request_timestamp = now
    stats.entries[name, method].extend(entry)
    stats.total.extend(entry)
    for kind, count in span.errors.items():
        _add_error(stats, method, name, kind, count)


def _add_error(stats: RequestStats, method: str, name: str, kind: str, count: int) -> None:
    error = stats.errors.setdefault(StatsError.create_key(method, name, kind), StatsError(method, name, kind))
    error.first_seen = error.first_seen or time.time()
    error.last_seen = time.time()
    error.occurrences += count


def _method(exchanges: tuple[Exchange, ...]) -> str:
    return "/".join(sorted({exchange.request.method for exchange in exchanges}))
