"""A relay: servers that live at once and are loaded in turn from one process, one at a time.

Each server is warmed up and its ring learnt once; then turns go round. A turn goes from rest to rest: a
number of requests that is fixed before it is sent and answered, and the whole span between the two rests
counts, with the CPU that the server used in it. Nothing is cut by the clock, for answers come in waves of as
many as there are connections, and a cut would count a part of one. Between its turns a server rests: all it
was asked is answered, its connections are kept, and it is asked nothing.
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
from runners.generator.window.trial import without_collector
from scenarios.exchange import Exchange


def relay(
    pumps: Sequence[OpenPump], order: Relay, exchanges_of: Callable[[str, int], Sequence[Exchange]]
) -> tuple[list[Leg], list[Tally]]:
    """Load the servers of ``order`` in turn; a leg and its counts for each, in their order.

    A server that fails leaves: its leg says why, and keeps the turns it had.
    """
    asked = {inputs: exchanges_of(*inputs) for inputs in {(leg.scenario, leg.seed) for leg in order.legs}}
    runners = [
        Runner(pump, leg, asked[leg.scenario, leg.seed], steady_parts=order.steady_parts)
        for pump, leg in zip(pumps, order.legs, strict=False)
    ]
    failures: dict[int, LoadError] = {}

    def attempt(place: int, act: Callable[[], object]) -> None:
        try:
            act()
        except LoadError as error:
            failures[place] = error
        except OSError as error:
            failures[place] = LoadError(str(error), remedy="see the server's log")

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
        for runner in runners:
            runner.release()
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
