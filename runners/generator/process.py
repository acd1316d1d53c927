"""The generator: Locust and gevent around the pump, and the only module that imports them.

``python -m runners.generator.process --channel FD`` takes orders, one JSON object a line, and
answers each with what it measured. The same users work from Locust's own command line, web page and workers:
``locust -f runners/generator/process.py --scenario json --host http://127.0.0.1:8000 -u 64 -r 64``.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
from io import BufferedIOBase
from random import Random
from typing import IO, Any
from urllib.parse import urlsplit

import gevent
from gevent.monkey import get_original
from locust import User, constant, events, task
from locust.env import Environment
from locust.runners import LocalRunner, MasterRunner
from locust.stats import RequestStats, StatsEntry, StatsError, bucket_response_time

from runners.errors import DuelError, LoadError
from runners.generator.locust_stats import Span
from runners.generator.messages import (
    Duel,
    Duelled,
    Failed,
    Measured,
    Message,
    Order,
    Ready,
    from_line,
    to_line,
)
from runners.generator.pump.connection import Address, Connection
from runners.generator.pump.open_pump import OpenPump
from runners.generator.pump.ring import Ring
from runners.generator.pump.tally import Tally
from runners.generator.window.duel import duel
from runners.generator.window.trial import measure
from runners.processes.descriptors import make_room
from scenarios.catalogue import discover, named
from scenarios.exchange import Exchange

SPAWN_S = 30.0
"""Locust brings 10,000 users in half a second."""
SPAN_NS = 1_000_000_000
"""Locust's statistics are fed this often under its own command line."""
TIMEOUT_S = 30.0
FOREVER_S = 10**6

PUMP = OpenPump(
    gevent.idle,
    socket_type=get_original("socket", "socket"),
    epoll_type=get_original("select", "epoll"),
)
"""The one pump of this process, shared by all users."""
RIVAL = OpenPump(
    gevent.idle,
    socket_type=get_original("socket", "socket"),
    epoll_type=get_original("select", "epoll"),
)
"""The second server's pump in a duel, driven in turn with the first one's; else it rests."""


class ConnectionUser(User):
    """A user is a connection: it joins the pump when Locust starts it, and leaves when it is stopped.

    In a duel it is a connection to each of the two servers, of which one is used at a time.
    """

    wait_time = constant(FOREVER_S)
    connection: Connection
    rival: Connection

    def on_start(self) -> None:
        """Join the pump, which opens the connection."""
        self.rival = RIVAL.join()
        self.connection = PUMP.join()

    @task
    def hold(self) -> None:
        """Do nothing and wait: the pump does the work."""

    def on_stop(self) -> None:
        """Leave the pump, which closes the connection."""
        PUMP.leave(self.connection)
        RIVAL.leave(self.rival)


# Orders from the harness.


def main() -> None:
    """Take orders until the channel is closed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--channel", type=int, help="descriptor of a socket; else standard input and output")
    channel = parser.parse_args().channel
    logging.getLogger("locust").setLevel(logging.ERROR)
    if channel is None:
        _serve(sys.stdin.buffer, sys.stdout.buffer)
    else:
        with os.fdopen(channel, "rb") as orders, os.fdopen(os.dup(channel), "wb") as answers:
            _serve(orders, answers)


def _serve(orders: IO[bytes], answers: IO[bytes]) -> None:
    environment = Environment(user_classes=[ConnectionUser])
    runner = environment.create_local_runner()
    say(answers, Ready(pid=os.getpid()))
    for line in orders:
        order = from_line(line)
        if isinstance(order, Order):
            say(answers, _obey(runner, order))
        elif isinstance(order, Duel):
            say(answers, _fight(runner, order))


def say(answers: IO[bytes] | BufferedIOBase, message: Message) -> None:
    """Answer the harness."""
    answers.write(to_line(message).encode())
    answers.flush()


def _obey(runner: LocalRunner, order: Order) -> Measured | Failed:
    exchanges = exchanges_of(order.scenario, order.seed)
    try:
        _bring(runner, order.connections)
        outcome = measure(PUMP, order, exchanges)
    except LoadError as error:
        return Failed(message=error.message, remedy=error.remedy)
    tell(runner.stats, exchanges, order.scenario, outcome.tally)
    return outcome.measured


def _fight(runner: LocalRunner, order: Duel) -> Duelled | Failed:
    try:
        _bring(runner, order.first.connections, sockets=2 * order.first.connections)
        outcomes = duel((PUMP, RIVAL), order, exchanges_of)
    except DuelError as error:
        return Failed(message=error.message, remedy=error.remedy, place=error.place)
    except LoadError as error:
        return Failed(message=error.message, remedy=error.remedy)
    for side, outcome in zip((order.first, order.second), outcomes, strict=True):
        tell(runner.stats, exchanges_of(side.scenario, side.seed), side.scenario, outcome.tally)
    return Duelled(first=outcomes[0].measured, second=outcomes[1].measured)


def exchanges_of(scenario: str, seed: int) -> tuple[Exchange, ...]:
    """What a trial asks."""
    return named(scenario).ring(Random(seed))


def _method(exchanges: tuple[Exchange, ...]) -> str:
    return "/".join(sorted({exchange.request.method for exchange in exchanges}))


def _bring(runner: LocalRunner, users: int, sockets: int | None = None) -> None:
    """Have Locust start or stop users until there are ``users``; raises LoadError where it does not."""
    make_room(sockets or users)
    if runner.target_user_count != users:
        runner.start(users, spawn_rate=max(users, len(PUMP.connections)))  # a second at most, either way
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


# Locust's statistics, for its console, web page and CSV.


def tell(stats: RequestStats, exchanges: tuple[Exchange, ...], name: str, tally: Tally) -> None:
    """Add a stretch of load to Locust's statistics in bulk, as if each request had been logged just now."""
    span, method, now = Span.of(tally), _method(exchanges), time.time()
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
        _tell_error(stats, method, name, kind, count)


def _tell_error(stats: RequestStats, method: str, name: str, kind: str, count: int) -> None:
    error = stats.errors.setdefault(StatsError.create_key(method, name, kind), StatsError(method, name, kind))
    error.first_seen = error.first_seen or time.time()
    error.last_seen = time.time()
    error.occurrences += count


# Locust's own command line.


def _options(parser: Any, **_: object) -> None:  # noqa: ANN401 - locust's parser is untyped
    scenarios = list(discover())
    parser.add_argument("--scenario", choices=scenarios, default=scenarios[0], help="what is asked")
    parser.add_argument("--seed", type=int, default=0, help="seed of the inputs")


def _begin(environment: Any, **_: object) -> None:  # noqa: ANN401
    if not isinstance(environment.runner, MasterRunner):
        environment.pumping = gevent.spawn(_pump, environment)


def _end(environment: Any, **_: object) -> None:  # noqa: ANN401
    pumping = getattr(environment, "pumping", None)
    if pumping is not None and pumping is not gevent.getcurrent():
        pumping.kill()


def _pump(environment: Any) -> None:  # noqa: ANN401
    """Drive the load until the greenlet is killed, and tell Locust every second what happened."""
    options, url = environment.parsed_options, urlsplit(environment.host or "")
    if url.scheme != "http" or not url.hostname:
        logging.getLogger(__name__).error("give --host as http://HOST:PORT, not %r", environment.host)
        environment.process_exit_code = 2
        (environment.runner.stop if environment.web_ui else environment.runner.quit)()
        return
    exchanges = exchanges_of(options.scenario, options.seed)
    address = Address.resolve(url.hostname, url.port or 80)
    PUMP.aim(address, Ring(exchanges, url.netloc), timeout_s=TIMEOUT_S)
    try:
        while True:
            PUMP.tally = Tally()
            try:
                PUMP.drive(time.monotonic_ns() + SPAN_NS)
            finally:
                tell(environment.stats, exchanges, options.scenario, PUMP.tally)
    finally:
        PUMP.release()


for hook, listener in (
    (events.init_command_line_parser, _options),
    (events.test_start, _begin),
    (events.test_stop, _end),
):
    hook.add_listener(listener)  # type: ignore[no-untyped-call] # locust's own omission
gevent.get_hub().loop.update_now()  # imports took long: timers set from here on count from now

if __name__ == "__main__":
    main()
