"""A relay: servers that live at once and are loaded in turn from one process, one at a time.

Each leg, a server asked in one workload, is warmed up and its ring learnt once; then turns go round. A turn
goes from rest to rest: a number of requests that is fixed before it is sent and answered, and the whole span
between the two rests counts, with the CPU that the server used in it. Nothing is cut by the clock, for
answers come in waves of as many as there are connections, and a cut would count a part of one. Between turns
a server rests: all it was asked is answered, its connections are kept, and it is asked nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from random import Random

from runners.errors import LoadError, RestlessError
from runners.generator.messages import Leg, Relay
from runners.generator.pump.open_pump import OpenPump
from runners.generator.pump.tally import Tally
from runners.generator.window.relay_runner import Runner
from runners.generator.window.relay_server import RelayServer
from runners.generator.window.trial import without_collector
from scenarios.exchange import Exchange


def relay(
    pumps: Sequence[OpenPump], order: Relay, exchanges_of: Callable[[str, int], Sequence[Exchange]]
) -> tuple[list[Leg], list[Tally]]:
    """Load servers in turn; of each leg of ``order`` what it gave, and its counts.

    ``pumps`` are those of the servers, in the order in which legs first name them. A leg that fails leaves:
    it says why, and keeps the turns it had. With a server that does not rest all of its legs leave.
    """
    asked = {inputs: exchanges_of(*inputs) for inputs in {(leg.scenario, leg.seed) for leg in order.legs}}
    servers = [
        RelayServer(pump, order.legs[legs[0]]) for pump, legs in zip(pumps, order.servers, strict=True)
    ]
    of_leg = {
        leg: (server, legs) for server, legs in zip(servers, order.servers, strict=True) for leg in legs
    }
    runners = [
        Runner(of_leg[place][0], leg, asked[leg.scenario, leg.seed], steady_parts=order.steady_parts)
        for place, leg in enumerate(order.legs)
    ]
    failures: dict[int, LoadError] = {}

    def attempt(place: int, act: Callable[[], object]) -> None:
        server, legs = of_leg[place]
        try:
            act()
        except RestlessError as error:
            failures.update(dict.fromkeys(legs, error))
        except LoadError as error:
            failures[place] = error
            server.give_up()
        except OSError as error:
            failures[place] = LoadError(str(error), remedy="see the server's log")
            server.give_up()

    begun_ns = time.monotonic_ns()
    try:
        with without_collector():
            for place, runner in enumerate(runners):
                attempt(place, partial(runner.warm, order.length_s(place)))
            begun_ns = time.monotonic_ns()
            for number in range(order.rounds):
                for place in round_order(order.groups, order.seed, number):
                    runner, length_s = runners[place], order.length_s(place)
                    if place not in failures and runner.is_due(number, order.rounds, length_s):
                        attempt(place, runner.turn)
    finally:
        for server in servers:
            server.release()
    return [_leg(runner, begun_ns, failures.get(place)) for place, runner in enumerate(runners)], [
        runner.tally for runner in runners
    ]


def _leg(runner: Runner, begun_ns: int, failure: LoadError | None) -> Leg:
    try:
        leg = runner.leg(begun_ns)
    except LoadError as error:
        failure = failure or error
        leg = Leg()
    if failure is None:
        return leg
    restless = isinstance(failure, RestlessError)
    return replace(
        leg, failed=failure.message, remedy=failure.remedy, answered=failure.answered, restless=restless
    )


def round_order(groups: Sequence[int], seed: int, number: int) -> list[int]:
    """Places of one round in the order of their turns: groups in random order, and within each its members.

    Ratios are shown within a group (a server variant); neighbours share the machine's speed.
    """
    random = Random(f"{seed}/round/{number}")
    shuffled = list(dict.fromkeys(groups))
    random.shuffle(shuffled)
    order: list[int] = []
    for group in shuffled:
        members = [place for place, member in enumerate(groups) if member == group]
        random.shuffle(members)
        order += members
    return order
