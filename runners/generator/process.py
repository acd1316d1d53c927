"""The generator's process: it takes orders from the harness, or is Locust's own file of users.

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
from typing import IO, Any
from urllib.parse import urlsplit

import gevent
from locust import events
from locust.env import Environment
from locust.runners import LocalRunner, MasterRunner

from runners.errors import LoadError
from runners.generator.locust_users import (
    PUMP,
    ConnectionUser,
    add_to_statistics,
    pumps,
    spawn_users,
)
from runners.generator.messages import (
    Failed,
    Measured,
    Order,
    Ready,
    Relay,
    Relayed,
    from_line,
    write,
)
from runners.generator.pump.connection import Address
from runners.generator.pump.ring import Ring
from runners.generator.pump.tally import Tally
from runners.generator.window.relay import relay
from runners.generator.window.trial import measure
from scenarios.catalogue import discover, exchanges_of

STATISTICS_NS = 1_000_000_000
"""Under Locust's own command line its statistics are brought up to date this often."""
ANSWER_TIMEOUT_S = 30.0
"""A request that is unanswered for so long under Locust's own command line is an error."""

# Orders of the harness.


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
    write(answers, Ready(pid=os.getpid()))
    for line in orders:
        order = from_line(line)
        if isinstance(order, Order):
            write(answers, _measure_trial(runner, order))
        elif isinstance(order, Relay):
            write(answers, _measure_relay(runner, order))


def _measure_trial(runner: LocalRunner, order: Order) -> Measured | Failed:
    exchanges = exchanges_of(order.scenario, order.seed)
    try:
        spawn_users(runner, order.connections)
        outcome = measure(PUMP, order, exchanges)
    except LoadError as error:
        return Failed(message=error.message, remedy=error.remedy, answered=error.answered)
    add_to_statistics(runner.stats, exchanges, order.scenario, outcome.tally)
    return outcome.measured


def _measure_relay(runner: LocalRunner, order: Relay) -> Relayed | Failed:
    connections, servers = order.legs[0].connections, len(order.servers)
    try:
        spawn_users(runner, connections, sockets=servers * connections)
        legs, tallies = relay(pumps(servers), order, exchanges_of)
    except LoadError as error:
        return Failed(message=error.message, remedy=error.remedy, answered=error.answered)
    for leg, tally in zip(order.legs, tallies, strict=True):
        add_to_statistics(runner.stats, exchanges_of(leg.scenario, leg.seed), leg.scenario, tally)
    return Relayed(legs=tuple(legs))


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
    """Drive the load until the greenlet is killed, and bring Locust's statistics up to date every second."""
    options, url = environment.parsed_options, urlsplit(environment.host or "")
    if url.scheme != "http" or not url.hostname:
        logging.getLogger(__name__).error("give --host as http://HOST:PORT, not %r", environment.host)
        environment.process_exit_code = 2
        (environment.runner.stop if environment.web_ui else environment.runner.quit)()
        return
    exchanges = exchanges_of(options.scenario, options.seed)
    address = Address.resolve(url.hostname, url.port or 80)
    PUMP.aim(address, Ring(exchanges, url.netloc), timeout_s=ANSWER_TIMEOUT_S)
    try:
        while True:
            PUMP.tally = Tally()
            try:
                PUMP.drive(time.monotonic_ns() + STATISTICS_NS)
            finally:
                add_to_statistics(environment.stats, exchanges, options.scenario, PUMP.tally)
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
